#!/bin/sh
# Writes the group of the Vagrant lab: group.yaml, known_hosts and keys in .group/, from what `vagrant ssh-config` says, and
# brings the keys onto the nodes. Any number of times; after `vagrant up`.
# usage: vagrant/group.sh      then: dcn-ha apply vagrant/.group/group.yaml
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p .group/ssh

fail() {
    echo "group.sh: $1" >&2
    exit 69
}

# Settings by the same rules as the Vagrantfile: settings.yaml, settings.local.yaml, environment.
setting() {
    for file in settings.local.yaml settings.yaml; do
        [ -f "$file" ] || continue
        value=$(sed -n "s/^ *$1: *\([^ #{][^ #]*\).*/\1/p" "$file" | head -n 1)
        [ -z "$value" ] || break
    done
    echo "$value"
}
fencing=${DCN_HA_FENCING:-$(setting fencing)}

vagrant ssh-config >.group/ssh-config || fail "vagrant says no way to log in; are the machines up? vagrant up"
nodes=$(sed -n 's/^Host //p' .group/ssh-config)
[ -n "$nodes" ] || fail "no machine is up: vagrant up"
of() { # of NODE KEYWORD: a value of its ssh-config
    awk -v node="$1" -v word="$2" '$1 == "Host" { on = ($2 == node) } on && $1 == word { print $2; exit }' .group/ssh-config
}
# Nothing of this login's own configuration or agent comes in between.
on() { # on NODE COMMAND: as root on a node
    node=$1
    shift
    ssh -F .group/ssh-config "$node" sudo "$@"
}

[ -f .group/ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -C dcn-ha-vagrant -f .group/ssh/id_ed25519
if [ "$fencing" = virsh ] && [ ! -f .group/ssh/fence_ed25519 ]; then
    ssh-keygen -q -t ed25519 -N '' -C dcn-ha-vagrant-fencing -f .group/ssh/fence_ed25519
fi

: >.group/known_hosts
for node in $nodes; do
    address=$(of "$node" HostName) port=$(of "$node" Port)
    host=$address
    [ "${port:-22}" = 22 ] || host="[$address]:$port"
    key=$(on "$node" cat /etc/ssh/ssh_host_ed25519_key.pub) || fail "$node does not answer: vagrant reload $node"
    echo "$host ${key% *}" >>.group/known_hosts
    # The admin's login gets the same key, so that one key opens both.
    for login in dcn-ha "$(of "$node" User)"; do
        on "$node" sh -s "$login" <<SCRIPT
set -eu
home=\$(getent passwd "\$1" | cut -d: -f6)
keys=\$home/.ssh/authorized_keys
install -d -o "\$1" -g "\$(id -gn "\$1")" -m 0700 "\$home/.ssh"
touch "\$keys"
grep -qxF '$(cat .group/ssh/id_ed25519.pub)' "\$keys" || echo '$(cat .group/ssh/id_ed25519.pub)' >>"\$keys"
chown "\$1:" "\$keys"
chmod 0600 "\$keys"
if command -v restorecon >/dev/null; then restorecon -R "\$home/.ssh"; fi
SCRIPT
    done
    [ "$fencing" = virsh ] || continue
    on "$node" sh -c "'install -d -m 0700 /etc/dcn-ha && umask 077 && cat >/etc/dcn-ha/fence_ed25519'" <.group/ssh/fence_ed25519
done

network() { # NAME: the later file wins, as in the Vagrantfile
    for file in settings.yaml settings.local.yaml; do
        [ ! -e "$file" ] || sed -n "/^networks:/,/^[a-z]/s/^  $1: *\([0-9.]*\).*/\1/p" "$file"
    done | tail -n 1
}
site=$(network site) process=$(network process)
count=$(echo "$nodes" | wc -l)
case $fencing:$count in
sbd:*) policy=diskless-sbd ;;
*:2) policy=edge-two-node ;;
*:3) policy=edge-three-node ;;
*) policy=edge-many-node ;;
esac
{
    cat <<PROFILE
# The group of the Vagrant lab, written by vagrant/group.sh. Try: dcn-ha apply vagrant/.group/group.yaml
kind: NodeGroup
name: vagrant
policy: $policy
networks: [site, process]
ssh: { user: dcn-ha, adminUser: $(of "$(echo "$nodes" | head -n 1)" User), identityFile: ssh/id_ed25519, knownHosts: known_hosts }
nodes:
PROFILE
    for node in $nodes; do
        last=$((10 + ${node#dcn}))
        port=$(of "$node" Port)
        echo "  - name: $node"
        echo "    addresses: { site: $site.$last, process: $process.$last }"
        echo "    ssh: { address: $(of "$node" HostName), port: ${port:-22} }"
        [ "$fencing" = virsh ] || continue
        echo "    fence: { libvirt: { address: $(setting address), username: $(setting username), domain: dcn-ha-$node, identityFile: /etc/dcn-ha/fence_ed25519 } }"
    done
    cat <<PROFILE
workloads:
  - { name: pulse, profile: heartbeat, with: { directory: /var/lib/dcn-ha-heartbeat } }
  - { name: address, profile: floating-address, with: { address: $site.50/24 } }
constraints:
  - { together: [pulse, address] }
PROFILE
} >.group/group.yaml

echo "wrote vagrant/.group/group.yaml: $(echo "$nodes" | tr '\n' ' ')"
if [ "$fencing" = virsh ]; then
    echo "fencing: this line goes into ~$(setting username)/.ssh/authorized_keys on the hypervisor:"
    echo "restrict $(cat .group/ssh/fence_ed25519.pub)"
fi
echo "next: dcn-ha apply vagrant/.group/group.yaml"
