# Two images beside each other: what the cluster and this node need of the next one, looked up in it before it boots.
verb compare-image

# Where nothing can be written and no network is: for the shell that the next script runs in.
# shellcheck disable=SC2016
closed_in='
r=$2
mount --bind "$r" "$r" && mount -o remount,bind,ro "$r" && mount -t proc proc "$r/proc" || exit 1
for one in dev run tmp var; do mount -t tmpfs tmpfs "$r/$one" || exit 1; done
: >"$r/dev/null" && mount --bind /dev/null "$r/dev/null" || exit 1
'
# $1: folder for the answers, with live.xml in it where there is one; $2: where the image is, nothing for the system that runs.
# shellcheck disable=SC2016
questions='
within() { if [ -n "$image" ]; then timeout 60 chroot "$image" "$@"; else timeout 60 "$@"; fi; }
answers=$1 image=$2
for one in "pacemakerd --features" "corosync -v" "podman --version"; do
	within $one >"$answers/said.${one%% *}" 2>&1 </dev/null
done
[ ! -s "$answers/live.xml" ] || {
	within crm_verify --xml-pipe --verbose <"$answers/live.xml" >"$answers/said.crm_verify" 2>&1
	echo "$?" >"$answers/said.crm_verify-code"
}
'

ask_tools() { # the image's own, each once, into $work/said.NAME; all of them in one sandbox
	rm -f "$work"/said.*
	if [ "$side" = old ]; then
		sh -c "$questions" sh "$work" ''
	else
		timeout 300 unshare --mount --net --pid --fork --kill-child sh -c "$closed_in$questions" sh "$work" "$image_root" >"$work/closed" 2>&1
		code=$?
		# No sandbox is no judgement: nobody is to take it for a good one.
		if [ "$code" -ne 0 ] && [ ! -e "$work/said.crm_verify-code" ]; then
			echo "$code" >"$work/said.crm_verify-code"
			cp "$work/closed" "$work/said.crm_verify"
		fi
	fi
	for one in pacemakerd corosync podman crm_verify; do [ -e "$work/said.$one" ] || : >"$work/said.$one"; done
}

fact() { printf '%s.%s=%s\n' "$side" "$1" "$2"; }

plain() { tr -cd '\n -~' | tr -s '\n' ' ' | head -c "${1:-400}"; }

elf_machine() { # FILE: what a program is for, from its ELF header
	# shellcheck disable=SC2046 # one number, after blanks
	set -- $(od -An -tu1 -j18 -N1 "$1" 2>/dev/null)
	case ${1:-} in
	3) echo i386 ;;
	21) echo ppc64 ;;
	22) echo s390x ;;
	40) echo arm ;;
	62) echo x86_64 ;;
	183) echo aarch64 ;;
	243) echo riscv64 ;;
	*) echo unknown ;;
	esac
}

number_of() { # NAME FILE…: into $number, of a user or group, in the first file that knows it
	name=$1 number=absent
	shift
	for one in "$@"; do
		[ -e "$one" ] || continue
		while IFS=: read -r known _ number _ || [ -n "$known" ]; do [ "$known" != "$name" ] || return 0; done <"$one"
		number=absent
	done
}

cib_agents() { # FILE: "CLASS PROVIDER TYPE" of every resource and template, a dash for no provider
	sed -n 's/^ *<\(primitive\|template\) \(.*\)>$/\2/p' "$1" | while read -r line; do
		line=" $line"
		attribute class
		class=$value
		attribute provider
		provider=${value:--}
		attribute type
		printf '%s %s %s\n' "$class" "$provider" "$value"
	done | sort -u
}

has_unit() { # NAME: a unit, or what systemd makes one of; also one that somebody put into /etc of this node, which goes along
	unit_name=${1%.service}
	for folder in usr/lib/systemd/system usr/etc/systemd/system etc/systemd/system; do
		[ ! -e "$image_root/$folder/$unit_name.service" ] || return 0
	done
	for folder in usr/share/containers/systemd usr/etc/containers/systemd etc/containers/systemd; do
		for kind in container pod kube; do [ ! -e "$image_root/$folder/$unit_name.$kind" ] || return 0; done
	done
	[ "$side" = new ] || return 1
	for one in "systemd/system/$unit_name.service" "containers/systemd/$unit_name.container"; do
		if [ -e "$root/etc/$one" ] && [ ! -e "$root/usr/etc/$one" ]; then return 0; fi
	done
	return 1
}

