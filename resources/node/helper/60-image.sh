# What OS images this node has: which updater keeps them, what boots now and next, and how its last boot went (docs/node-helper.md, "Images").
verb read-image

repo=$root/sysroot/ostree/repo
denied=$state/denied-images
staged_by_us=$state/staged-image
reboot_note=$state/reboot

boot_id() { # printed
	read -r now </proc/sys/kernel/random/boot_id && printf '%s\n' "$now"
}

# bootc where the system is its own, then rpm-ostree, then ostree. One that is there and does not tell is not passed over for the next, who
# would do its work in another's house: its status is unknown then, and nothing can be changed.
updater() { # into $updater who keeps this system's images, and into the file $status what it says
	: >"$work/status"
	[ ! -e "$work/ostree" ] || rm -f "$work/ostree"
	updater=none order=$work/order status=$work/status
	if command -v bootc >/dev/null && ! bootc_is_elsewhere; then
		updater=bootc
	elif command -v rpm-ostree >/dev/null && [ -e "$root/run/ostree-booted" ]; then
		updater=rpm_ostree
		timeout 60 rpm-ostree status --json >"$work/status" 2>/dev/null || :
	elif command -v ostree >/dev/null && ostree_status; then
		updater=ostree
	fi
}

image_state() { # updater(), and $work/order: "STATE DIGEST CHECKSUM LOCKED" for each deployment, in boot order; $origin, $booted, $next and $next_state
	updater
	if [ "$updater" = none ]; then
		echo 'no updater of OS images keeps this system: neither bootc, rpm-ostree nor ostree' >&2
		return 78
	fi
	"${updater}_order" >"$order" || return
	booted='' next='' next_state=''
	# What stands before the booted one boots next, unless it is to wait for a word.
	while read -r deployed_state deployed _; do
		if [ "$deployed_state" = booted ]; then
			booted=$deployed
			break
		fi
		[ -n "$next" ] || { next=$deployed && next_state=$deployed_state; }
	done <"$order"
	if [ -z "$booted" ]; then
		echo 'the updater does not say what is booted' >&2
		return 78
	fi
}

image_lock() { # one at a time: updaters themselves only half see to that
	exec 8>"$run/image.flock" || return 73
	flock -n 8 && return 0
	echo 'something else is done with the images of this node now; try again' >&2
	return 75
}

is_image_digest() { # an ostree commit, or the digest of a container image
	case ${1#sha256:} in *[!0-9a-f]*) return 1 ;; esac
	bare_digest=${1#sha256:}
	[ "${#bare_digest}" -eq 64 ] || return 1
	case $updater:$1 in
	ostree:sha256:* | bootc:[!s]*) return 1 ;;
	esac
}

is_image_source() { # REMOTE:REF, or a container image with its transport
	case $1 in '' | [!A-Za-z0-9/]* | *[!A-Za-z0-9._:/@+-]*) return 1 ;; esac
	[ "${#1}" -le 512 ]
}

image_words() { # FILE: into $digest, $source and $bypass; the digest on the first line, then "source=…" and "bypass-driver". Needs $updater
	digest='' source='' bypass=''
	while read -r line || [ -n "$line" ]; do
		case $line in
		source=*) source=${line#source=} ;;
		bypass-driver) bypass=yes ;;
		*)
			[ -z "$digest" ] || return 64
			digest=$line
			;;
		esac
	done <"$1"
	if is_image_digest "$digest" && { [ -z "$source" ] || is_image_source "$source"; }; then return 0; fi
	echo 'not a digest of an image that this node can boot' >&2
	return 64
}

is_denied() { grep -q "^$1\\( \\|\$\\)" "$denied" 2>/dev/null; }

json_facts() { # FILE PROGRAM: runs it with the file's JSON in `d`
	if ! command -v python3 >/dev/null; then
		echo 'python3 is not installed, and the updater speaks JSON' >&2
		return 69
	fi
	python3 -I -c "import json, sys
d = json.load(open(sys.argv[1], encoding='utf-8'))
$2" "$1" 2>"$work/said" && return 0
	echo 'what the updater says of its deployments is not whole' >&2
	return 65
}

