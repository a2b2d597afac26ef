#!/bin/sh
# Brings this node onto its next image, with no controller anywhere: one node of the group at a time, by the steps and outcomes of a
# controller's rollout (docs/rollouts.md, "Without a controller"). dcn-ha-update.timer and .path start it; it looks where it is, does what is
# next, and ends. What its turn is at stands in /var/lib/dcn-ha/update/turn, whole or not at all, so that it goes on after a power cut.
#
# Everything that changes something goes through the on-node helper; whether this node may leave is fleetlock's judgement.
# This file is the parts in resources/node/update, one after the other by name.
# Settings: /usr/lib/dcn-ha/update.conf, from the image set. Man pages: ostree-admin-deploy(1), date(1), flock(1).
set -u
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

root=''
proc=/proc
conf=$root/usr/lib/dcn-ha/update.conf
helper=$root/usr/local/lib/dcn-ha/helper
fleetlock=$root/usr/local/lib/dcn-ha/fleetlock
state=$root/var/lib/dcn-ha/update
wanted=$root/var/lib/dcn-ha/wanted
owner=dcn-ha-update
again_s=15
retry_s=3600
tries=3

say() { printf '%s\n' "$*"; }

# The same words are not told again and again.
say_once() {
	[ "$(cat "$state/said" 2>/dev/null)" != "$*" ] || return 0
	say "$*"
	keep said "$*"
}

keep() { # NAME TEXT: whole or not at all, and on disk before anything is done by it
	printf '%s\n' "$2" >"$state/$1.new" && sync "$state/$1.new" && mv -f "$state/$1.new" "$state/$1" && sync "$state" || exit 73
}

settings() { # once, into s_NAME; those of an older image may lack some
	s_channel='' s_force='' s_soak=60 s_order_wait=120 s_drain=600 s_stage=900 s_stop=300 s_reboot=600 s_green=1200 s_join=300 s_return=300 s_run=900
	[ -r "$conf" ] || return 0
	while IFS='=' read -r key value; do
		case $key in
		channel | force) eval "s_$key=\$value" ;;
		soak | order_wait | drain | stage | reboot | green | join) case $value in '' | *[!0-9]*) : ;; *) eval "s_$key=\$value" ;; esac ;;
		esac
	done <"$conf"
}

