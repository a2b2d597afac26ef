# Windows (src/rollout/windows.ts): lines KIND=DAYS FROM TO ZONE, days by number from Monday or a star; none of a kind: always open.
window_open() { # KIND SECONDS: all the time from now for so long
	grep "^$1=" "$conf" >"$work/windows" || return 0
	from=$(date +%s) to=$(($(date +%s) + $2)) count=0
	while :; do
		printf '@%s\n' "$from"
		from=$((from + 60))
		[ "$from" -lt "$to" ] || break
	done >"$work/instants"
	set --
	while IFS='= ' read -r _ days opens closes zone; do
		rules=:$root/usr/share/zoneinfo/$zone
		if [ "$zone" = UTC ]; then
			rules=UTC0
		elif [ ! -e "${rules#:}" ]; then
			say_once "this image does not know the time zone $zone: no window is open"
			return 1
		fi
		count=$((count + 1))
		TZ=$rules date -f "$work/instants" '+%u %H:%M' |
			awk -v days="$days" -v from="$opens" -v to="$closes" '
				function on(day) { return days == "*" || index(days, day) > 0 }
				{
					before = $1 == 1 ? 7 : $1 - 1
					if (from == to) print on($1) ? 1 : 0
					else if (from < to) print on($1) && $2 >= from && $2 < to ? 1 : 0
					else print on($1) && $2 >= from || on(before) && $2 < to ? 1 : 0
				}' >"$work/window.$count"
		set -- "$@" "$work/window.$count"
	done <"$work/windows"
	paste -d ' ' "$@" | awk '!/1/ { closed = 1; exit } END { exit closed }'
}

