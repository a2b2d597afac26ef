#!/bin/sh
# Installs what a cluster node needs, from the distribution's own packages, and starts nothing of it: the first apply does.
# usage: packages.sh virsh|sbd     (as root, on a node; Vagrant runs it)
set -eu
fencing=${1:?virsh or sbd}
# shellcheck disable=SC1091 # os-release(5), on the node
. /etc/os-release

debian() {
    export DEBIAN_FRONTEND=noninteractive
    # A package's daemons must not start before there is a configuration: invoke-rc.d(8) asks this file.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    apt-get -qq update
    names='pacemaker pacemaker-cli-utils corosync resource-agents pcs python3 sudo iputils-ping'
    case $fencing in
    sbd) names="$names sbd" ;;
    # Debian 13 has a package for each agent, Debian 12 one for all.
    virsh) if apt-cache show fence-agents-virsh >/dev/null 2>&1; then names="$names fence-agents-virsh"; else names="$names fence-agents"; fi ;;
    esac
    # shellcheck disable=SC2086 # a list of names
    apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install $names
    for unit in corosync pacemaker pcsd; do
        systemctl disable --quiet "$unit.service"
        [ ! -d /run/systemd/system ] || systemctl stop "$unit.service"
    done
}

redhat() {
    names='pacemaker corosync pcs resource-agents python3 sudo'
    case $fencing in
    sbd) names="$names sbd" ;;
    virsh) names="$names fence-agents-virsh" ;;
    esac
    if [ "$ID" != fedora ]; then
        dnf -q -y install dnf-plugins-core
        dnf -q config-manager --set-enabled highavailability
    fi
    # shellcheck disable=SC2086
    dnf -q -y install $names
    if systemctl is-active --quiet firewalld; then
        firewall-cmd --quiet --permanent --add-service=high-availability
        # Where booting nodes ask each other (docs/gate.md).
        firewall-cmd --quiet --permanent --add-port=5410/tcp
        firewall-cmd --quiet --reload
    fi
    # The agents that put a file on a hypervisor's login, and softdog, are not in the distribution's policy.
    if command -v setenforce >/dev/null && [ "$(getenforce)" = Enforcing ]; then
        setenforce 0
        sed -i 's/^SELINUX=enforcing/SELINUX=permissive/' /etc/selinux/config
    fi
}

case $ID in
debian | ubuntu) debian ;;
centos | rhel | rocky | almalinux | fedora) redhat ;;
*)
    echo "packages.sh: $ID is none of debian, centos, fedora" >&2
    exit 65
    ;;
esac
