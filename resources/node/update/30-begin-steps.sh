# The steps of a turn until the reboot, each one look: where it is, and what is next.
step_locking() {
	case $lock in
	'') end=yes ;;
	# Whatever held when it wanted to begin is long ago: windows, and who else waits.
	*) if other_boot; then
		drop_turn 'it was restarted before its turn began'
		return
	fi ;;
	esac
	case $lock in
	'') : ;;
	"$t_id")
		if [ "$may" != yes ]; then
			drop_turn "$why"
		elif ! window_open window "$s_reboot"; then
			# Since it was asked, the image was compared, for which a container's is fetched whole; or the run ended there.
			drop_turn 'the window has closed'
		else
			go draining 'its turn'
		fi
		;;
	free) ask set-lock "free
$(held 'looks whether it may leave')
" || drop_turn "the lock was not to be had: $(cat "$work/out") $trouble" ;;
	*) drop_turn "the lock is held by $lock_who" ;;
	esac
}

drop_turn() { # WHY: before anything was done
	if [ "$lock" = "$t_id" ] && ! free_lock; then
		end=yes
		return
	fi
	rm -f "$state/turn"
	sync "$state"
	t_phase=''
	say_once "waits: $1"
}

free_lock() { # 75: it is another's by now
	ask set-lock "token $t_id
free
"
	case $? in 0 | 75) : ;; *) return 1 ;; esac
}

step_draining() {
	restarted && return
	if lost_lock; then
		judge drain-failed 'the lock of the group was taken away from it'
		go returning 'it has the lock no more'
	elif [ "$member" = standby ] && [ -z "$busy" ]; then
		go staging 'in standby and empty'
	elif later "$s_drain"; then
		judge drain-failed "${t_trouble:-still there: ${busy:-nobody says what}}"
		go returning 'not empty in time'
	elif [ "$standby" != person ] && [ -n "$member" ] && [ "$member" != standby ]; then
		try set-standby "$node $owner"
	fi
}

image_words() { printf '%s\n' "$t_target" && { [ -z "$t_source" ] || printf 'source=%s\n' "$t_source"; }; }

step_staging() {
	restarted && return
	if lost_lock; then
		judge drain-failed 'the lock of the group was taken away from it'
		go returning 'it has the lock no more'
	elif [ "$next" = "$t_target" ]; then
		go stopping 'boots next'
	elif { [ -n "$t_trouble" ] && [ "$t_asks" -ge "$tries" ]; } || later "$s_stage"; then
		judge refused "$t_trouble"
		go returning 'the image is not taken'
	else
		try stage-image "$(image_words)"
	fi
}

step_stopping() {
	restarted && return
	if [ "$cluster" = inactive ]; then
		go rebooting 'left the cluster cleanly'
	elif [ "$t_asks" -eq 0 ] && { [ "$may" != yes ] || [ "$lock" != "$t_id" ]; }; then
		# Looked at anew, also where the others were well while it was drained.
		go returning "gives up its turn: ${why:-it has the lock no more}"
	elif [ "$t_asks" -eq 0 ] && ! window_open window 0; then
		# Draining and staging take their time: a container is fetched there.
		go returning 'gives up its turn: the window has closed'
	elif later "$s_stop"; then
		judge drain-failed "${t_trouble:-its cluster did not stop}"
		go joining 'does not stop'
	else
		try stop-cluster
	fi
}

step_rebooting() {
	if other_boot; then
		[ -n "$booted" ] || return 0
		if here; then
			go booting 'another boot, the new image'
		elif was_left; then
			judge rolled-back "$(complaint)" yes
			go joining 'booted and left again'
		else
			said=$(complaint)
			judge not-applied "${said:-it was booted again, and the new image was not taken}"
			go joining 'another boot, the old image'
		fi
	elif later "$s_reboot"; then
		judge not-applied "${t_trouble:-it was asked to reboot and did not: its boot id is the same}"
		go joining 'no reboot happened'
	else
		try reboot-node "$t_boot
$t_target
"
		# The machine goes down; where it does not, the next run sees it.
		[ -n "$t_trouble" ] || end=yes
	fi
}

