#!/bin/sh
# greenboot, required: the services of the cluster on this node are well. A dead peer, a lost network or a lost quorum is no
# fault of the image, and this check does not ask about them: it must never take an image back because of another node.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''
patience=150

good() {
    echo "dcn-ha units: $1"
    exit 0
}
bad() {
    echo "dcn-ha units: $1" >&2
    exit 1
}
state() { systemctl show --property=ActiveState --value "$1"; }
enabled() { [ "$(systemctl is-enabled "$1" 2>/dev/null)" = enabled ]; }

# A link without an address is the network's fault, and would be with another image. corosync starts with one all the same, and takes it
# when the address comes; first boot may wait for it.
own_addresses_there() {
    me=$(sed -n 's/.*"node": *"\([^"]*\)".*/\1/p' "$root/etc/dcn-ha/gate.json" 2>/dev/null | head -n 1)
    [ -n "$me" ] || return 0
    addresses=$(awk -v me="$me" '$1 == "node" { list = "" } $1 ~ /^ring[0-7]_addr:$/ { list = list " " $2 }
        $1 == "name:" && $2 == me { print list }' "$root/etc/corosync/corosync.conf")
    present=$(ip -o address show | awk '{ sub(/\/.*/, "", $4); print $4 }')
    for address in $addresses; do
        case $address in *[!0-9a-fA-F.:]*) continue ;; esac
        printf '%s\n' "$present" | grep -qxF "$address" || return 1
    done
}

[ -e "$root/etc/corosync/corosync.conf" ] || good 'this node is in no cluster yet'
enabled pacemaker.service || good 'Pacemaker is not enabled on this node'

waited=0
while :; do
    gate=$(state dcn-ha-gate.service) corosync=$(state corosync.service) pacemaker=$(state pacemaker.service)
    if [ "$corosync" = active ] && [ "$pacemaker" = active ]; then good 'corosync and Pacemaker run'; fi
    if [ "$waited" -ge "$patience" ]; then break; fi
    sleep 5
    waited=$((waited + 5))
done

own_addresses_there || good 'an address of this node is on no interface: nothing to judge without its network'
if [ "$gate" = activating ]; then good 'the gate waits for other nodes, which is no fault of this one'; fi
if [ "$pacemaker" = activating ] && [ "$corosync" = active ]; then good 'Pacemaker waits for other nodes'; fi
# What first boot waits for: a clock, a cable and another device's address are not the image's; a secret that this image wants may be.
said=$(head -n 1 "$root/run/dcn-ha/first-boot-said" 2>/dev/null)
case $said in
'the clock is wrong'* | 'no interface has the address'* | *' has no link' | 'another device ('*) good "first boot waits: $said" ;;
?*) bad "first boot waits: $said" ;;
esac
bad "gate $gate, corosync $corosync, Pacemaker $pacemaker after $patience s"
