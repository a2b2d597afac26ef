#!/bin/sh
# A node and its group in a folder ($WORLD): what dcn-ha-update asks the on-node helper, and fleetlock (with arguments), and what it does to them.
# `cut` holds the number of the helper call after whose effect the program that asked is killed, as by a power cut.
w=$WORLD
newline='
'
# Lengths are of bytes.
LC_ALL=C
get() {
	[ -e "$w/$1" ] || return 0
	while IFS= read -r line; do printf '%s\n' "$line"; done <"$w/$1"
}
put() { printf '%s\n' "$2" >"$w/$1"; }

if [ "${1:-}" = look ]; then
	if [ "$(get cluster)" != active ] || [ -e "$w/away" ]; then
		echo 'unknown: the cluster does not answer on this node' >&2
		exit 75
	fi
	member=online busy=$(get work)
	[ "$(get standby)" = none ] || member=standby busy=''
	[ ! -e "$w/full" ] || busy=$(get work)
	[ ! -e "$w/member" ] || member=$(get member)
	lock=$(get lock)
	# shellcheck disable=SC2086 # words of ours
	set -- $lock
	token=free lock_node=''
	[ "${1:-free}" = free ] || token=$2
	case $lock in *' node node='*) lock_node=${lock#*node node=} lock_node=${lock_node%% *} ;; esac
	[ ! -e "$w/known" ] || known=$(get known)
	printf 'known=%s\nmay-rest=%s\ntickets=%s\n' "${known-panel control}" "$(get rest)" "$(get tickets)"
	printf 'quorum=1\nmember=%s\nstandby=%s\ndc=%s\nbusy=%s\nwork=%s\nactive=%s\nlock=%s\nlock-node=%s\nlock-who=%s\nmay-leave=%s\nwhy=%s\n' \
		"$member" "$(get standby)" "$(get dc)" "$busy" "$(get work | wc -w)" "$(get active)" "$token" "$lock_node" "${lock#held }" "$(get may)" "$(get why)"
	exit 0
fi

read -r _
read -r frame
frame=${frame#1} verb='' length=''
verb=${frame% *} length=${frame#* }
: >"$w/payload"
[ "$length" -eq 0 ] || head -c "$length" >"$w/payload"
while read -r _; do :; done
first='' second=''
{ IFS= read -r first && IFS= read -r second; } <"$w/payload"
count=$(($(get count) + 1))
put count "$count"
echo "$verb $first" >>"$w/calls"
code=0 out=''

up() { [ "$(get cluster)" = active ] && [ ! -e "$w/away" ]; }

take() { # SECONDS: by both clocks
	read -r now _ <"$w/../proc/uptime"
	put ../proc/uptime "$((now + $1)) 0"
	[ ! -e "$w/../clock" ] || put ../clock "$(($(get ../clock) + $1))"
}

done_by() {
	case $verb in
	look-image)
		printf 'boot=%s\norigin=lab:stable/dcn/hmi\nbooted=%s\nnext=%s\nnext-ours=yes\nhealth=%s\ncluster=%s\nfree.repository=9000000000\nfree.boot=900000000\n' \
			"$(get ../proc/sys/kernel/random/boot_id)" "$(get booted)" "$(get next)" "$(get health)" "$(get cluster)"
		[ ! -s "$w/others" ] || sed 's/^/other=/' "$w/others"
		[ ! -s "$w/left" ] || sed 's/^/left=/' "$w/left"
		[ ! -s "$w/denied" ] || sed 's/^/denied=/' "$w/denied"
		;;
	resolve-image) printf 'source=%s\ndate=%s\ndigest=%s\nversion=%s\n' "${first:-lab:stable/dcn/hmi}" "$(get date)" "$(get image)" "$(get version)" ;;
	take-medium) get medium || : ;;
	pull-image) printf 'pull=pulled\nversion=%s\n' "$(get version)" ;;
	compare-image)
		[ ! -e "$w/slow" ] || take "$(get slow)"
		get compared
		;;
	stage-image)
		[ ! -e "$w/slow-stage" ] || take "$(get slow-stage)"
		put next "$first"
		;;
	drop-image) put next '' ;;
	set-standby)
		up || return 102
		put standby "${first#* }"
		;;
	clear-standby)
		up || return 102
		put standby none
		;;
	stop-cluster) put cluster inactive ;;
	restart-cluster) put cluster active ;;
	reboot-node) put rebooting yes ;;
	note-rollout) tail -n +2 "$w/payload" >>"$w/notes" ;;
	deny-image) grep -q "^$first$" "$w/denied" 2>/dev/null || echo "$first" >>"$w/denied" ;;
	avoid-image)
		up || return 102
		echo "$first" >>"$w/avoid"
		;;
	read-lock)
		up || return 0
		[ ! -s "$w/avoid" ] || sed 's/^/avoid=/' "$w/avoid"
		;;
	set-lock)
		up || return 102
		now=$(get lock)
		case $first in
		free) [ "${now:-free}" = free ] || { echo "$now" && return 75; } ;;
		*) case $now in "held ${first#token } "*) : ;; *) echo "${now:-free}" && return 75 ;; esac ;;
		esac
		put lock "$second"
		[ ! -e "$w/spoil" ] || { put may no && put why 'not online: gw-01' && rm "$w/spoil"; }
		;;
	*) return 64 ;;
	esac
}
said=''
if [ -s "$w/fail-$verb" ]; then
	read -r code said <"$w/fail-$verb"
else
	# With a last line of our own, since a shell takes line ends away at the end; few processes, since there are hundreds of calls.
	out=$(
		done_by
		echo "$?"
	)
	code=${out##*"$newline"} out=${out%"$code"}
fi
if [ "$count" = "$(get cut)" ]; then kill -9 "$PPID"; fi
printf 'hello 0 16 0\ndcn-ha helper 1\n%s %s %s %s\n%s%send 0 0 0\n' "$verb" "$code" "${#out}" "${#said}" "$out" "$said"
