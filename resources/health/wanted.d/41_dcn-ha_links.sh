#!/bin/sh
# greenboot, wanted: every link to every other node is up (corosync-cfgtool(8)). Only told: a cable or a peer may be the cause.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''

[ -e "$root/etc/corosync/corosync.conf" ] || exit 0
said=$(corosync-cfgtool -n 2>&1) || {
    echo "dcn-ha links: $said" >&2
    exit 1
}
down=$(printf '%s\n' "$said" | grep -c 'LINK: .*disconnected')
[ "$down" -eq 0 ] && echo 'dcn-ha links: all connected' && exit 0
echo "dcn-ha links: $down not connected" >&2
exit 1
