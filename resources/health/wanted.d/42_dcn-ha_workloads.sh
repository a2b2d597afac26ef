#!/bin/sh
# greenboot, wanted: no workload failed on this node since it started (crm_mon(8)).
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''

[ -e "$root/etc/corosync/corosync.conf" ] || exit 0
said=$(crm_mon --one-shot --output-as=xml 2>/dev/null) || {
    echo 'dcn-ha workloads: Pacemaker does not answer' >&2
    exit 1
}
failed=$(printf '%s\n' "$said" | sed -n "s/.*<failure .*op_key=\"\([^\"]*\)\".*node=\"$(crm_node -n)\".*/\1/p" | tr '\n' ' ')
[ -z "$failed" ] && echo 'dcn-ha workloads: none failed here' && exit 0
echo "dcn-ha workloads: failed here: $failed" >&2
exit 1
