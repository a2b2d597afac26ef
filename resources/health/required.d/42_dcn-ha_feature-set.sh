#!/bin/sh
# greenboot, required: this image's Pacemaker is not older than what the cluster's DC last was. An older feature set is not let
# in again (Pacemaker Explained, "Rolling upgrades"); the configuration on this node says which one the DC had.
set -u
PATH=/usr/sbin:/usr/bin:/usr/libexec/pacemaker:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''

cib=$root/var/lib/pacemaker/cib/cib.xml
if [ ! -e "$cib" ]; then
    echo 'dcn-ha feature set: this node has no configuration yet'
    exit 0
fi
wanted=$(sed -n 's/^<cib .*crm_feature_set="\([0-9.]*\)".*/\1/p' "$cib" | head -n 1)
own=$(pacemakerd --features | sed -n 's/^ *Supporting v\([0-9.]*\).*/\1/p' | head -n 1)
if [ -z "$wanted" ] || [ -z "$own" ]; then
    echo "dcn-ha feature set: not known (cluster ${wanted:-?}, this image ${own:-?})"
    exit 0
fi
minor() { printf '%s\n' "$1" | cut -d . -f 2; }
if [ "${own%%.*}" = "${wanted%%.*}" ] && [ "$(minor "$own")" -ge "$(minor "$wanted")" ]; then
    echo "dcn-ha feature set: $own in a cluster of $wanted"
    exit 0
fi
echo "dcn-ha feature set: this image has $own, the cluster $wanted: it would not let this node in" >&2
exit 1
