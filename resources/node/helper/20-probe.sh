# What a node is and holds.
verb hello
verb probe
verb read-cib
verb read-corosync-conf
verb read-keys
verb status-cluster
verb status-quorum
verb status-links
verb status-transition

verb_hello() { printf 'dcn-ha helper %s\n' "$protocol"; }

service_states() {
	systemctl show --property=Id,LoadState,ActiveState,UnitFileState \
		corosync.service pacemaker.service dcn-ha-gate.service dcn-ha-gate.socket corosync-qdevice.service sbd.service 2>/dev/null |
		awk -F = '
			function flush() { if (id != "") print "service." id "=" load " " active " " (file == "" ? "-" : file); id = file = "" }
			/^$/ { flush() }
			$1 == "Id" { id = $2 } $1 == "LoadState" { load = $2 } $1 == "ActiveState" { active = $2 } $1 == "UnitFileState" { file = $2 }
			END { flush() }'
}

cib_facts() { # FILE: "ADMIN_EPOCH.EPOCH.NUM_UPDATES SCHEMA FEATURE-SET" of the cib element
	awk '/^<cib / {
		while (match($0, /[a-z_-]+="[^"]*"/)) {
			at = index(substr($0, RSTART, RLENGTH), "=")
			fact[substr($0, RSTART, at - 1)] = substr($0, RSTART + at + 1, RLENGTH - at - 2)
			$0 = substr($0, RSTART + RLENGTH)
		}
		print fact["admin_epoch"] "." fact["epoch"] "." fact["num_updates"], fact["validate-with"], fact["crm_feature_set"]
		exit
	}' "$1"
}

packages() { # schema and feature set are the cluster's where it runs, else the newest that this node knows
	if command -v pacemakerd >/dev/null; then
		printf 'pacemaker=%s\n' "$(pacemakerd --version 2>/dev/null | sed -n '1s/^Pacemaker \([0-9A-Za-z.+~-]*\).*/\1/p')"
		[ -s "$work/facts" ] || { cibadmin --empty 2>/dev/null >"$work/empty.xml" && cib_facts "$work/empty.xml" >"$work/facts"; }
		read -r _ schema features <"$work/facts"
		printf 'schema=%s\nfeature-set=%s\n' "$schema" "$features"
	fi
	if command -v corosync >/dev/null; then
		printf 'corosync=%s\n' "$(corosync -v 2>/dev/null | sed -n "s/.*version '\\([^']*\\)'.*/\\1/p")"
	fi
	if command -v python3 >/dev/null; then echo python3=present; fi
	if command -v corosync-qdevice >/dev/null; then echo qdevice=present; fi
	if command -v sbd >/dev/null; then echo sbd=present; fi
	for device in "$root"/dev/watchdog*; do
		[ ! -e "$device" ] || printf 'watchdog.%s=present\n' "${device#"$root"}"
	done
}

watched_files() {
	echo "file.helper $lib/helper"
	echo "file.gate $lib/gate"
	echo "file.fence-secret $lib/fence-secret"
	echo "file.guard $lib/guard"
	echo "file.guard-service $(unit dcn-ha-guard.service)"
	echo "file.gate-service $(unit dcn-ha-gate.service)"
	echo "file.gate-socket $(unit dcn-ha-gate.socket)"
	echo "file.gate-answer $(unit dcn-ha-gate@.service)"
	echo "file.corosync-gate $(unit corosync.service.d/dcn-ha-gate.conf)"
	echo "file.pacemaker-gate $(unit pacemaker.service.d/dcn-ha-gate.conf)"
	echo "file.gate-config $etc/gate.json"
	echo "file.corosync-conf $root/etc/corosync/corosync.conf"
	echo "file.corosync-authkey $root/etc/corosync/authkey"
	echo "file.corosync-authkey-next $root/etc/corosync/authkey.next"
	echo "file.pacemaker-authkey $root/etc/pacemaker/authkey"
	echo "file.cib $cib/cib.xml"
	echo "file.qdevice-certificates $root/etc/corosync/qdevice/net/dcn-ha-enrolled"
	echo "file.sbd-config $(sbd_config)"
	for secret in "$etc"/secrets/*; do
		if is_name "${secret##*/}"; then echo "secret.${secret##*/} $secret"; fi
	done
	for secret in "$cib_secrets"/*/*; do
		case $secret in */'*' | *.sign | *[!A-Za-z0-9._/-]*) continue ;; esac
		echo "secret.${secret#"$cib_secrets"/} $secret"
	done
}

current_cib() { # into $work/probe.xml; read once in a request, and again after a verb that changes something
	[ -e "$work/probe.xml" ] && return
	live_cib >"$work/cib.xml" && mv "$work/cib.xml" "$work/probe.xml"
}

# Every apply and every look at drift pays for this on every node: few processes, no loop that starts one per file.
verb_probe() {
	printf 'protocol=%s\n' "$protocol"
	read -r boot </proc/sys/kernel/random/boot_id
	printf 'hostname=%s\nboot=%s\n' "$(uname -n)" "$boot"
	sed -n 's/^ID="\{0,1\}\([^"]*\)"\{0,1\}$/os.id=\1/p; s/^VERSION_ID="\{0,1\}\([^"]*\)"\{0,1\}$/os.version=\1/p' "$root/etc/os-release" 2>/dev/null
	service_states >"$work/services"
	: >"$work/facts"
	if grep -q '^service.pacemaker.service=[a-z]* active ' "$work/services" && current_cib 2>/dev/null; then
		cib_facts "$work/probe.xml" >"$work/facts"
		printf 'cib.version=%s\n' "$(cut -d ' ' -f 1 "$work/facts")"
		printf 'cib.digest=%s\n' "$(configuration_digest "$work/probe.xml")"
	fi
	if [ ! -s "$work/facts" ] && [ -f "$cib/cib.xml" ]; then printf 'cib.disk=%s\n' "$(cib_facts "$cib/cib.xml" | cut -d ' ' -f 1)"; fi
	packages
	watched_files | digests
	if [ -f "$state/formation" ]; then printf 'formation=%s\n' "$(head -n 1 "$state/formation" | tr -cd 'A-Za-z0-9. -')"; fi
	cat "$work/services"
}

verb_read_cib() {
	if ! active pacemaker.service; then
		echo 'pacemaker is not running' >&2
		return 102
	fi
	current_cib || return
	configuration_digest "$work/probe.xml"
	cat "$work/probe.xml"
}

verb_read_corosync_conf() { cat "$root/etc/corosync/corosync.conf"; }

verb_read_keys() { # for a node that joins its group; the controller never logs this answer
	base64 -w 0 "$root/etc/corosync/authkey" && echo
}

verb_status_cluster() { timeout 20 crm_mon --one-shot --output-as=xml --inactive --fence-history=3; }
verb_status_quorum() { timeout 10 corosync-quorumtool -s; }
verb_status_transition() { # the DC and what its controller is at; S_IDLE is rest. crm_mon can look calm while a transition is being computed
	dc=$(timeout 10 crmadmin --quiet --dc_lookup 2>/dev/null)
	dc=${dc##* }
	timeout 10 crmadmin --status "$dc"
}
verb_status_links() { timeout 10 corosync-cfgtool -s; }
