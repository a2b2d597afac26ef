# A group's image rollout: how far it is, in the CIB beside the lock, and what happened, on every node (docs/rollouts.md).
verb set-rollout changing
verb note-rollout changing
verb read-rollouts

rollouts=$state/rollouts
# As many as are kept: the oldest go first.
rollouts_kept=20

is_rollout_id() { is_token "${1%% *}" && case ${1#* } in '' | *[!0-9]* | ??????????*) return 1 ;; esac; }

# Line 1: what must be there, "none" or "ID REVISION"; line 2: the new value, "ID REVISION TEXT"; line 3, if any: the lock's new
# value, written with it and only where its holder still has the lock; then "noted" is said. Exit 75 with the present value where
# something else is there, 77 with the lock's where that is somebody else's, 69 without quorum.
verb_set_rollout() {
	expected='' value='' lock=''
	{ IFS= read -r expected && IFS= read -r value && IFS= read -r lock; } <"$1"
	good=yes token=${lock#held } token=${token%% *}
	case $lock in '') : ;; *) { is_token "$token" && is_lock_write "token $token" "$lock" && [ "$lock" != free ]; } || good=no ;; esac
	case $expected in none) : ;; *) is_rollout_id "$expected" || good=no ;; esac
	case $value in *[!A-Za-z0-9\ ._~%-]* | *' '*' '*' '*) good=no ;; *' '*' '?*) is_rollout_id "${value% *}" || good=no ;; *) good=no ;; esac
	if [ "$good" = no ] || [ "${#value}" -gt 30000 ]; then
		echo 'not a rollout' >&2
		return 64
	fi
	if ! active pacemaker.service; then
		echo 'pacemaker is not running' >&2
		return 102
	fi
	case $expected in
	none) condition="[@value='none']" ;;
	*) condition="[starts-with(@value,'$expected ')]" ;;
	esac
	if [ -n "$lock" ]; then
		with_lock
		case $? in
		0)
			echo noted
			still_quorate
			return
			;;
		105) : ;;
		*) cat "$work/said" >&2 && return "$code" ;;
		esac
		live_cib >"$work/lock.xml" || return
		now=$(pair_value "$work/lock.xml" dcn-ha-lock-state)
		case $now in "held $token "*) : ;; *) printf '%s\n' "$now" && return 77 ;; esac
	fi
	swap_pair rollout "$condition" "$expected" none
}

with_lock() { # the record where it meets $condition, and the lock where $token has it: both in one change of the CIB, or none
	sets="cluster_property_set[@id='dcn-ha-lock']/nvpair[@id='dcn-ha-lock-state'][starts-with(@value,'held $token ')]"
	both="[$sets][cluster_property_set[@id='dcn-ha-rollout']/nvpair[@id='dcn-ha-rollout-state']$condition]"
	{
		printf '<crm_config><cluster_property_set id="dcn-ha-lock"><nvpair id="dcn-ha-lock-state" name="dcn-ha-lock" value="%s"/>' "$lock"
		printf '</cluster_property_set><cluster_property_set id="dcn-ha-rollout"><nvpair id="dcn-ha-rollout-state" name="dcn-ha-rollout"'
		printf ' value="%s"/></cluster_property_set></crm_config>\n' "$value"
	} >"$work/both.xml"
	cibadmin --modify --xpath "/cib[@have-quorum='1']/configuration/crm_config$both" --xml-file "$work/both.xml" >/dev/null 2>"$work/said"
	code=$?
	return "$code"
}

verb_note_rollout() { # line 1: ID; then lines of JSON, appended to what is known of that rollout; one that is there already is not written again
	id=$(sed -n 1p "$1")
	if ! is_token "$id"; then
		echo 'not a rollout' >&2
		return 64
	fi
	mkdir -p "$rollouts" && chmod 0755 "$state" "$rollouts" || return 73
	note=$rollouts/$id.jsonl
	if [ -e "$note" ]; then cp "$note" "$work/note"; else : >"$work/note"; fi
	awk 'FILENAME == ARGV[1] { known[$0] = 1; next } FNR > 1 && $0 != "" && !known[$0]++' "$work/note" "$1" >"$work/new"
	cat "$work/new" >>"$work/note"
	place "$work/note" 0644 root:root "$note" || return 73
	# shellcheck disable=SC2012 # our own names: letters, digits and dashes
	ls -1t "$rollouts" | tail -n "+$((rollouts_kept + 1))" | while IFS= read -r old; do
		rm -f "${rollouts:?}/$old"
	done
}

verb_read_rollouts() { # ID, or nothing for all of them, the newest last
	id=$(head -n 1 "$1")
	if [ -n "$id" ]; then
		is_token "$id" || return 64
		cat "$rollouts/$id.jsonl" 2>/dev/null
		return 0
	fi
	# shellcheck disable=SC2012
	ls -1tr "$rollouts" 2>/dev/null | while IFS= read -r one; do cat "$rollouts/$one"; done
}
