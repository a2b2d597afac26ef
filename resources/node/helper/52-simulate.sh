# What Pacemaker would do with another configuration.
verb simulate-cib

verb_simulate_cib() { # line 1: digest of the configuration that the change was made for; then the whole desired CIB. Nothing is written but files of our own.
	expected=$(head -n 1 "$1")
	tail -n +2 "$1" >"$work/desired.xml"
	live_cib >"$work/live.xml" || return
	if [ "$(configuration_digest "$work/live.xml")" != "$expected" ]; then
		echo 'the configuration changed since it was read' >&2
		return 103
	fi
	sed -n -e '/^  <status\/>$/p' -e '/^  <status>/,/^  <\/status>/p' "$work/live.xml" >"$work/status.xml"
	if [ ! -s "$work/status.xml" ] || [ "$(grep -c '^  <status/>$' "$work/desired.xml")" -ne 1 ]; then
		echo 'the live CIB has no status, or the desired one does not leave its place open' >&2
		return 65
	fi
	sed -e "/^  <status\\/>\$/{r $work/status.xml" -e 'd;}' "$work/desired.xml" >"$work/proposed.xml"
	# It aborts on input that it does not expect: no core file, and an end in any case.
	# shellcheck disable=SC3045 # not in POSIX, and in every sh that a node has
	ulimit -c 0
	timeout 60 crm_simulate --run --xml-file "$work/proposed.xml" --output-as=xml
}
