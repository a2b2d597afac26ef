# What Pacemaker told of this node: the spool that the alert agent writes (resources/node/alert), read and followed.
verb read-events
verb follow-events

spool=$root/var/lib/pacemaker/dcn-ha-events

# The spool belongs to hacluster, and so does whatever it may have put there: it is read with no more rights than its owner has.
reader() { # into $reader what to put before a command
	reader=''
	owner=$(stat -c '%u:%g' -- "$spool" 2>/dev/null) || return 0
	case $owner in 0:*) return 0 ;; esac
	reader="setpriv --reuid ${owner%:*} --regid ${owner#*:} --clear-groups --"
}

make_spool() { # so that somebody can follow before the first event
	[ -d "$spool" ] || install -d -m 0700 -o hacluster -g haclient -- "$spool" 2>/dev/null || :
}

is_count() { case $1 in '' | *[!0-9]* | ????????????????*) return 1 ;; esac; }

# FILE: into $first the number of its first whole line, and into $at the place of that line; none without one
first_event() {
	first='' at=0
	# shellcheck disable=SC2086
	said=$($reader sed -n '/^seq=[1-9][0-9]*	.*	\.$/{=;p;q;}' -- "$1" 2>/dev/null)
	case $said in *"seq="*)
		at=${said%%"$newline"*}
		first=${said#*seq=}
		first=${first%%	*}
		;;
	esac
}

# "spool FIRST LAST BOOT HOST EPOCH UPTIME": what the spool holds ("0 0": nothing), and this node's clocks now
spool_line() {
	first_event "$spool/events.1"
	if [ -z "$first" ]; then first_event "$spool/events"; fi
	# shellcheck disable=SC2086
	last=$($reader sed -n 's/^seq=\([1-9][0-9]*\)	.*	\.$/\1/p' -- "$spool/events.1" "$spool/events" 2>/dev/null | tail -n 1)
	read -r boot </proc/sys/kernel/random/boot_id
	read -r host </proc/sys/kernel/hostname
	now=$(date +%s.%N)
	read -r up rest </proc/uptime
	printf 'spool %s %s %s %s %s %s\n' "${first:-0}" "${last:-0}" "$boot" "$host" "$now" "$up"
}

# "FROM TO": the events of these numbers that are still there
verb_read_events() {
	read -r from to <"$1"
	if ! is_count "${from:-}" || ! is_count "${to:-}"; then
		echo 'not two numbers' >&2
		return 65
	fi
	reader
	spool_line
	# shellcheck disable=SC2086
	$reader cat -- "$spool/events.1" "$spool/events" 2>/dev/null |
		awk -F '\t' -v from="$from" -v to="$to" '/^seq=[1-9][0-9]*\t.*\t\.$/ { n = substr($1, 5) + 0; if (n >= from && n <= to) print }'
}

alive() { # "alive UPTIME LAST": and the number that was taken last in this boot, so that a line which got lost at the end is missed too
	read -r up rest </proc/uptime
	said='' last=''
	# shellcheck disable=SC2086
	[ ! -r "$spool/counter" ] || said=$($reader head -c 64 -- "$spool/counter" 2>/dev/null)
	case $said in "$boot "* | "torn${boot#????} "*) last=${said#* } ;; esac
	is_count "$last" || last=0
	printf 'alive %s %s\n' "$up" "$last" 2>/dev/null
}

# "FROM": answers with no frame but with lines, as they come: "spool …" as above, the events from that number on, and "alive …"
# every two seconds. It ends when nobody reads any more, and by itself after ten minutes, so that nothing is left running.
verb_follow_events() {
	read -r from <"$1"
	is_count "${from:-}" || refuse 'follow-events needs a number'
	make_spool
	reader
	spool_line
	first_event "$spool/events"
	if [ "${first:-0}" -eq 0 ] || [ "$from" -lt "$first" ]; then
		# shellcheck disable=SC2086
		$reader cat -- "$spool/events.1" 2>/dev/null |
			awk -F '\t' -v from="$from" '/^seq=[1-9][0-9]*\t.*\t\.$/ && substr($1, 5) + 0 >= from'
	fi
	skip=1
	if [ "${first:-0}" -gt 0 ] && [ "$from" -gt "$first" ]; then skip=$((at + from - first)); fi
	# Two writers share the way out: the first sign of life goes before them, and a line that is torn all the same is read again.
	alive
	# shellcheck disable=SC2086
	$reader tail -n "+$skip" -F -- "$spool/events" 2>/dev/null &
	follower=$!
	trap 'kill "$follower" 2>/dev/null; rm -rf "$work"' EXIT
	beats=0
	while [ "$beats" -lt 300 ] && kill -0 "$follower" 2>/dev/null; do
		sleep 2
		alive || return 0
		beats=$((beats + 1))
	done
}
