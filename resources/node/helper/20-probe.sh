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

service_states() { # and into $pacemaker whether it is active
	pacemaker=''
	set -- corosync.service pacemaker.service dcn-ha-gate.service dcn-ha-gate.socket corosync-qdevice.service sbd.service
	# Of their properties this one alone is cheap to ask for: one line for each, in the order of asking.
	systemctl is-active "$@" >"$work/units" 2>/dev/null
	while read -r active; do
		printf 'service.%s=- %s -\n' "$1" "$active"
		if [ "$1 $active" = 'pacemaker.service active' ]; then pacemaker=active; fi
		shift
		[ "$#" -gt 0 ] || break
	done <"$work/units"
}

attribute() { # NAME: into $value its value in $line
	value=''
	case $line in *" $1=\""*)
		value=${line#*" $1=\""}
		value=${value%%\"*}
		;;
	esac
}

cib_facts() { # FILE: of its cib element, which begins one of the first lines, into $version, $schema and $features
	version='' schema='' features=''
	for _ in 1 2 3; do
		read -r line || break
		case $line in '<cib '*) : ;; *) continue ;; esac
		for name in admin_epoch epoch num_updates; do
			attribute "$name"
			version=$version${version:+.}$value
		done
		attribute validate-with
		schema=$value
		attribute crm_feature_set
		features=$value
		break
	done <"$1"
}

# Asking the programs costs more than all else that the probe does, so what they said is kept until others are installed or the node boots.
versions() {
	# shellcheck disable=SC2046 # one word for each fact
	set -- $(stat -L -c '%d:%i:%s:%Z' /usr/sbin/pacemakerd /usr/sbin/corosync 2>/dev/null)
	kept=''
	if [ -s "$run/versions" ]; then read -r kept <"$run/versions"; fi
	if [ "$#" -ne 2 ] || [ "$kept" != "$*" ]; then
		{
			echo "$*"
			if command -v pacemakerd >/dev/null; then
				pacemakerd --version 2>/dev/null | sed -n '1s/^Pacemaker \([0-9A-Za-z.+~-]*\).*/pacemaker=\1/p'
			fi
			if command -v corosync >/dev/null; then
				corosync -v 2>/dev/null | sed -n "s/.*version '\\([^']*\\)'.*/corosync=\\1/p"
			fi
		} >"$work/versions"
		# Those that say nothing now may do so later.
		if [ "$#" -eq 2 ] && [ "$(grep -c '=[0-9]' "$work/versions")" -eq 2 ]; then mv -f "$work/versions" "$run/versions"; fi
	fi
	kept=$run/versions
	if [ -e "$work/versions" ]; then kept=$work/versions; fi
	while read -r line; do
		case $line in [a-z]*=*) printf '%s\n' "$line" ;; esac
	done <"$kept"
}

packages() { # schema and feature set are the cluster's where it runs, else the newest that this node knows
	versions
	if command -v pacemakerd >/dev/null; then
		if [ -z "$schema" ] && cibadmin --empty 2>/dev/null >"$work/empty.xml"; then cib_facts "$work/empty.xml"; fi
		printf 'schema=%s\nfeature-set=%s\n' "$schema" "$features"
	fi
	if command -v python3 >/dev/null; then echo python3=present; fi
	if command -v corosync-qdevice >/dev/null; then echo qdevice=present; fi
	if command -v sbd >/dev/null; then echo sbd=present; fi
	if command -v boothd >/dev/null && [ -x "$root/usr/lib/ocf/resource.d/pacemaker/booth-site" ]; then echo booth=present; fi
	for device in "$root"/dev/watchdog*; do
		[ ! -e "$device" ] || printf 'watchdog.%s=present\n' "${device#"$root"}"
	done
}

watch_files() {
	watch file.helper "$lib/helper"
	watch file.gate "$lib/gate"
	watch file.fence-secret "$lib/fence-secret"
	watch file.guard "$lib/guard"
	watch file.fleetlock "$lib/fleetlock"
	watch file.fleetlock-client "$lib/fleetlock-client"
	watch file.alert "$lib/alert"
	for pair in guard-service=dcn-ha-guard.service fleetlock-service=dcn-ha-fleetlock@.service gate-service=dcn-ha-gate.service gate-socket=dcn-ha-gate.socket \
		gate-answer=dcn-ha-gate@.service corosync-gate=corosync.service.d/dcn-ha-gate.conf pacemaker-gate=pacemaker.service.d/dcn-ha-gate.conf; do
		unit "${pair#*=}"
		watch "file.${pair%%=*}" "$path"
	done
	watch file.gate-config "$etc/gate.json"
	watch file.corosync-conf "$root/etc/corosync/corosync.conf"
	watch file.corosync-authkey "$root/etc/corosync/authkey"
	watch file.corosync-authkey-next "$root/etc/corosync/authkey.next"
	watch file.pacemaker-authkey "$root/etc/pacemaker/authkey"
	watch file.cib "$cib/cib.xml"
	watch file.qdevice-certificates "$root/etc/corosync/qdevice/net/dcn-ha-enrolled"
	if [ -d "$root/etc/sysconfig" ]; then watch file.sbd-config "$root/etc/sysconfig/sbd"; else watch file.sbd-config "$root/etc/default/sbd"; fi
	watch file.sbd-unit "$root/etc/systemd/system/sbd.service.d/dcn-ha.conf"
	watch file.booth-conf "$root/etc/booth/booth.conf"
	[ ! -e "$root/etc/booth/booth.key" ] || watch secret.booth:key "$root/etc/booth/booth.key"
	for secret in "$etc"/secrets/*; do
		if is_name "${secret##*/}"; then watch "secret.${secret##*/}" "$secret"; fi
	done
	for secret in "$cib_secrets"/*/*; do
		case $secret in */'*' | *.sign | *[!A-Za-z0-9._/-]*) continue ;; esac
		watch "secret.${secret#"$cib_secrets"/}" "$secret"
	done
}

