#!/bin/sh
# The one program that dcn-ha runs as root on a node: a closed list of verbs, requests on standard input, no arguments.
#
# A request is a row of frames, each "VERB LENGTH [independent]" and a line feed, then LENGTH bytes of payload. The first
# frame is "hello" with the protocol number, the last is "end". Nothing is done before the whole request was read and
# found good, so that a connection that ends too early changes nothing. Each verb is answered by "VERB EXIT OUT ERR"
# and a line feed, OUT bytes of its standard output and ERR bytes of its standard error. After a verb that fails, the
# others are answered with exit 125 (skipped) unless they are marked independent.
# Exit: 0 every frame was answered, 64 the request was refused and nothing was done.
# This file is the parts in resources/node/helper, one after the other by name. See docs/node-helper.md; man pages cibadmin(8), crm_diff(8), corosync(8), systemctl(1).
set -u
umask 077
unset IFS CDPATH ENV CIB_file CIB_shadow CIB_shadow_dir CIB_user
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

protocol=1
root=''
lib=$root/usr/local/lib/dcn-ha
etc=$root/etc/dcn-ha
state=$root/var/lib/dcn-ha
run=$root/run/dcn-ha
cib=$root/var/lib/pacemaker/cib
cib_secrets=$root/var/lib/pacemaker/lrm/secrets
verbs=' ' changing=' '
newline='
'

verb() { # NAME [changing]: adds a verb to the closed list; it is done by the function verb_NAME, given the file of its payload
	verbs="$verbs$1 "
	[ "${2:-}" != changing ] || changing="$changing$1 "
}

refuse() {
	printf 'dcn-ha helper: refused, nothing was done: %s\n' "$1" >&2
	exit 64
}

digest() { # FILE: its SHA-256, or "absent"
	if [ -f "$1" ]; then sha256sum <"$1" | cut -d ' ' -f 1; else echo absent; fi
}

watch() { # NAME PATH: notes a file for digests; neither has blanks in it
	watched="${watched:-} $1=$2"
}

digests() { # "NAME=SHA-256" or "NAME=absent" for each file noted, by one process for all
	sums=''
	set --
	for one in $watched; do
		if [ -f "${one#*=}" ]; then set -- "$@" "${one#*=}"; fi
	done
	[ "$#" -eq 0 ] || sums=$(sha256sum -- "$@" 2>/dev/null)$newline
	for one in $watched; do
		sum=absent
		case $sums in *"  ${one#*=}$newline"*)
			sum=${sums%%"  ${one#*=}$newline"*}
			sum=${sum##*"$newline"}
			;;
		esac
		printf '%s=%s\n' "${one%%=*}" "$sum"
	done
}

unit() { # NAME: into $path the unit file that systemd would take, from the administrator or from the image
	for folder in "$root/etc/systemd/system" "$root/usr/local/lib/systemd/system" "$root/usr/lib/systemd/system"; do
		path=$folder/$1
		if [ -f "$path" ]; then break; fi
	done
}

sbd_config() { # where sbd(8) reads its settings, by distribution
	if [ -d "$root/etc/sysconfig" ]; then echo "$root/etc/sysconfig/sbd"; else echo "$root/etc/default/sbd"; fi
}

size() { # FILE: its size into $bytes; an empty one costs no process
	bytes=0
	if [ -s "$1" ]; then bytes=$(($(wc -c <"$1"))); fi
}

is_name() { # a file name of ours: letters, digits, dot, dash, underscore; no leading dot or dash
	case $1 in '' | [.-]* | *[!A-Za-z0-9._-]*) return 1 ;; esac
	[ "${#1}" -le 128 ]
}

place() { # CONTENT MODE OWNER TARGET: atomic, never readable by more than MODE says, on disk before it is seen
	folder=${4%/*}
	temporary=$(mktemp "$folder/.dcn-ha.XXXXXX") || return 1
	if chown "$3" "$temporary" && chmod "$2" "$temporary" && cat <"$1" >"$temporary" && sync "$temporary" &&
		mv -f -T "$temporary" "$4" && sync "$folder"; then
		return 0
	fi
	rm -f "$temporary"
	return 1
}

active() { systemctl is-active --quiet "$1"; }

live_cib() { timeout 20 cibadmin --query --local; }

# The configuration but for lock, guard and rollout: they come and go without a change of what the cluster does.
configuration_text() { # FILE
	sed -n '/^ *<configuration[ >\/]/,/^ *<\/configuration>/{
		/<cluster_property_set id="dcn-ha-\(lock\|guard\|rollout\)"/,/<\/cluster_property_set>/d
		/^ *<\/\{0,1\}crm_config\/\{0,1\}>$/d
		p
	}' "$1"
}

configuration_digest() { # FILE
	sum=$(configuration_text "$1" | sha256sum)
	printf '%s\n' "${sum%% *}"
}
