# A quorum device (corosync-qdevice(8)) and its host (corosync-qnetd(8)): certificates, and the two services; and sbd(8).
verb qnetd-start changing
verb qnetd-sign changing
verb qdevice-request changing
verb qdevice-take changing
verb qdevice-install changing
verb read-qdevice-certificate
verb enable-qdevice changing
verb disable-qdevice changing
verb status-qdevice
verb enable-sbd changing

qnetd_folder=$root/etc/corosync/qnetd
qdevice_folder=$root/etc/corosync/qdevice/net
qdevice_mark=$qdevice_folder/dcn-ha-enrolled

has() { # COMMAND PACKAGE: says which package is missing
	command -v "$1" >/dev/null && return 0
	echo "$1 is not installed: the package $2" >&2
	return 69
}

verb_qnetd_start() { # on the device's host: a certificate authority where there is none; prints its certificate
	has corosync-qnetd-certutil corosync-qnetd || return
	if ! [ -f "$qnetd_folder/nssdb/qnetd-cacert.crt" ]; then
		corosync-qnetd-certutil -i >"$work/certutil" 2>&1 || {
			cat "$work/certutil" >&2
			return 1
		}
		# The daemon is not root, and certutil leaves files behind that are.
		chown -R --reference="$qnetd_folder" "$qnetd_folder/nssdb" || return 73
	fi
	systemctl enable --now corosync-qnetd.service 2>"$work/enable" || {
		cat "$work/enable" >&2
		return 1
	}
	sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' "$qnetd_folder/nssdb/qnetd-cacert.crt"
}

cluster_name() { # FILE: its first line, a name that may stand in a file name
	name=$(head -n 1 "$1")
	if is_name "$name"; then return 0; fi
	echo 'the name of the cluster may hold letters, digits, dot, dash and underscore' >&2
	return 64
}

verb_qnetd_sign() { # line 1: cluster; then a request in base64; prints the certificate in base64
	cluster_name "$1" || return
	tail -n +2 "$1" | base64 -d >"$work/request" || return 65
	corosync-qnetd-certutil -s -c "$work/request" -n "$name" >"$work/certutil" 2>&1 || {
		cat "$work/certutil" >&2
		return 1
	}
	base64 -w 0 "$qnetd_folder/nssdb/cluster-$name.crt" && echo
}

qdevice_authority() { # FILE: a new certificate store that trusts this authority; what an earlier, unfinished run left goes
	has corosync-qdevice-net-certutil corosync-qdevice || return
	if active corosync-qdevice.service; then
		echo 'corosync-qdevice is running: its certificates stay as they are' >&2
		return 77
	fi
	mkdir -p "$qdevice_folder" && rm -rf "${qdevice_folder:?}/nssdb" "$qdevice_mark" || return 73
	corosync-qdevice-net-certutil -i -c "$1"
}

verb_qdevice_request() { # line 1: cluster; then the authority's certificate; prints a request in base64
	cluster_name "$1" || return
	tail -n +2 "$1" >"$work/authority"
	{ qdevice_authority "$work/authority" && corosync-qdevice-net-certutil -r -n "$name"; } >"$work/certutil" 2>&1 || {
		code=$?
		cat "$work/certutil" >&2
		return "$code"
	}
	base64 -w 0 "$qdevice_folder/nssdb/qdevice-net-node.crq" && echo
}

enrolled() { # TEXT: notes whose authority the certificates here are from, for the probe
	printf '%s\n' "$1" >"$work/mark" && place "$work/mark" 0644 root:root "$qdevice_mark" || return 73
}

verb_qdevice_take() { # line 1: the mark; then the signed certificate in base64, to the request that was made here
	tail -n +2 "$1" | base64 -d >"$work/certificate" || return 65
	corosync-qdevice-net-certutil -M -c "$work/certificate" >"$work/certutil" 2>&1 || {
		cat "$work/certutil" >&2
		return 1
	}
	chmod 0600 "$qdevice_folder"/nssdb/*.p12 && enrolled "$(head -n 1 "$1")"
}

verb_read_qdevice_certificate() { # with its key, for another node of the group; the controller never logs this answer
	base64 -w 0 "$qdevice_folder/nssdb/qdevice-net-node.p12" && echo
}

verb_qdevice_install() { # line 1: the mark; line 2: certificate and key in base64; then the authority's certificate
	sed -n 2p "$1" | base64 -d >"$work/node.p12" || return 65
	tail -n +3 "$1" >"$work/authority"
	{ qdevice_authority "$work/authority" && corosync-qdevice-net-certutil -m -c "$work/node.p12"; } >"$work/certutil" 2>&1 || {
		code=$?
		cat "$work/certutil" >&2
		return "$code"
	}
	place "$work/node.p12" 0600 root:root "$qdevice_folder/nssdb/qdevice-net-node.p12" && enrolled "$(head -n 1 "$1")"
}

# Started without waiting: it waits for corosync, and corosync may wait at the gate. A corosync that is started again after it died starts it too.
verb_enable_qdevice() {
	systemctl enable corosync-qdevice.service 2>/dev/null && systemctl add-wants corosync.service corosync-qdevice.service 2>/dev/null &&
		systemctl start --no-block corosync-qdevice.service
}

verb_disable_qdevice() {
	systemctl disable --now corosync-qdevice.service 2>"$work/disable" || {
		cat "$work/disable" >&2
		return 1
	}
	rm -rf "${qdevice_folder:?}/nssdb" "$qdevice_mark"
}

verb_status_qdevice() { timeout 10 corosync-qdevice-tool -s; }

verb_enable_sbd() {
	has sbd sbd || return
	systemctl daemon-reload && systemctl enable sbd.service
}
