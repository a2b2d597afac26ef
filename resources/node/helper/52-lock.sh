# The group's lock, in the CIB of a cluster and in a file on a node that has no cluster yet (docs/lock.md).
verb read-lock
verb set-lock changing
verb set-claim changing

claim=$state/claim

quorate() { timeout 10 corosync-quorumtool -s 2>/dev/null | grep -q '^Quorate: *Yes'; }

pair_value() { # FILE ID: the value of the nvpair with that id; nothing where there is none. Our values need no unescaping
	sed -n "/^ *<nvpair id=\"$2\" .*value=/{
		s/.*value=\"\\([^\"]*\\)\".*/\\1/p
		q
	}" "$1"
}

is_lock_write() { # EXPECTED VALUE
	case $1 in free) : ;; 'token '*) is_token "${1#token }" || return 1 ;; *) return 1 ;; esac
	case $2 in
	free) return 0 ;;
	*[!A-Za-z0-9\ =._~%:-]*) return 1 ;;
	'held '*' '*) [ "${#2}" -le 2000 ] ;;
	*) return 1 ;;
	esac
}

is_token() {
	case $1 in *[!0-9a-f-]*) return 1 ;; esac
	[ "${#1}" -ge 8 ] && [ "${#1}" -le 64 ]
}

is_expected() { # VALUE EXPECTED
	case $2 in
	free) [ "$1" = free ] || [ -z "$1" ] ;;
	*) case $1 in "held ${2#token } "*) return 0 ;; *) return 1 ;; esac ;;
	esac
}

verb_read_lock() { # what is known here, one "NAME=VALUE" a line
	if active pacemaker.service && live_cib >"$work/lock.xml" 2>/dev/null; then
		printf 'quorum=%s\n' "$(sed -n '1s/.* have-quorum="\([01]\)".*/\1/p' "$work/lock.xml")"
		printf 'lock=%s\n' "$(pair_value "$work/lock.xml" dcn-ha-lock-state)"
		printf 'guard=%s\n' "$(pair_value "$work/lock.xml" dcn-ha-guard-state)"
		printf 'rollout=%s\n' "$(pair_value "$work/lock.xml" dcn-ha-rollout-state)"
		sed -n '/<nvpair id="dcn-ha-avoid-/s/.*value="\([^"]*\)".*/avoid=\1/p' "$work/lock.xml"
	fi
	if [ -s "$claim" ]; then printf 'claim=%s\n' "$(head -n 1 "$claim")"; fi
}

# Line 1: what must be there, "free" or "token TOKEN"; line 2: the new value. Exit 75 with the present value where something
# else is there; 69 without quorum, since both halves of a divided cluster would take it.
verb_set_lock() {
	expected=$(sed -n 1p "$1") value=$(sed -n 2p "$1")
	if ! is_lock_write "$expected" "$value"; then
		echo 'not a lock' >&2
		return 64
	fi
	if ! active pacemaker.service; then
		echo 'pacemaker is not running' >&2
		return 102
	fi
	# Who holds it and notes another step begins nothing.
	case $expected:$value in "token "*":held ${expected#token } "*) ;; *) guarded "$value" || return ;; esac
	case $expected in
	free) condition="[@value='free']" ;;
	*) condition="[starts-with(@value,'held ${expected#token } ')]" ;;
	esac
	swap_pair lock "$condition" "$expected" free || return
	[ "$value" = free ] || still_quorate
}

still_quorate() { # the cluster may have been divided while the write was under way: corosync knows first
	quorate && return
	echo 'this part of the cluster has lost its quorum' >&2
	return 69
}

guarded() { # VALUE: nobody begins a change while another one awaits its confirmation; 76 with the guard's value
	case $1 in free) return 0 ;; esac
	token=${1#held } token=${token%% *}
	live_cib >"$work/lock.xml" || return
	guard_allows "$work/lock.xml" "$token" || return 76
}

swap_pair() { # lock|guard|rollout CONDITION EXPECTED IDLE: sets the pair to $value where it meets the condition
	new='<nvpair id="dcn-ha-%s-state" name="dcn-ha-%s" value="%s"/>\n'
	# shellcheck disable=SC2059 # the format is ours
	printf "$new" "$1" "$1" "$value" >"$work/pair.xml"
	path="/cib[@have-quorum='1']/configuration/crm_config/cluster_property_set[@id='dcn-ha-$1']/nvpair[@id='dcn-ha-$1-state']"
	for attempt in 1 2; do
		cibadmin --modify --xpath "$path$2" --xml-file "$work/pair.xml" >/dev/null 2>"$work/said"
		code=$?
		[ "$code" -ne 0 ] || return 0
		if [ "$code" -ne 105 ]; then
			cat "$work/said" >&2
			return "$code"
		fi
		live_cib >"$work/lock.xml" || return
		if ! grep -q '^<cib .*have-quorum="1"' "$work/lock.xml"; then
			echo 'this part of the cluster has no quorum' >&2
			return 69
		fi
		if ! grep -q "<nvpair id=\"dcn-ha-$1-state\"" "$work/lock.xml" && [ "$3" = "$4" ] && [ "$attempt" = 1 ]; then
			{
				printf '<cluster_property_set id="dcn-ha-%s">' "$1"
				# shellcheck disable=SC2059
				printf "$new" "$1" "$1" "$4"
				echo '</cluster_property_set>'
			} >"$work/set.xml"
			# 108: somebody else made it in this moment.
			cibadmin --create --scope crm_config --xml-file "$work/set.xml" >/dev/null 2>&1
			continue
		fi
		now=$(pair_value "$work/lock.xml" "dcn-ha-$1-state")
		# Asked a second time, because the first answer was lost.
		[ "$now" != "$value" ] || return 0
		printf '%s\n' "$now"
		return 75
	done
	echo 'it keeps changing' >&2
	return 75
}

# The same on a node without a cluster: a file, written under flock(1), which the kernel gives back when its holder dies.
verb_set_claim() {
	expected=$(sed -n 1p "$1") value=$(sed -n 2p "$1")
	if ! is_lock_write "$expected" "$value"; then
		echo 'not a lock' >&2
		return 64
	fi
	mkdir -p "$state" && chmod 0755 "$state" || return 73
	exec 9>"$run/claim.flock" || return 73
	flock 9 || return 73
	now=$(head -n 1 "$claim" 2>/dev/null)
	[ "${now:-free}" != "$value" ] || return 0
	if ! is_expected "$now" "$expected"; then
		printf '%s\n' "$now"
		return 75
	fi
	if [ "$value" = free ]; then
		rm -f "$claim" && sync "$state"
		return
	fi
	printf '%s\n' "$value" >"$work/claim"
	place "$work/claim" 0644 root:root "$claim" || return 73
}
