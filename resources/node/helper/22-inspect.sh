# What a node's agents say of themselves, and what its watchdog allows: for checks before a change (OCF Resource Agent API, sbd(8)).
verb inspect

# What agents said, by the digest of what said it; gone with the next boot.
memories=$run/agents

is_agent() { # CLASS:PROVIDER:TYPE or CLASS:TYPE, and nothing that leads elsewhere
	case $1 in *[!A-Za-z0-9:_.@\\-]* | *..* | *:-* | *::*) return 1 ;; esac
	case $1 in [a-z]*:?*) : ;; *) return 1 ;; esac
	[ "${#1}" -le 256 ]
}

agent_file() { # AGENT: the program of an agent that has one
	type=${1##*:} provider=${1#*:}
	provider=${provider%%:*}
	case $1 in
	ocf:*:*) echo "$root/usr/lib/ocf/resource.d/$provider/$type" ;;
	stonith:*) if [ -e "$root/usr/sbin/$type" ]; then echo "$root/usr/sbin/$type"; else echo "$root/usr/bin/$type"; fi ;;
	lsb:*) echo "$root/etc/init.d/$type" ;;
	esac
}

unit_is_there() { # NAME, with or without the kind of unit
	case $1 in *.service | *.timer | *.mount | *.path | *.socket | *.target) unit=$1 ;; *) unit=$1.service ;; esac
	[ "$(systemctl show --property=LoadState "$unit" 2>/dev/null | sed -n 's/^LoadState=//p')" = loaded ]
}

on_one_line() { # metadata without the descriptions, which are most of it
	awk '{
		rest = $0
		kept = ""
		while (rest != "") {
			if (skip != "") {
				at = index(rest, "</" skip ">")
				if (at == 0) break
				rest = substr(rest, at + length(skip) + 3)
				skip = ""
			} else if (match(rest, /<(longdesc|shortdesc)[^>]*>/)) {
				kept = kept substr(rest, 1, RSTART - 1)
				tag = substr(rest, RSTART, RLENGTH)
				rest = substr(rest, RSTART + RLENGTH)
				if (tag !~ /\/>$/) skip = tag ~ /^<longdesc/ ? "longdesc" : "shortdesc"
			} else {
				kept = kept rest
				rest = ""
			}
		}
		sub(/^[ \t\r]+/, "", kept)
		if (kept != "" && kept !~ /^<(\?xml|!DOCTYPE)[^>]*>$/) printf "%s ", kept
	}'
}

metadata_of() { # AGENT FILE: asked once for each version of the agent and of the library beneath it
	memory=$memories/$(printf %s "$1" | tr -c 'A-Za-z0-9._-' _)
	sum=$(cat "$2" "$root/usr/lib/ocf/lib/heartbeat/ocf-shellfuncs" "$root/usr/share/fence/fencing.py" 2>/dev/null | sha256sum)
	if [ "$(head -n 1 "$memory" 2>/dev/null)" != "$1 ${sum%% *}" ]; then
		text=$(timeout 20 crm_resource --show-metadata "$1" 2>/dev/null | on_one_line)
		[ -n "$text" ] || return 1
		printf '%s %s\n%s\n' "$1" "${sum%% *}" "$text" >"$memory.$$.new" && mv "$memory.$$.new" "$memory" || return 1
	fi
	tail -n +2 "$memory"
}

tell_agent() { # AGENT: "agent NAME STATE METADATA"
	case $1 in
	systemd:*) if unit_is_there "${1#systemd:}"; then echo "agent $1 present"; else echo "agent $1 absent"; fi ;;
	service:*)
		if unit_is_there "${1#service:}" || [ -x "$root/etc/init.d/${1#service:}" ]; then echo "agent $1 present"; else echo "agent $1 absent"; fi
		;;
	ocf:*:* | stonith:* | lsb:*)
		file=$(agent_file "$1")
		if [ ! -x "$file" ]; then
			echo "agent $1 absent"
		elif text=$(metadata_of "$1" "$file"); then
			printf 'agent %s present %s\n' "$1" "$text"
		else
			echo "agent $1 silent"
		fi
		;;
	*) echo "agent $1 unknown" ;;
	esac
}

tell_watchdogs() {
	if command -v sbd >/dev/null; then
		if active sbd.service; then echo sbd.active=yes; else echo sbd.active=no; fi
		sed -n 's/^SBD_\(WATCHDOG_TIMEOUT\|WATCHDOG_DEV\|DELAY_START\)=["'\'']\{0,1\}\([^"'\'' #]*\).*/sbd.\1=\2/p' "$(sbd_config)" 2>/dev/null
	fi
	for folder in "$root"/sys/class/watchdog/watchdog*; do
		for fact in identity timeout min_timeout max_timeout; do
			[ ! -r "$folder/$fact" ] || printf 'watchdog./dev/%s.%s=%s\n' "${folder##*/}" "$fact" "$(head -n 1 "$folder/$fact")"
		done
	done
}

verb_inspect() { # agents, one a line; at most four are asked at a time
	mkdir -p "$memories" && chmod 0700 "$memories" || return 73
	number=0
	while read -r name; do
		if ! is_agent "$name"; then
			echo "not an agent: $name" >&2
			return 64
		fi
		number=$((number + 1))
	done <"$1"
	[ "$number" -le 512 ] || return 64
	number=0
	while read -r name; do
		number=$((number + 1))
		tell_agent "$name" >"$work/agent.$number" &
		[ $((number % 4)) -ne 0 ] || wait
	done <"$1"
	wait
	last=$number number=0
	while [ "$number" -lt "$last" ]; do
		number=$((number + 1))
		cat "$work/agent.$number"
	done
	tell_watchdogs
}
