# A change that goes back by itself unless it is confirmed: what this node needs for that, and the cluster's word about it (docs/apply.md).
verb guard-arm changing
verb guard-disarm changing
verb set-guard changing

guards=$state/guard

# Line 1: token and seconds; then JSON with the configuration before and after, for the guard program. One that awaits its
# confirmation already is left alone: two at a time could not tell whose is whose.
verb_guard_arm() {
	token='' window=''
	read -r token window <"$1"
	case $window in '' | *[!0-9]* | ??????*) token='' ;; esac
	if ! is_token "$token"; then
		echo 'not a guard' >&2
		return 64
	fi
	mkdir -p "$guards" && chmod 0755 "$state" && chmod 0700 "$guards" || return 73
	for other in "$guards"/*; do
		[ "${other##*/}" = "$token" ] || [ ! -e "$other" ] || { echo "another change awaits its confirmation: ${other##*/}" >&2 && return 75; }
	done
	read -r boot </proc/sys/kernel/random/boot_id
	read -r up _ </proc/uptime
	{
		printf '%s %s %s %s\n' "$window" "$boot" "$up" "$(date +%s)"
		tail -n +2 "$1"
	} >"$work/guard"
	place "$work/guard" 0600 root:root "$guards/$token" || return 73
	systemctl enable --quiet dcn-ha-guard.service && systemctl restart --no-block dcn-ha-guard.service
}

verb_guard_disarm() { # TOKEN; the guard program ends by itself when nothing is left
	token=$(head -n 1 "$1")
	if ! is_token "$token"; then
		echo 'not a guard' >&2
		return 64
	fi
	rm -f "$guards/$token"
}

# As set-lock: what must be there, "idle" or "token TOKEN"; then the new value, "armed TOKEN until=TIME" or "WORD TOKEN".
verb_set_guard() {
	expected=$(sed -n 1p "$1") value=$(sed -n 2p "$1")
	case $expected in idle) : ;; 'token '*) is_token "${expected#token }" || value='' ;; *) value='' ;; esac
	case $value in *[!A-Za-z0-9\ =.:-]*) value='' ;; 'armed '* | 'confirmed '* | 'withdrawn '*) : ;; *) value='' ;; esac
	if [ -z "$value" ]; then
		echo 'not a guard' >&2
		return 64
	fi
	case $value in 'armed '*)
		token=${value#armed } token=${token%% *}
		if [ ! -e "$guards/$token" ]; then
			echo 'the time for this change is over before it was made' >&2
			return 75
		fi
		;;
	esac
	case $expected in
	idle) condition="[not(starts-with(@value,'armed '))]" ;;
	*) condition="[starts-with(@value,'armed ${expected#token } ')]" ;;
	esac
	swap_pair guard "$condition" "$expected" idle
}
