# What a node's agents say of themselves, and what its watchdog allows: for checks before a change (OCF Resource Agent API, sbd(8)).
verb inspect

# What agents said: for each a line as it is told, and beside it what said it; gone with the next boot.
memories=$run/agents

is_agent() { # CLASS:PROVIDER:TYPE or CLASS:TYPE, and nothing that leads elsewhere
	case $1 in *[!A-Za-z0-9:_.@\\-]* | *..* | *:-* | *::*) return 1 ;; esac
	case $1 in [a-z]*:?*) : ;; *) return 1 ;; esac
	[ "${#1}" -le 256 ]
}

agent_file() { # AGENT: into $file the program of an agent that has one
	type=${1##*:} provider=${1#*:} file=''
	provider=${provider%%:*}
	case $1 in
	ocf:*:*) file=$root/usr/lib/ocf/resource.d/$provider/$type ;;
	stonith:*) if [ -e "$root/usr/sbin/$type" ]; then file=$root/usr/sbin/$type; else file=$root/usr/bin/$type; fi ;;
	lsb:*) file=$root/etc/init.d/$type ;;
	esac
}

shell_library=$root/usr/lib/ocf/lib/heartbeat/ocf-shellfuncs
fence_library=$root/usr/share/fence/fencing.py

look_at_agents() { # FILE of names: into $versions a line for each program and for what lies beneath it, by one process
	versions=$newline
	set -- "$1" "$shell_library" "$fence_library"
	while read -r name; do
		agent_file "$name"
		[ -z "$file" ] || set -- "$@" "$file"
	done <"$1"
	shift
	versions=$newline$(stat -L -c '%n %d:%i:%s:%Z' -- "$@" 2>/dev/null)$newline
}

version_of() { # FILE: into $version, empty where it is not there
	version=''
	case $versions in *"$newline$1 "*)
		version=${versions#*"$newline$1 "}
		version=${version%%"$newline"*}
		;;
	esac
}

agent_version() { # into $said_by which version of an agent's $file, and of the libraries, would say it
	said_by=''
	for one in "$file" "$shell_library" "$fence_library"; do
		version_of "$one"
		said_by="$said_by $version"
	done
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

remembered() { # AGENT: whether this version of it was asked before
	known=''
	if [ -e "$memories/$1.by" ]; then IFS= read -r known <"$memories/$1.by"; fi
	[ -n "$known" ] && [ "$known" = "$said_by" ]
}

ask_agent() { # AGENT: "agent NAME STATE METADATA", kept for the next time
	text=$(timeout 20 crm_resource --show-metadata "$1" 2>/dev/null | on_one_line)
	if [ -z "$text" ]; then
		echo "agent $1 silent"
		return
	fi
	printf 'agent %s present %s\n' "$1" "$text" | tee "$memories/$1.$$.new"
	# What says of whom it is comes last: nobody takes a new word for an old version's.
	mv "$memories/$1.$$.new" "$memories/$1" && echo "$said_by" >"$memories/$1.$$.new" && mv "$memories/$1.$$.new" "$memories/$1.by"
}

tell_agent() { # AGENT with no memory of it
	case $1 in
	systemd:*) if unit_is_there "${1#systemd:}"; then echo "agent $1 present"; else echo "agent $1 absent"; fi ;;
	service:*)
		if unit_is_there "${1#service:}" || [ -x "$root/etc/init.d/${1#service:}" ]; then echo "agent $1 present"; else echo "agent $1 absent"; fi
		;;
	ocf:*:* | stonith:* | lsb:*) if [ -x "$file" ]; then ask_agent "$1"; else echo "agent $1 absent"; fi ;;
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
			if [ -r "$folder/$fact" ] && IFS= read -r value <"$folder/$fact"; then
				printf 'watchdog./dev/%s.%s=%s\n' "${folder##*/}" "$fact" "$value"
			fi
		done
	done
}

# Agents, one a line; at most four are asked at a time. After a line "remembered" none is asked, and those of which nothing is remembered
# are passed over: for a look that must not wait for agents.
verb_inspect() {
	if [ ! -d "$memories" ]; then mkdir -p "$memories" && chmod 0700 "$memories" || return 73; fi
	number=0 asks=yes
	while read -r name; do
		if [ "$number$name" = 0remembered ]; then
			asks=no
			continue
		fi
		if ! is_agent "$name"; then
			echo "not an agent: $name" >&2
			return 64
		fi
		number=$((number + 1))
	done <"$1"
	[ "$number" -le 512 ] || return 64
	look_at_agents "$1"
	request=$1 number=0
	set --
	while read -r name; do
		[ "$name" != remembered ] || continue
		agent_file "$name"
		agent_version
		if [ -n "$file" ] && [ -x "$file" ] && remembered "$name"; then
			set -- "$@" "$memories/$name"
			continue
		fi
		[ "$asks" = yes ] || continue
		number=$((number + 1))
		tell_agent "$name" >"$work/agent.$number" &
		[ $((number % 4)) -ne 0 ] || wait
		set -- "$@" "$work/agent.$number"
	done <"$request"
	wait
	[ "$#" -eq 0 ] || cat -- "$@"
	tell_watchdogs
}
