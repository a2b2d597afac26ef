# What drills do to a node on purpose: have the cluster fence one, and kill or stop one of the cluster's own daemons.
verb fence-node changing
verb signal-daemon changing

verb_fence_node() { # whom; by the cluster's own fencer, from another node
	who=$(head -n 1 "$1")
	is_name "$who" || return 64
	if [ "$who" = "$(crm_node -n 2>/dev/null)" ]; then
		echo "$who has to be fenced from another node" >&2
		return 77
	fi
	stonith_admin --reboot "$who" --timeout 120
}

daemon_pids() { pgrep -f "^(/[^ ]*/)?$1( |\$)"; }

daemon_states() { # PID…: one letter each (proc_pid_stat(5))
	for one; do sed 's/.*) //' "/proc/$one/stat" 2>/dev/null | cut -c1; done | tr -d '\n'
}

drill_timer() { # on PID…|off: has systemd let a stopped $daemon go on in ten minutes, since whoever stopped it may be gone by then
	systemctl stop "dcn-ha-drill-$daemon.timer" 2>/dev/null
	[ "$1" = on ] || return 0
	shift
	# shellcheck disable=SC2016 # that shell's own words
	systemd-run --quiet --collect --unit="dcn-ha-drill-$daemon" --on-active=10min --timer-property=AccuracySec=1s \
		-- /bin/sh -c 'kill -s CONT "$@"' sh "$@"
}

verb_signal_daemon() { # "DAEMON kill|stop-for-a-while|continue"; exit 1 where it had no effect. None is stopped that would not go on by itself
	content=$(head -n 1 "$1")
	daemon=${content%% *} wish=${content#* }
	case $daemon in
	corosync | pacemakerd | pacemaker-based | pacemaker-controld | pacemaker-execd | pacemaker-fenced | pacemaker-schedulerd | pacemaker-attrd) : ;;
	*)
		echo 'no daemon of the cluster' >&2
		return 64
		;;
	esac
	case $wish in kill) signal=KILL ;; stop-for-a-while) signal=STOP wish=stop ;; continue) signal=CONT ;; *) return 64 ;; esac
	pids=$(daemon_pids "$daemon") || {
		echo "$daemon does not run here" >&2
		[ "$wish" = continue ] && drill_timer off
		return
	}
	# shellcheck disable=SC2086 # several processes are several words
	if [ "$wish" = stop ] && ! drill_timer on $pids; then
		echo "$daemon is not stopped: nothing would let it go on by itself" >&2
		return 1
	fi
	# shellcheck disable=SC2086
	kill -s "$signal" $pids || return 1
	[ "$wish" != continue ] || drill_timer off
	tries=0
	while [ "$tries" -lt 50 ]; do
		# shellcheck disable=SC2086
		states=$(daemon_states $pids)
		case $wish:$states in kill:*[!Z]*) : ;; kill:*) break ;; stop:*[!T]*) : ;; stop:*) break ;; *) break ;; esac
		tries=$((tries + 1))
		sleep 0.1
	done
	if [ "$tries" -ge 50 ]; then
		echo "$daemon (process $pids) is in state $states" >&2
		return 1
	fi
	echo "$daemon (process $(echo "$pids" | tr '\n' ' ' | sed 's/ $//')) ${wish}ed" | sed 's/killed/gone/; s/stoped/stopped/; s/continueed/goes on/'
}
