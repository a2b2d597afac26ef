# Files of a node: judged by its own tools, and put in place.
verb check-corosync-conf
verb check-cib
verb install-file changing

verb_check_corosync_conf() { # with a throw-away key, because corosync insists on one
	head -c 256 /dev/urandom >"$work/check.key"
	sed "s|^[[:space:]]*totem[[:space:]]*{.*|&\\
  keyfile: $work/check.key|" "$1" >"$work/check.conf"
	corosync -t -c "$work/check.conf"
}

verb_check_cib() { # crm_verify gives 78 for warnings too; only errors count
	crm_verify --verbose --xml-file "$1" >"$work/verify.txt" 2>&1
	code=$?
	cat "$work/verify.txt" >&2
	if [ "$code" -eq 78 ] && ! grep -qi error "$work/verify.txt"; then return 0; fi
	return "$code"
}

# A parameter's value as cibsecret(8) keeps it: the file, and beside it the MD5 sum by which Pacemaker knows a whole one.
place_cib_secret() { # RESOURCE/PARAMETER CONTENT
	resource=${1%%/*} parameter=${1#*/}
	if ! is_name "$resource" || ! is_name "$parameter"; then
		echo 'no such file may be installed' >&2
		return 64
	fi
	mkdir -p "$cib_secrets/$resource" && chmod 0700 "$cib_secrets" "$cib_secrets/$resource" || return 73
	md5sum <"$2" | cut -d ' ' -f 1 >"$work/sign"
	place "$work/sign" 0600 root:root "$cib_secrets/$resource/$parameter.sign" &&
		place "$2" 0600 root:root "$cib_secrets/$resource/$parameter" || return 73
}

booth_owner() { # whom boothd becomes; it reads its key again when that has changed. An arbitrator may have no cluster's user
	if id hacluster >/dev/null 2>&1; then echo hacluster:haclient; else echo root:root; fi
}

# booth.conf (boothd(8)) under a name that changes with its content: the CIB names the one that counts, and the daemon starts anew
# for another. booth.conf itself leads to the last one, for people; the one before stays, because a change may go back.
place_booth_conf() { # CONTENT
	revision=$(sed -n '1s/^# Written by dcn-ha, revision \([0-9a-f]\{16\}\);.*/\1/p' "$1")
	if [ -z "$revision" ]; then
		echo 'a booth.conf names its revision in its first line' >&2
		return 64
	fi
	booth=$root/etc/booth
	mkdir -p "$booth" && chmod 0755 "$booth" || return 73
	before=$(readlink "$booth/booth.conf")
	place "$1" 0644 root:root "$booth/booth-$revision.conf" &&
		ln -s -f "booth-$revision.conf" "$booth/.dcn-ha.link" && mv -f -T "$booth/.dcn-ha.link" "$booth/booth.conf" &&
		sync "$booth" || return 73
	for old in "$booth"/booth-????????????????.conf; do
		case ${old##*/} in "booth-$revision.conf" | "$before") ;; *) rm -f "$old" ;; esac
	done
}

verb_install_file() {
	name=$(head -n 1 "$1")
	tail -n +2 "$1" >"$work/content"
	case $name in
	corosync-conf) mode=0644 owner=root:root target=$root/etc/corosync/corosync.conf ;;
	corosync-authkey) mode=0400 owner=root:root target=$root/etc/corosync/authkey ;;
	corosync-authkey-next) mode=0400 owner=root:root target=$root/etc/corosync/authkey.next ;;
	pacemaker-authkey) mode=0440 owner=root:haclient target=$root/etc/pacemaker/authkey ;;
	sbd-config) mode=0644 owner=root:root target=$(sbd_config) ;;
	sbd-unit) mode=0644 owner=root:root target=$root/etc/systemd/system/sbd.service.d/dcn-ha.conf ;;
	gate-config) mode=0644 owner=root:root target=$etc/gate.json ;;
	booth-conf)
		place_booth_conf "$work/content"
		return
		;;
	'secret booth:key') mode=0600 owner=$(booth_owner) target=$root/etc/booth/booth.key ;;
	'secret '*/*)
		place_cib_secret "${name#secret }" "$work/content"
		return
		;;
	'secret '*)
		mode=0400 owner=root:root target=$etc/secrets/${name#secret }
		is_name "${name#secret }" || name=unknown
		;;
	*) name=unknown ;;
	esac
	if [ "$name" = unknown ]; then
		echo 'no such file may be installed' >&2
		return 64
	fi
	case $target in
	"$etc"/*) mkdir -p "$etc" "$etc/secrets" && chmod 0755 "$etc" && chmod 0700 "$etc/secrets" || return 73 ;;
	"$root"/etc/pacemaker/*) mkdir -p "${target%/*}" && chown root:haclient "${target%/*}" && chmod 0750 "${target%/*}" || return 73 ;;
	*) mkdir -p "${target%/*}" || return 73 ;;
	esac
	if [ "$name" = corosync-conf ]; then keep_running || return 73; fi
	place "$work/content" "$mode" "$owner" "$target" || return 73
}