image_health() { # units of the boot's verdict, by both generations of greenboot and its stand-in
	kind=none
	[ ! -x "$root/usr/lib/dcn-ha/greenboot" ] || kind=stand-in
	[ ! -x "$root/usr/libexec/greenboot/greenboot" ] || kind=greenboot
	printf 'greenboot=%s\n' "$kind"
	# Told with a blank line between them, in the order in which they are asked for.
	{
		systemctl show --property=LoadState,ActiveState,SubState,Result boot-complete.target greenboot-healthcheck.service \
			dcn-ha-greenboot.service ostree-boot-complete.service 2>/dev/null
		echo
	} >"$work/verdicts"
	for one in boot-complete.target greenboot-healthcheck.service dcn-ha-greenboot.service ostree-boot-complete.service; do
		said=''
		while read -r line && [ -n "$line" ]; do said="$said${said:+ }$line"; done
		printf 'unit.%s=%s\n' "$one" "$said"
	done <"$work/verdicts"
	printf 'system=%s\n' "$(systemctl is-system-running 2>/dev/null)"
}

free_bytes() { # where images lie
	stat -f -c '%a %S %n' "$root/boot" "$root/sysroot" 2>/dev/null | while read -r blocks unit folder; do
		case $folder in */boot) folder=boot ;; *) folder=repository ;; esac
		printf 'free.%s=%s\n' "$folder" "$((blocks * unit))"
	done
}

sections() { # NAME FILE…: each as "NAME LENGTH", a line feed and its bytes, by two processes for all
	lengths='' count=0
	for one in "$@"; do case $one in /*) lengths="$lengths $one" ;; esac; done
	# shellcheck disable=SC2086 # files of ours, without blanks
	wc -c $lengths >"$work/lengths"
	lengths=''
	while [ "$#" -gt 0 ] && read -r bytes _; do
		printf '%s %s\n' "$1" "$bytes" >"$work/head.$count"
		lengths="$lengths $work/head.$count $2"
		count=$((count + 1))
		shift 2
	done <"$work/lengths"
	# shellcheck disable=SC2086
	cat $lengths
}

verb_read_image() { # sections "NAME LENGTH" and bytes, the last is `end`: facts as NAME=VALUE, the updater's own status, what greenboot says
	updater
	: >"$work/greenboot"
	: >"$work/motd"
	{
		printf 'boot=%s\n' "$(boot_id)"
		case $updater in rpm_ostree) echo updater=rpm-ostree ;; *) printf 'updater=%s\n' "$updater" ;; esac
		if [ "$updater" != none ]; then
			tool=$("${updater}_version" 2>/dev/null)
			case $tool in *[!\ -~]*) tool=$(printf %s "$tool" | tr -cd ' -~') ;; esac
			printf 'tool=%s\n' "$tool"
			printf 'origin=%s\n' "$("${updater}_origin" 2>/dev/null)"
		fi
		image_health
		if [ -e "$root/boot/ostree/finalize-failure.stamp" ]; then
			printf 'finalize-failed=%s\n' "$(head -c 400 "$root/boot/ostree/finalize-failure.stamp" | tr '\n' ' ' | tr -cd ' -~')"
		fi
		free_bytes
		if [ -s "$staged_by_us" ]; then printf 'staged=%s\n' "$(head -n 1 "$staged_by_us")"; fi
		if [ -s "$reboot_note" ]; then printf 'reboot=%s\n' "$(head -n 1 "$reboot_note")"; fi
		if [ -s "$denied" ]; then sed 's/^/denied=/' "$denied"; fi
	} >"$work/facts"
	if [ -x "$root/usr/lib/dcn-ha/greenboot" ]; then "$root/usr/lib/dcn-ha/greenboot" status >"$work/greenboot" 2>/dev/null; fi
	for one in "$root/run/motd.d/boot-status" "$root/etc/motd.d/boot-status"; do
		if [ -f "$one" ]; then
			head -c 4000 "$one" | tr -cd '\n -~' >"$work/motd"
			break
		fi
	done
	sections facts "$work/facts" status "$status" greenboot "$work/greenboot" boot-status "$work/motd"
	echo 'end 0'
}
