# What keeps a turn from beginning, and how one begins.
# The emptiest first, the DC last: nobody says whose turn it is, so each waits by what runs on it.
rank() {
	[ "${work_here:-10}" -le 10 ] || work_here=10
	[ "$dc" != "$node" ] || work_here=11
	echo $((s_order_wait * ${work_here:-10}))
}

waited() { # FILE SECONDS: since this image was first to be waited for
	read -r digest since_boot since_up <<-END
		$(cat "$state/$1" 2>/dev/null)
	END
	if [ "${digest:-}" != "$t_target" ] || [ "$since_boot" != "$boot" ]; then
		keep "$1" "$t_target $boot $up"
		since_boot=$boot since_up=$up
	fi
	[ "$(since "$since_boot" "$since_up")" -ge "$2" ]
}

is_denied() { [ -n "$t_target" ] && grep -q "^denied=$t_target\\( \\|\$\\)" "$work/image"; }

tried_lately() {
	read -r digest count at id <<-END
		$(cat "$state/tried" 2>/dev/null)
	END
	[ "${digest:-}" = "$t_target" ] || return 1
	if [ "${at%:*}" != "$boot" ]; then
		at=$boot:$up
		keep tried "$t_target $count $at $id"
	fi
	[ "$(since "${at%:*}" "${at#*:}")" -lt $((count * retry_s)) ]
}

stands_in_the_way() { # says what
	if is_denied; then
		say_once "image ${t_version:-} $(short "$t_target") is denied on this node"
	elif [ -z "$member" ] || [ "$member" = unknown ]; then
		say_once "waits: ${why:-the cluster does not answer on this node}"
	elif is_avoided; then
		:
	elif tried_lately; then
		say_once "image $(short "$t_target") did not come to its end here: tried again later"
	else
		return 1
	fi
}

fetch() {
	[ "$(cat "$state/fetched" 2>/dev/null)" != "$t_target $t_version" ] || return 0
	if ! window_open download 0; then
		say_once "waits for a download window for image ${t_version:-} $(short "$t_target")"
		return 1
	fi
	if ! ask pull-image "$(image_words)"; then
		say_once "the image is not to be had: $trouble"
		return 1
	fi
	if [ -z "$t_version" ]; then
		t_version=$(fact version)
		if is_avoided; then return 1; fi
	fi
	say "fetched image ${t_version:-} $(short "$t_target")"
	keep fetched "$t_target $t_version"
}

may_begin() {
	# shellcheck disable=SC2034 # t_from is for people
	if ! window_open window "$s_reboot"; then
		say_once "waits for a window that is long enough for image ${t_version:-} $(short "$t_target")"
	elif [ "$health" != green ]; then
		say_once "waits: its own health checks are ${health:-unknown}"
	elif ! is_in; then
		say_once "waits: the cluster sees this node $member"
	elif [ "$may" != yes ]; then
		say_once "waits: $why"
	elif [ "$lock" != free ]; then
		say_once "waits: the lock is held by $lock_who"
	elif ! waited ready "$(rank)"; then
		say_once "waits for emptier nodes to go first with image ${t_version:-} $(short "$t_target")"
	else
		return 0
	fi
	return 1
}

passes() { # the two images beside each other; what was refused is asked again after an hour, or after a boot
	[ "$(cut -d ' ' -f 1 "$state/refused" 2>/dev/null)" != "$t_target" ] || waited refused "$retry_s" || return 1
	ask compare-image "$(image_words)" || :
	cp "$work/out" "$work/compared"
	codes=$(speaks_against)
	[ -n "$codes" ] || return 0
	keep refused "$t_target $boot $up"
	t_id=$(cat "$proc/sys/kernel/random/uuid") t_phase=closing t_outcome=refused t_number=''
	event "refused: $codes${trouble:+($trouble)}"
	t_phase='' t_outcome=''
	return 1
}

begin() {
	# shellcheck disable=SC2034 # t_from is for people
	t_id=$(cat "$proc/sys/kernel/random/uuid") t_phase=locking t_from=$booted t_boot=$boot
	t_since_boot=$boot t_since_up=$up t_asks=0 t_active=$active t_tickets=$tickets
	if grep -qx "other=$t_target" "$work/image"; then t_there=yes; fi
	save
}

idle() {
	observe
	[ -n "$booted" ] || {
		say_once "this node does not say what it runs: $trouble"
		return
	}
	tidy
	if ! find_wanted || [ "$t_target" = "$booted" ]; then
		rm -f "$state/ready"
		return
	fi
	if stands_in_the_way || ! fetch || ! may_begin || ! passes; then return; fi
	begin
	walk
}

