# One run: goes on with the turn that there is, or looks whether there is something to be done.
run=$root/run/dcn-ha
[ -d "$run" ] || mkdir -m 0700 "$run" || exit 73
mkdir -p "$state" && chmod 0755 "$state" || exit 73
exec 9>"$run/update.flock"
flock -n 9 || exit 0
work=$(mktemp -d "$run/update.XXXXXX") || exit 73
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM PIPE
node=$(sed -n 's/.*"node": *"\([^"]*\)".*/\1/p' "$root/etc/dcn-ha/gate.json" 2>/dev/null | head -n 1)
# A node that is in no group yet has nobody to ask.
[ -n "$node" ] || exit 0
end=''
settings
now
last=$((up + s_run))
if load; then
	walk
elif [ -r "$conf" ]; then
	idle
fi