has_agent() { # CLASS PROVIDER TYPE
	case $1 in
	ocf) is_there "$image_root/usr/lib/ocf/resource.d/$2/$3" ;;
	stonith) is_there "$image_root/usr/sbin/$3" || is_there "$image_root/usr/lib/stonith/plugins/$3" ;;
	systemd) has_unit "$3" ;;
	service) has_unit "$3" || has_script "$3" ;;
	lsb) has_script "$3" ;;
	*) : ;;
	esac
}

is_there() { # PATH; also where it leads into a folder that was passed over
	[ ! -e "$1" ] || return 0
	[ -L "$1" ] || return 1
	leads_to=$(readlink -m "$1")
	leads_to=${leads_to#"$image_root"}
	for one in $passed_over; do
		case $one in share/*) one=/usr/$one ;; *) one=/usr/lib/$one ;; esac
		case $leads_to in "$one"/* | "${one#/usr}"/*) return 0 ;; esac
	done
	return 1
}

has_script() { [ -e "$image_root/etc/init.d/$1" ] || [ -e "$image_root/usr/etc/init.d/$1" ]; }

agent_facts() { # what the live CIB uses and this image does not have
	while read -r class provider type; do
		has_agent "$class" "$provider" "$type" && continue
		name=$class:$provider:$type
		case $provider in -) name=$class:$type ;; esac
		fact missing "$name"
	done <"$work/agents"
	sed -n 's/^ *<alert .*path="\([^"]*\)".*/\1/p' "$work/live.xml" | while read -r path; do
		in_image=$path
		case $path in
		/var/* | /run/*) continue ;;
		# Which a booted image links to its own (resources/image/tmpfiles.conf).
		/usr/local/lib/dcn-ha/*) in_image=/usr/lib/dcn-ha/${path##*/} ;;
		esac
		[ -e "$image_root$path" ] || [ -e "$image_root$in_image" ] || [ -e "$image_root/usr$path" ] || fact missing "alert:$path"
	done
}

cluster_facts() {
	# Each in the first line that has it; empty where none does.
	awk -v side="$side" -v quote="'" '
		FILENAME ~ /pacemakerd$/ && pacemaker == "" && sub(/^Pacemaker /, "") { pacemaker = $1 }
		FILENAME ~ /pacemakerd$/ && features == "" && match($0, /Supporting v[0-9.]*:/) { features = substr($0, RSTART + 12, RLENGTH - 13) }
		FILENAME ~ /corosync$/ && corosync == "" && split($0, parts, "version " quote) > 1 { split(parts[2], parts, quote); corosync = parts[1] }
		FILENAME ~ /podman$/ && podman == "" && sub(/.*podman version /, "") { gsub(/[^ -~]/, ""); podman = $0 }
		END {
			printf "%s.pacemaker=%s\n%s.feature-set=%s\n%s.corosync=%s\n%s.podman=%s\n", side, pacemaker, side, features, side, corosync, side, podman
		}' "$work/said.pacemakerd" "$work/said.corosync" "$work/said.podman"
	fact schema "$(find "$image_root/usr/share/pacemaker" -maxdepth 1 -name 'pacemaker-[0-9]*.rng' 2>/dev/null | sed 's/.*pacemaker-\(.*\)\.rng/\1/' | sort -V | tail -n 1)"
	if [ -s "$work/live.xml" ]; then
		code=124
		[ ! -s "$work/said.crm_verify-code" ] || read -r code <"$work/said.crm_verify-code"
		# From 124 on it did not run, or not to its end: what it would say is not known.
		[ "$code" -ge 124 ] || fact crm-verify "$code"
		if [ -s "$work/said.crm_verify" ]; then fact crm-verify-said "$(plain 1000 <"$work/said.crm_verify")"; else fact crm-verify-said ''; fi
	fi
	agent_facts
}

