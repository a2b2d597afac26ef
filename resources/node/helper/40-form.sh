# What makes a cluster of bare nodes.
verb seed-cib changing
verb enable-cluster changing
verb start-cluster changing
verb set-formation changing

formation_step() { sed -n '1s/^[^ ]* //p' "$state/formation" 2>/dev/null; }

verb_seed_cib() {
	if active pacemaker.service; then
		echo 'pacemaker is running: its configuration is changed by patch-cib, not replaced' >&2
		return 77
	fi
	if [ -e "$cib/cib.xml" ]; then
		if cmp -s "$1" "$cib/cib.xml"; then return 0; fi
		# Pacemaker signs what it writes: an unsigned one of a formation that was never started is our own earlier seed.
		if [ -e "$cib/cib.xml.sig" ] || [ "$(formation_step)" != prepared ]; then
			echo 'the configuration of an earlier cluster lies here (/var/lib/pacemaker/cib)' >&2
			return 77
		fi
	elif [ -e "$cib/cib.xml.sig" ]; then
		echo 'the signature of an earlier cluster configuration lies here (/var/lib/pacemaker/cib)' >&2
		return 77
	fi
	verb_check_cib "$1" || return
	mkdir -p "$cib" && chown hacluster:haclient "$cib" && chmod 0750 "$cib" || return 73
	place "$1" 0600 hacluster:haclient "$cib/cib.xml" || return 73
}

verb_enable_cluster() {
	systemctl daemon-reload && systemctl enable dcn-ha-gate.socket dcn-ha-gate.service corosync.service pacemaker.service
}

verb_start_cluster() {
	systemctl start dcn-ha-gate.socket && systemctl start --no-block corosync.service pacemaker.service || return
	rm -f "$run/stopped-by-us"
}

verb_set_formation() { # ID STEP
	content=$(head -n 1 "$1")
	identity=${content%% *} step=${content#* }
	if ! is_name "$identity" || ! is_name "$step"; then
		echo 'a formation is an id and a step' >&2
		return 64
	fi
	# Whoever completes a formation holds its claim: gone before the word is there, it cannot stay behind.
	if [ "$step" = complete ]; then rm -f "$state/claim"; fi
	mkdir -p "$state" && chmod 0755 "$state" && printf '%s %s\n' "$identity" "$step" >"$work/formation" || return 73
	place "$work/formation" 0644 root:root "$state/formation" || return 73
}
