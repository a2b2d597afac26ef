#!/bin/sh
# greenboot, wanted: this node is a member of its cluster, and the cluster has quorum. Only told: both may be another node's fault.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''

if [ ! -e "$root/etc/corosync/corosync.conf" ]; then
    echo 'dcn-ha member: this node is in no cluster yet' >&2
    exit 1
fi
said=$(corosync-quorumtool -s 2>&1)
case $said in
*Quorate:*Yes*) echo 'dcn-ha member: the cluster has quorum' ;;
*)
    echo 'dcn-ha member: no quorum' >&2
    exit 1
    ;;
esac