current_cib() { # into $work/probe.xml; read once in a request, and again after a verb that changes something
	[ ! -e "$work/probe.xml" ] || return 0
	live_cib >"$work/probe.xml" && return
	code=$?
	rm -f "$work/probe.xml"
	return "$code"
}

# Every apply and every look at drift pays for this on every node: few processes, none for what the shell can read by itself.
verb_probe() {
	printf 'protocol=%s\n' "$protocol"
	read -r boot </proc/sys/kernel/random/boot_id
	read -r hostname </proc/sys/kernel/hostname
	printf 'hostname=%s\nboot=%s\n' "$hostname" "$boot"
	if [ -f "$root/etc/os-release" ]; then
		while IFS='=' read -r key value; do
			value=${value#\"}
			case $key in ID) echo "os.id=${value%\"}" ;; VERSION_ID) echo "os.version=${value%\"}" ;; esac
		done <"$root/etc/os-release"
	fi
	watched='' version='' schema='' features=''
	service_states
	if [ -n "$pacemaker" ] && current_cib 2>/dev/null; then
		cib_facts "$work/probe.xml"
		printf 'cib.version=%s\n' "$version"
		configuration_text "$work/probe.xml" >"$work/configuration"
	elif [ -f "$cib/cib.xml" ]; then
		cib_facts "$cib/cib.xml"
		printf 'cib.disk=%s\n' "$version"
		schema='' features=''
	fi
	packages
	watch_files
	# The last, so that $sum is its digest in the end.
	[ ! -e "$work/configuration" ] || watch cib.digest "$work/configuration"
	digests
	if [ -e "$work/configuration" ]; then echo "$sum" >"$work/digest"; fi
	if [ -f "$run/gate-state" ] && read -r gate <"$run/gate-state"; then printf 'gate=%s\n' "$gate"; fi
	if [ -e "$run/stopped-by-us" ]; then echo stopped-by-us=yes; fi
	if [ -f "$state/formation" ]; then
		read -r mark <"$state/formation"
		case $mark in *[!A-Za-z0-9.\ -]*) : ;; *) printf 'formation=%s\n' "$mark" ;; esac
	fi
}

verb_read_cib() {
	# Asked for first: how long cibadmin tries where nobody listens is its own affair.
	if [ ! -e "$work/probe.xml" ] && [ ! -e "$work/answered" ] && ! active pacemaker.service; then
		echo 'pacemaker is not running' >&2
		return 102
	fi
	current_cib || return
	[ -e "$work/digest" ] || configuration_digest "$work/probe.xml" >"$work/digest"
	cat "$work/digest" "$work/probe.xml"
}

verb_read_corosync_conf() { cat "$root/etc/corosync/corosync.conf"; }

verb_read_keys() { # for a node that joins its group; the controller never logs this answer
	base64 -w 0 "$root/etc/corosync/authkey" && echo
}

verb_status_cluster() { # in the same request nobody else needs to ask whether Pacemaker runs
	timeout 20 crm_mon --one-shot --output-as=xml --inactive --fence-history=3 || return
	: >"$work/answered"
	# A helper of before it was asked for tells nothing of it, and answers.
	if grep -q '^written' "$1"; then unwritten >&2; fi
}

# After one write that failed Pacemaker writes no configuration to this disk any more, room or not, and says so in the journal alone
# ("Disabling CIB disk writes"): a node that starts again then comes with the one of before. It writes a moment after each change.
unwritten() {
	for _ in 1 2 3 4 5; do
		timeout 20 cibadmin --query --local --no-children >"$work/held.xml" 2>/dev/null || return 0
		cib_facts "$work/held.xml"
		held=${version%.*}
		version=''
		if [ -f "$cib/cib.xml" ]; then cib_facts "$cib/cib.xml"; fi
		[ "${version%.*}" != "$held" ] || return 0
		sleep 0.5
	done
	printf 'unwritten %s %s\n' "$held" "${version%.*}"
}
verb_status_quorum() { timeout 10 corosync-quorumtool -s; }
verb_status_transition() { # the DC and what its controller is at; S_IDLE is rest. crm_mon can look calm while a transition is being computed
	dc=$(timeout 10 crmadmin --quiet --dc_lookup 2>/dev/null)
	dc=${dc##* }
	timeout 10 crmadmin --status "$dc"
}
verb_status_links() { timeout 10 corosync-cfgtool -s; }
