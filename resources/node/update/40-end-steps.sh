# The steps of a turn after the reboot, and its end.
step_booting() {
	if here && [ "$health" = green ]; then
		go joining 'green on the new image'
	elif [ -n "$booted" ] && ! here; then
		judge rolled-back "$(complaint)" yes
		go joining 'went back by itself'
	elif [ "$hands" = yes ] || { later "$s_green" && [ -n "$health" ]; }; then
		said=$(complaint)
		judge stuck-red "${said:-its health checks are $health}" yes
		go stuck 'stays red'
	fi
}

step_joining() {
	if [ -z "$t_outcome" ] && here && [ "$health" != green ]; then
		go booting 'on the new image, and not green'
	elif [ -z "$t_outcome" ] && other_boot && [ -n "$booted" ] && ! here && was_left; then
		judge rolled-back "$(complaint)" yes
		go joining 'booted and left again'
	elif is_in; then
		go returning 'the cluster has it back'
	elif later "$s_join"; then
		judge cannot-rejoin "the cluster sees it ${member:-not}"
		go stuck 'is not seen in time'
	elif ! other_boot && [ "$cluster" = inactive ]; then
		try restart-cluster
	fi
}

step_returning() {
	if [ "$next" = "$t_target" ] && ! here; then
		try drop-image "$t_target"
	elif [ "$standby" = "$owner" ]; then
		try clear-standby "$node $owner"
	elif is_in && [ -n "$standby" ] && [ -n "$booted" ]; then
		if [ -z "$t_outcome" ] && here; then
			go soaking 'takes work again'
		else
			go closing 'takes work again, on the old image'
		fi
		return
	fi
	if later "$s_return"; then
		judge cannot-rejoin "${t_trouble:-its standby could not be ended}"
		go stuck 'its standby stays'
	fi
}

worse() { # what ran somewhere before its turn and runs nowhere now, although nobody took it away or stopped it
	for one in $t_active; do
		case " $active $rest " in *" $one "*) continue ;; esac
		case " $known " in *" $one "*) printf '%s ' "$one" ;; esac
	done
}

step_soaking() {
	if [ -n "$booted" ] && ! here; then
		judge rolled-back "$(complaint)" yes
		go joining 'left the new image again'
		return
	fi
	lost=$(worse)
	if here && [ "$health" = green ] && is_in && [ -z "$lost" ]; then
		if [ "$t_well_boot" != "$boot" ]; then
			t_well_boot=$boot t_well_up=$up
			save
		fi
		[ $((up - t_well_up)) -lt "$s_soak" ] && return
		judge updated ''
		go closing 'well for the soak time'
		return
	fi
	if [ -n "$t_well_boot" ]; then
		t_well_boot=''
		save
	fi
	if [ "$(since "$t_since_boot" "$t_since_up")" -ge $((s_soak + s_join)) ]; then
		blames=''
		# Where a ticket went to another site meanwhile, what depends on it rests for that reason.
		gone=''
		if [ "$tickets" = revoked ] && [ "$t_tickets" != revoked ]; then gone=yes; fi
		[ -z "$lost" ] || [ "$may" != yes ] || [ -n "$gone" ] || blames=yes
		judge worse-after "${lost:-the cluster sees it ${member:-not}}" "$blames"
		go closing 'not well'
	fi
}

# It is not on the old image, or not in the cluster: it stays out of service. Whatever ends that, its next run brings it to an end.
step_stuck() {
	tell_group || :
	[ -z "$t_told" ] || [ "$lock" != "$t_id" ] || free_lock || :
	if is_in && { ! here || [ "$health" = green ]; }; then
		go returning 'out of what held it'
	else
		end=yes
	fi
}

tell_group() { # an image that is to blame: denied here, and told to all before the lock is given back
	[ -n "$t_denies" ] && [ -z "$t_told" ] || return 0
	ask deny-image "$t_target $t_outcome: $t_evidence" || return 1
	ask avoid-image "$t_target ${t_version:--} $t_outcome on $node" || return 1
	t_told=yes
	save
}

step_closing() {
	if [ -n "$t_outcome" ] && [ "$t_outcome" != updated ] && [ -z "$t_denies" ]; then count_try; fi
	if ! tell_group || { [ "$lock" = "$t_id" ] && ! free_lock; } || [ -z "$lock" ]; then
		say_once "its turn is over, and the cluster could not be told: ${trouble:-$why}"
		end=yes
		return
	fi
	event "${t_outcome:-not begun}${t_evidence:+: $t_evidence}"
	rm -f "$state/turn" "$state/ready"
	sync "$state"
	t_phase=''
}

# Not known to be the image's doing: tried again later, and not for ever.
count_try() {
	read -r digest count _ id <<-END
		$(cat "$state/tried" 2>/dev/null)
	END
	[ "${id:-}" != "$t_id" ] || return 0
	[ "${digest:-}" = "$t_target" ] || count=0
	count=$((count + 1))
	keep tried "$t_target $count $boot:$up $t_id"
	[ "$count" -lt "$tries" ] || t_denies=yes
	save
}

walk() {
	while [ -n "$t_phase" ] && [ -z "$end" ]; do
		observe
		[ "$up" -lt "$last" ] || return 0
		if [ "$t_since_boot" != "$boot" ]; then
			t_since_boot=$boot t_since_up=$up
			save
		fi
		before=$t_phase
		"step_$t_phase"
		[ "$before" != "$t_phase" ] || [ -n "$end" ] || sleep 2
	done
}

