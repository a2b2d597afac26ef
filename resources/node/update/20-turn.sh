# This node's turn: what is remembered of it, told and judged.
# All of them are read and written by name.
# shellcheck disable=SC2034
fields='id phase target source version from boot there outcome evidence denies told since_boot since_up asks asked trouble well_boot well_up active tickets number'

load() {
	for field in $fields; do eval "t_$field=''"; done
	[ -s "$state/turn" ] || return 1
	# shellcheck disable=SC2034 # in the eval
	while IFS='=' read -r key value; do
		case " $fields " in *" $key "*) eval "t_$key=\$value" ;; esac
	done <"$state/turn"
	[ -n "$t_id" ] && [ -n "$t_phase" ]
}

save() {
	keep turn "$(for field in $fields; do eval "printf '%s=%s\n' $field \"\$t_$field\""; done)"
}

json() { printf %s "$1" | tr -cd ' -~' | sed 's/[\\"]/\\&/g'; }

# As src/workflows/rollout-scene.ts has it, so that `dcn-ha rollout report` shows it; the number puts it after what was before.
event() { # TEXT
	number=$(date +%s%3N)
	[ "$number" -gt "${t_number:-0}" ] || number=$((t_number + 1))
	t_number=$number
	say "${t_version:-image} $(short "$t_target"): $1"
	line="{\"number\":$number,\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)\",\"node\":\"$node\""
	[ -z "$t_phase" ] || [ "$t_phase" = locking ] || line="$line,\"phase\":\"$(phase_name)\""
	[ -z "$t_outcome" ] || line="$line,\"outcome\":\"$t_outcome\""
	ask note-rollout "$t_id
$line,\"text\":\"$(json "$1")\"}
" || :
}

phase_name() { case $t_phase in stuck | closing) echo over ;; *) echo "$t_phase" ;; esac; }

short() {
	one=${1#sha256:}
	printf %s "${one%"${one#????????????}"}"
}

go() { # PHASE WORDS
	t_phase=$1 t_since_boot=$boot t_since_up=$up t_asks=0 t_asked='' t_trouble=''
	# Written before it is told: told again is no harm, done without being written is.
	save
	event "$1: $2"
	case $1 in draining | stopping | soaking | closing) tell_lock "$2" ;; esac
}

tell_lock() { [ "$lock" != "$t_id" ] || ask set-lock "token $t_id
$(held "$1")
" || :; }

encode() { printf %s "$1" | tr -cd 'A-Za-z0-9 :._-' | sed 's/ /%20/g; s/:/%3A/g'; }

# Without a boot id: this node reboots on purpose, and goes on with its turn by itself after any boot. Another boot proves nothing about it.
held() { # STEP
	printf 'held %s node node=%s boot= purpose=%s step=%s since=%s' "$t_id" "$(encode "$node")" \
		"$(encode "dcn-ha-update to image ${t_version:-} $(short "$t_target")")" "$(encode "$1")" "$(encode "$(date -u +%Y-%m-%dT%H:%M:%SZ)")"
}

judge() { # OUTCOME EVIDENCE [denies]: the first one stays
	[ -z "$t_outcome" ] || return 0
	t_outcome=$1 t_evidence=$2 t_denies=${3:-}
}

here() { [ -n "$booted" ] && [ "$booted" = "$t_target" ]; }
other_boot() { [ "$t_boot" != "$boot" ]; }
later() { [ "$(since "$t_since_boot" "$t_since_up")" -ge "$1" ]; }
is_in() { [ "$member" = online ] || [ "$member" = standby ]; }
is_due() { [ -z "$t_asked" ] || [ $((up - t_asked)) -ge "$again_s" ] || [ "$up" -lt "$t_asked" ]; }

complaint() {
	said=$(sed -n "s/^left=${t_target}[^ ]* //p" "$work/image" | head -n 1)
	[ -z "$said" ] || said="the check $said failed"
	printf %s "${failed:-$said}"
}

# It was booted and left: greenboot says so, or it lies there and did not before.
was_left() { grep -q "^left=$t_target" "$work/image" || { [ "$t_there" != yes ] && grep -qx "other=$t_target" "$work/image"; }; }

try() { # VERB PAYLOAD: at most once in a while
	is_due || return 0
	t_asks=$((t_asks + 1)) t_asked=$up
	save
	ask "$1" "${2:-}" && t_trouble='' || t_trouble=${trouble:-it said nothing}
	save
}

restarted() { # Something else restarted it before we did
	other_boot || return 1
	[ -n "$booted" ] || return 0
	if here; then
		go booting 'restarted before its time, with the new image'
	else
		judge not-applied 'it was restarted by something else before its reboot, and has the old image'
		go joining 'restarted before its time'
	fi
}

lost_lock() { # somebody broke it: from here on nothing more is begun
	[ -n "$lock" ] && [ "$member" != unknown ] && [ "$lock" != "$t_id" ]
}