health_facts() {
	kind=none counter=unknown
	if [ -e "$image_root/usr/lib/dcn-ha/greenboot" ]; then
		kind=stand-in counter=no
		if [ -L "$image_root/usr/lib/systemd/system/basic.target.wants/dcn-ha-greenboot-count.service" ]; then counter=yes; fi
	fi
	if [ -e "$image_root/usr/libexec/greenboot/greenboot" ]; then
		kind=greenboot
		# The boot loader counts, and its configuration came with the installation: a later image does not change it.
		for one in "$root/boot/grub2/grub.cfg" "$root/boot/grub/grub.cfg"; do
			[ -e "$one" ] || continue
			counter=no
			if grep -q boot_counter "$one" "${one%/*}"/*.cfg 2>/dev/null; then
				counter=yes
				break
			fi
		done
	fi
	fact greenboot "$kind"
	fact boot-counter "$counter"
	for one in "$image_root"/usr/lib/greenboot/check/required.d/*.sh "$image_root"/etc/greenboot/check/required.d/*.sh; do
		[ ! -x "$one" ] || fact check "${one##*/}"
	done
}

timer_facts() { # what would change or boot this node without asking anybody
	for one in bootc-fetch-apply-updates.timer rpm-ostreed-automatic.timer podman-auto-update.timer dnf-automatic.timer \
		dnf-automatic-install.timer apt-daily-upgrade.timer zincati.service eos-autoupdater.timer; do
		found=''
		for folder in etc usr/lib; do
			for link in "$image_root/$folder/systemd/system"/*.wants/"$one"; do [ ! -L "$link" ] || found=yes; done
		done
		[ -n "$found" ] || continue
		case $(readlink "$image_root/etc/systemd/system/$one") in /dev/null) continue ;; esac
		case $(readlink "$root/etc/systemd/system/$one") in /dev/null) continue ;; esac
		fact timer "$one"
	done
}

kernel_facts() {
	release=''
	for one in "$image_root"/usr/lib/modules/*/; do
		if [ -e "${one}vmlinuz" ] || [ -e "${one}modules.dep" ]; then release=${one%/} && release=${release##*/}; fi
	done
	fact kernel "$release"
	modules=$image_root/usr/lib/modules/$release
	if [ -z "$release" ] || [ ! -e "$modules/modules.dep" ]; then
		fact modules unknown
		return
	fi
	fact modules known
	{
		cat "$root/etc/modules" "$root"/etc/modules-load.d/*.conf "$root"/usr/lib/modules-load.d/*.conf 2>/dev/null | sed 's/[#;].*//; s/ .*//; /^$/d'
		! grep -q ' drbd$' "$work/agents" || echo drbd
	} | sort -u | while read -r name; do
		pattern=$(printf %s "$name" | sed 's/[-_]/[-_]/g')
		cat "$modules/modules.dep" "$modules/modules.builtin" 2>/dev/null | grep -q "\\(^\\|/\\)$pattern\\.ko" || fact module-missing "$name"
	done
}

os_words() { # into $os and $os_version
	os='' os_version=''
	[ -e "$image_root/usr/lib/os-release" ] || return 0
	while IFS='=' read -r key value || [ -n "$key" ]; do
		value=${value#\"}
		case $key in ID) os=${value%\"} ;; VERSION_ID) os_version=${value%\"} ;; esac
	done <"$image_root/usr/lib/os-release"
}

image_facts() { # old|new ROOT: the system that runs, or an image below a folder
	side=$1 image_root=$2
	fact architecture "$(elf_machine "$image_root/usr/bin/env")"
	os_words
	fact os "$os $os_version"
	fact role "$(sed -n '/"role": *"/{s/.*"role": *"\([^"]*\)".*/\1/p;q;}' "$image_root/usr/lib/dcn-ha/image/image.json" 2>/dev/null)"
	ask_tools
	cluster_facts
	number_of hacluster "$image_root/etc/passwd" "$image_root/usr/lib/passwd"
	fact hacluster "$number"
	number_of haclient "$image_root/etc/group" "$image_root/usr/lib/group"
	fact haclient "$number"
	health_facts
	timer_facts
	kernel_facts
	watched=''
	for name in helper gate; do
		program=$image_root/usr/lib/dcn-ha/$name
		if [ ! -e "$program" ] && [ "$side" = old ]; then program=$lib/$name; fi
		watch "$side.$name" "$program"
	done
	digests
}

etc_facts() { # what was changed on this node, which hides what the image brings there
	command -v ostree >/dev/null && timeout 120 ostree admin config-diff >"$work/etc" 2>/dev/null || return 0
	printf 'etc.changed=%s\n' "$(grep -c '^[MAD] ' "$work/etc")"
	sed -n 's/^\([MAD]\)  *\([ -~]*\)$/etc.file=\1 \2/p' "$work/etc" | head -n 200
}

# What no question asks about is not linked: in an image with Python and Ruby that is most of its files.
passed_over='firmware locale python3 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 ruby sysimage terminfo
	share/ca-certificates share/doc share/i18n share/icons share/info share/licenses share/locale share/man share/perl share/perl5
	share/ruby-rubygems share/rubygems-integration share/terminfo share/zoneinfo'

pass_over() { # into $work/pass-over, as ostree takes it: some versions know a folder by its name, others by its name and a slash
	alerts=$newline$(sed -n 's/^ *<alert .*path="\([^"]*\)".*/\1/p' "$work/live.xml")
	for one in $passed_over; do
		case $one in share/*) one=/usr/$one ;; *) one=/usr/lib/$one ;; esac
		# An alert of the cluster may lie anywhere.
		case $alerts in *"$newline$one/"* | *"$newline${one#/usr}/"*) : ;; *) printf '%s\n%s/\n' "$one" "$one" ;; esac
	done >"$work/pass-over"
}

# A folder of our own on the repository's file system, so that a checkout is links and no copies; nobody else may look in.
compared=$root/sysroot/ostree/dcn-ha-compare

ostree_open() { # DIGEST: into $opened where its files are
	if ! have_commit "$1"; then
		echo 'this image was not pulled' >&2
		return 65
	fi
	pass_over
	at_sysroot rm -rf "$compared" && at_sysroot mkdir -m 0700 "$compared" &&
		at_sysroot ostree --repo="$repo" checkout --require-hardlinks --skip-list="$work/pass-over" "$1" "$compared/image" || return 73
	# An image's /etc is /usr/etc until it is deployed.
	[ -e "$compared/image/etc" ] || at_sysroot ln -s usr/etc "$compared/image/etc" || return 73
	opened=$compared/image
}

ostree_shut() { at_sysroot rm -rf "$compared"; }

podman_open() { # IMAGE: its files, from podman's own storage; what was not there before goes again
	if ! command -v podman >/dev/null; then
		echo 'podman is not installed: it shows what is in a container image' >&2
		return 69
	fi
	shown=$1 borrowed=''
	if ! podman image exists "$1"; then
		borrowed=yes
		podman pull --quiet "$1" >/dev/null || return 69
	fi
	opened=$(podman image mount "$1") || return 73
}

podman_shut() {
	[ -n "${shown:-}" ] || return 0
	podman image unmount "$shown" >/dev/null 2>&1
	[ -z "$borrowed" ] || podman image rm "$shown" >/dev/null 2>&1
}

bootc_open() { podman_open "$(bare_image "${source:-$(bootc_origin)}")@$1"; }
bootc_shut() { podman_shut; }

rpm_ostree_open() {
	case $1 in
	sha256:*) container_place "$source" && podman_open "$(bare_image "$image")@$1" ;;
	*) ostree_open "$1" ;;
	esac
}
rpm_ostree_shut() { if [ -n "${shown:-}" ]; then podman_shut; else ostree_shut; fi; }

# DIGEST, and source=… as for stage-image: facts "old.NAME=VALUE" of the running system, "new.NAME=VALUE" of the image, and about this node.
verb_compare_image() {
	image_lock && image_state && image_words "$1" || return
	if ! live_cib >"$work/live.xml" 2>/dev/null; then cat "$cib/cib.xml" >"$work/live.xml" 2>/dev/null || : >"$work/live.xml"; fi
	cib_agents "$work/live.xml" >"$work/agents"
	opened=''
	trap '"${updater}_shut"' EXIT
	trap 'exit 1' HUP INT TERM PIPE
	"${updater}_open" "$digest" || return
	printf 'digest=%s\n' "$digest"
	image_facts old "$root"
	image_facts new "$opened"
	etc_facts
	case $digest in
	sha256:*) echo 'signature=unknown' ;;
	*) ostree_place "$source" && commit_facts "$digest" "$remote" | grep '^\(version\|signature\)' ;;
	esac
	echo 'end=yes'
}
