# What corosync runs with, where that is not the file on the disk: a change of it may have ended between writing and taking.
verb read-corosync-running
verb note-corosync-running changing
verb restart-qdevice changing

running_copy() { # into $copy where the copy lies, which belongs to this one start of corosync: after another start the file counts
	invocation=$(systemctl show --property=InvocationID --value corosync.service 2>/dev/null)
	case $invocation in '' | *[!0-9a-f]*) return 1 ;; esac
	copy=$run/corosync-running.$invocation
}

keep_running() { # before the file changes: what corosync has read of it; a copy that is there already says more
	active corosync.service && running_copy && [ ! -e "$copy" ] && [ -e "$root/etc/corosync/corosync.conf" ] || return 0
	forget_running && place "$root/etc/corosync/corosync.conf" 0600 root:root "$copy"
}

forget_running() { rm -f "$run"/corosync-running.*; }

verb_read_corosync_running() { # "noted" and the text that it runs with; or "runtime" and what corosync says, nothing where it does not run
	for one in "$run"/corosync-running.*; do
		if [ -e "$one" ] && running_copy && [ -e "$copy" ]; then
			echo noted
			cat "$copy"
			return
		fi
		break
	done
	echo runtime
	verb_read_corosync_runtime
}

verb_note_corosync_running() { # it has taken the file on the disk
	running_copy || return 0
	forget_running && place "$root/etc/corosync/corosync.conf" 0600 root:root "$copy" || return 73
}

verb_restart_qdevice() { systemctl restart corosync-qdevice.service; }
