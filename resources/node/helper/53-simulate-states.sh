# What Pacemaker would do at moments that somebody thought of, with a configuration of theirs: the live cluster has no part in it.
verb simulate-states

# A whole CIB with "  <status/>" alone in a line; then, for each moment, a status from "<status>" to "</status>", each alone in a line.
# The answer to each is a line "--- EXIT" and what crm_simulate says.
verb_simulate_states() {
	mkdir "$work/states"
	csplit --quiet --digits=6 --prefix="$work/states/" "$1" '/^<status>$/' '{*}' 2>/dev/null
	if [ ! -e "$work/states/000001" ]; then
		echo 'there is no status to ask about' >&2
		return 65
	fi
	if [ "$(grep -c '^  <status/>$' "$work/states/000000")" -ne 1 ]; then
		echo 'the CIB does not leave the place of its status open' >&2
		return 65
	fi
	# It aborts on input that it does not expect: no core file. What runs here comes first.
	# shellcheck disable=SC3045 # not in POSIX, and in every sh that a node has
	ulimit -c 0
	CIB_shadow_dir=$work
	export CIB_shadow_dir
	for state in "$work"/states/*; do
		[ "$state" != "$work/states/000000" ] || continue
		sed -e "/^  <status\\/>\$/{r $state" -e 'd;}' "$work/states/000000" >"$work/state.xml"
		nice -n 10 timeout 60 crm_simulate --run --xml-file "$work/state.xml" --output-as=xml >"$work/answer" 2>"$work/said"
		printf -- '--- %s\n' "$?"
		cat "$work/answer"
		tail -n 1 "$work/said" | sed 's/^/!!! /'
	done
	rm -rf "$work/states"
}
