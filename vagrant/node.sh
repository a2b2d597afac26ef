#!/bin/sh
# Makes a machine a node before its first apply: name, login, agents of drills, and the watchdog where it fences.
# usage: node.sh NAME virsh|sbd     (as root, on a node; Vagrant runs it, any number of times)
set -eu
name=${1:?the name of the node} fencing=${2:?virsh or sbd}

[ "$(uname -n)" = "$name" ] || hostnamectl set-hostname "$name"

# Without a password and without a key: group.sh brings the key, and apply the one sudo rule.
id dcn-ha >/dev/null 2>&1 || useradd --create-home --shell /bin/sh dcn-ha
install -d -o dcn-ha -g dcn-ha -m 0700 /home/dcn-ha/.ssh

# Agents of ours, below /usr where Pacemaker looks for them; the file provisioner has put them here.
if [ -d /tmp/dcn-ha-ocf ]; then
    agents=/usr/lib/ocf/resource.d/dcn-ha
    install -d -m 0755 "$agents"
    for agent in heartbeat network-reach probe script; do install -m 0755 "/tmp/dcn-ha-ocf/$agent" "$agents/$agent"; done
    for program in heartbeat-writer probe-connect; do install -m 0644 "/tmp/dcn-ha-ocf/$program" "$agents/$program"; done
    rm -rf /tmp/dcn-ha-ocf
fi

if [ "$fencing" = sbd ]; then
    echo softdog >/etc/modules-load.d/dcn-ha-softdog.conf
    modprobe softdog
    [ -c /dev/watchdog0 ] || {
        echo "node.sh: softdog is loaded, and there is no /dev/watchdog0" >&2
        exit 69
    }
fi
