# Who is in a running cluster and how it runs: standby, leaving, corosync.conf taken by reload, keys changed.
verb set-standby changing
verb clear-standby changing
verb stop-cluster changing
verb restart-cluster changing
verb leave-cluster changing
verb forget-node changing
verb reload-corosync changing
verb read-corosync-runtime
verb activate-corosync-key changing
verb drop-next-key changing

node_attribute() { # NODE NAME [VALUE]: sets it for good, or removes it without a value
	if [ -n "${3:-}" ]; then
		crm_attribute --type nodes --node "$1" --name "$2" --update "$3"
	else
		crm_attribute --type nodes --node "$1" --name "$2" --delete
	fi
}

is_standby() { # NODE: also where a write said that it failed, and did not
	[ "$(crm_attribute --type nodes --node "$1" --name standby --query --quiet 2>/dev/null)" = on ]
}

standby_words() { # FILE: "NODE OWNER"; an owner is who may undo it, a dash nobody but a person
	content=$(head -n 1 "$1")
	who=${content%% *} owner=${content#* }
	if is_name "$who" && { [ "$owner" = - ] || is_name "$owner"; }; then return 0; fi
	echo 'standby is a node and an owner' >&2
	return 64
}

verb_set_standby() { # the owner's mark first: a standby of ours without a mark would stay for ever
	standby_words "$1" || return
	if [ "$owner" != - ]; then
		node_attribute "$who" dcn-ha-standby "$owner" || return
	fi
	node_attribute "$who" standby on || {
		code=$?
		# A mark without a standby would make ours the next one that a person sets.
		[ "$owner" = - ] || is_standby "$who" || node_attribute "$who" dcn-ha-standby
		return "$code"
	}
	# A person's is nobody's to end, whose ever it was before.
	[ "$owner" != - ] || node_attribute "$who" dcn-ha-standby
}

verb_clear_standby() { # and the mark last, for the same reason. What is not the owner's stays, and says so; a person ends any
	standby_words "$1" || return
	if [ "$owner" != - ]; then
		mark=$(crm_attribute --type nodes --node "$who" --name dcn-ha-standby --query --quiet --default=-) || return
		if [ "$mark" != "$owner" ]; then
			echo "no standby of $owner"
			return 0
		fi
	fi
	node_attribute "$who" standby && node_attribute "$who" dcn-ha-standby
}

stop_units() { # [UNIT…]: Pacemaker first: it stops what it runs; sbd and corosync go with the last
	[ "$#" -gt 0 ] || set -- pacemaker.service corosync-qdevice.service corosync.service
	for one; do
		if systemctl is-active --quiet "$one" || [ "$(systemctl show --property=ActiveState --value "$one" 2>/dev/null)" = activating ]; then
			systemctl stop "$one" || return
		fi
	done
}

verb_stop_cluster() { # "pacemaker": all but corosync, which the others still need for their quorum. Marked until the next start or boot: not a person stopped it
	: >"$run/stopped-by-us" || return 73
	case $(head -n 1 "$1") in pacemaker) stop_units pacemaker.service ;; *) stop_units ;; esac
}

verb_restart_cluster() {
	: >"$run/stopped-by-us" || return 73
	stop_units && systemctl start corosync.service && systemctl start --no-block pacemaker.service || return
	rm -f "$run/stopped-by-us"
	if [ -e "$qdevice_mark" ] || grep -q '^[[:space:]]*device[[:space:]]*{' "$root/etc/corosync/corosync.conf"; then
		systemctl start --no-block corosync-qdevice.service
	fi
}

verb_leave_cluster() { # for good: nothing starts at boot any more, and the keys of the group are not left behind
	systemctl disable pacemaker.service corosync-qdevice.service corosync.service dcn-ha-gate.service dcn-ha-gate.socket 2>/dev/null
	stop_units || return
	systemctl stop dcn-ha-gate.socket dcn-ha-gate.service 2>/dev/null
	rm -rf "${qdevice_folder:?}/nssdb" "$qdevice_mark" "${etc:?}/secrets" "${cib_secrets:?}" "${cib:?}" "$root/run/dcn-ha/gate-state" "$root/run/dcn-ha/gate-held"
	# Whole configurations lie here too: what a change was to go back to, and what the gate set aside.
	rm -rf "${guards:?}" "${state:?}/set-aside"
	rm -f "$root"/etc/booth/booth-????????????????.conf "$root/etc/booth/booth.conf" "$root/etc/booth/booth.key"
	rm -f "$root/etc/corosync/corosync.conf" "$root/etc/corosync/authkey" "$root/etc/corosync/authkey.next" \
		"$root/etc/pacemaker/authkey" "$etc/gate.json" "$state/formation" "$state/releases"
	forget_running
}

verb_forget_node() { # a node that is gone for good; crm_node(8) refuses one that corosync still counts
	who=$(head -n 1 "$1")
	is_name "$who" || return 64
	if corosync-quorumtool -l 2>/dev/null | awk -v who="$who" '$3 == who { found = 1 } END { exit !found }'; then
		echo "$who is a member of the cluster: it has to leave first" >&2
		return 77
	fi
	crm_node --force --remove "$who"
}

verb_reload_corosync() { # for all nodes at once; each has the new file already (corosync-cfgtool(8))
	timeout 60 corosync-cfgtool -R || return
	# The tool ends before the nodes have taken it over.
	tries=0
	while [ "$tries" -lt 50 ]; do
		case $(corosync-cmapctl -g config.reload_in_progress 2>/dev/null) in *' 1') sleep 0.1 ;; *) break ;; esac
		tries=$((tries + 1))
	done
	corosync-cmapctl -g config.reload_status 2>/dev/null || :
}

verb_read_corosync_runtime() {
	# Each key is a question to corosync, and most of them are counters.
	corosync-cmapctl nodelist. totem. quorum. config.reload_status 2>/dev/null || :
}

verb_activate_corosync_key() { # line 1: digest of the staged key; nothing where the key is that one already
	wanted=$(head -n 1 "$1")
	if [ "$(digest "$root/etc/corosync/authkey")" = "$wanted" ]; then return 0; fi
	if [ "$(digest "$root/etc/corosync/authkey.next")" != "$wanted" ]; then
		echo 'another key is staged here' >&2
		return 65
	fi
	place "$root/etc/corosync/authkey.next" 0400 root:root "$root/etc/corosync/authkey" || return 73
}

verb_drop_next_key() { rm -f "$root/etc/corosync/authkey.next"; }
