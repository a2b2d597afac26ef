#!/bin/sh
# Composes the image plant-deterministic-site-2 and, where the repository at http://images.site/repo has it, its installer; rendered by dcn-ha.
# Usage: compose.sh [first|next|installer]   (first: without a parent; next, the default: on top of what the repository has)
set -eu
cd "$(dirname "$0")"
here=$(pwd)

wait_for() { # COMPOSE
    while composer-cli compose status | grep "^$1 " | grep -qE 'WAITING|RUNNING'; do sleep 15; done
    composer-cli compose status | grep "^$1 " | grep -q FINISHED || {
        composer-cli compose log "$1" >&2
        exit 1
    }
    composer-cli compose image "$1"
}

rpmbuild -bb --define "_sourcedir $here" --define "_rpmdir $here/repository" --define "_builddir $here/build" dcn-ha-image-plant-deterministic-site-2.spec
createrepo_c repository
for source in sources/*.toml; do
    sed -e "s|@FOLDER@|$here|" -e "s|@ARCH@|$(uname -m)|" "$source" >"$here/source.toml"
    composer-cli sources add "$here/source.toml"
done

set -- "${1:-next}"
case $1 in
first)
    set --
    composer-cli blueprints push blueprint.toml
    composer-cli blueprints depsolve plant-deterministic-site-2
    compose=$(composer-cli --json compose start-ostree --ref dcn/deterministic/site-2 "$@" plant-deterministic-site-2 edge-container | sed -n 's/.*"build_id": *"\([^"]*\)".*/\1/p')
    ;;
next)
    set -- --url http://images.site/repo --parent dcn/deterministic/site-2
    composer-cli blueprints push blueprint.toml
    composer-cli blueprints depsolve plant-deterministic-site-2
    compose=$(composer-cli --json compose start-ostree --ref dcn/deterministic/site-2 "$@" plant-deterministic-site-2 edge-container | sed -n 's/.*"build_id": *"\([^"]*\)".*/\1/p')
    ;;
installer)
    set -- --url http://images.site/repo
    composer-cli blueprints push installer.toml
    compose=$(composer-cli --json compose start-ostree --ref dcn/deterministic/site-2 "$@" plant-deterministic-site-2-installer edge-installer | sed -n 's/.*"build_id": *"\([^"]*\)".*/\1/p')
    ;;
*)
    echo 'usage: compose.sh [first|next|installer]' >&2
    exit 64
    ;;
esac
wait_for "$compose"
# Another kickstart for the ISO than the one inside: mkksiso --ks kickstart.ks INSTALLER.iso DEVICE.iso, or on the boot line
# inst.ks=http://images.site/repo/kickstart.ks dcn-ha.node=NAME
