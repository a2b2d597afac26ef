#!/bin/sh
# greenboot, required: this image's Pacemaker can read the configuration that lies on this node. An older one that came back
# meets a schema that it does not know, and would start with nothing (CIB_file: cibadmin(8)).
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''

cib=$root/var/lib/pacemaker/cib/cib.xml
if [ ! -e "$cib" ]; then
    echo 'dcn-ha CIB: this node has none yet'
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# A copy: Pacemaker's tools may write to a file that they open this way.
cp "$cib" "$work/cib.xml" || exit 1
if CIB_file=$work/cib.xml cibadmin --query >/dev/null 2>"$work/said"; then
    echo 'dcn-ha CIB: it loads'
    exit 0
fi
echo "dcn-ha CIB: this Pacemaker cannot load it: $(head -n 1 "$work/said")" >&2
exit 1
