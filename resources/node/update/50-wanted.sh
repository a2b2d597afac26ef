# No turn: which image is wanted, if any.
tidy() { # what a turn left of which nothing is known any more: only what names this node
	if [ "$standby" = "$owner" ]; then
		say 'ends a standby of its own, of whose turn nothing is known any more'
		ask clear-standby "$node $owner" || :
	fi
	if [ "$lock_node" = "$node" ] && [ -n "$lock" ]; then
		say 'gives a lock of its own back, of whose turn nothing is known any more'
		t_id=$lock
		free_lock || :
	fi
}

channel_source() { # this system's own source, under the channel of the settings (src/rollout/channel.ts)
	channel=$s_channel
	[ -n "$channel" ] && [ -n "$origin" ] || return 0
	case $origin in
	*.* | *@* | [!A-Za-z0-9]*) printf '%s\n' "$(printf %s "$origin" | sed 's/@sha256:.*//; s/:[A-Za-z0-9._-]*$//'):$channel" ;;
	*:*/*)
		ref=${origin#*:} first=${origin#*:}
		first=${first%%/*}
		case $first in stable | canary | testing | "$channel") ref=${ref#*/} ;; esac
		printf '%s\n' "${origin%%:*}:$channel/$ref"
		;;
	esac
}

find_wanted() { # $t_target, $t_source, $t_version: from a file that arrived, a medium, or what this system follows; empty: nothing to be known
	t_target='' t_source='' t_version=''
	if [ -s "$wanted" ]; then
		read -r word more <"$wanted" || :
		case ${word#sha256:} in
		*[!0-9a-f]* | '') t_source=$word ;;
		*) [ "$(printf %s "${word#sha256:}" | wc -c)" -eq 64 ] && t_target=$word t_source=$more || t_source=$word ;;
		esac
		[ -z "$t_target" ] || return 0
	else
		t_source=$(channel_source)
		ask take-medium "$t_source
" || say_once "the medium: $trouble"
		t_target=$(fact digest)
		if is_denied; then t_target=''; fi
		[ -z "$t_target" ] || [ "$(cat "$state/medium" 2>/dev/null)" = "$t_target $(fact date)" ] || keep medium "$t_target $(fact date)"
	fi
	if [ -z "$t_target" ]; then
		if ! ask resolve-image "$t_source
"; then
			say_once "nobody says which image is wanted: $trouble"
			return 1
		fi
		t_target=$(fact digest)
		if is_older_than_medium; then t_target=$booted; fi
	fi
	t_version=$(fact version)
	[ -z "$(fact source)" ] || t_source=$(fact source)
	[ -n "$t_target" ]
}

is_older_than_medium() { # what runs here came by a medium, and what this system follows is no newer: it would go back as soon as the medium is gone
	[ ! -s "$wanted" ] && [ -n "$(fact date)" ] || return 1
	read -r digest age 2>/dev/null <"$state/medium" && [ "$digest" = "$booted" ] && [ -n "$age" ] && [ "$(fact date)" -le "$age" ]
}

is_avoided() { # an image of this version, or this image, did a node of the group no good: so it does this one none
	ask read-lock || return 1
	line=$(sed -n 's/^avoid=//p' "$work/out" | awk -v digest="$t_target" -v version="${t_version:-?}" '$1 == digest || $2 == version && $2 != "-" { print; exit }')
	[ -n "$line" ] || return 1
	ask deny-image "$t_target told by the group: $line" || :
	say_once "image ${t_version:-} $(short "$t_target") is not begun, as the group was told: $line"
}

