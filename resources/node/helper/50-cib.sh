# Changes of a running CIB.
verb patch-cib changing

verb_patch_cib() { # line 1: digest of the configuration that the change was made for; then the whole desired CIB
	expected=$(head -n 1 "$1")
	tail -n +2 "$1" >"$work/desired.xml"
	live_cib >"$work/live.xml" || return
	if [ "$(configuration_digest "$work/live.xml")" != "$expected" ]; then
		echo 'the configuration changed since it was read' >&2
		return 103
	fi
	# Without the status section, so that no old state of a resource can travel with the change.
	sed -e 's|^  <status>|  <status/>&|' -e '/^  <status\/><status>/,/^  <\/status>/{/<status\/>/!d;s|<status\/>.*|<status/>|;}' \
		"$work/live.xml" >"$work/from.xml"
	crm_diff --original "$work/from.xml" --new "$work/desired.xml" >"$work/diff.xml"
	code=$?
	if [ "$code" -eq 0 ]; then
		cib_facts "$work/live.xml" | cut -d ' ' -f 1
		return 0
	fi
	[ "$code" -eq 1 ] || return "$code"
	if grep -q 'path="/cib/status' "$work/diff.xml"; then
		echo 'the change would touch the status section' >&2
		return 65
	fi
	# num_updates moves with every monitor result; epoch and admin_epoch still guard against a change by others.
	# Pacemaker counts the epoch up itself: with the new epoch also set on the cib element, it would move by two.
	sed -e '/<source \|<target /s/ num_updates="[^"]*"//' \
		-e '/<change operation="modify" path="\/cib">/,/<\/change>/d' "$work/diff.xml" >"$work/patch.xml"
	cibadmin --patch --xml-file "$work/patch.xml" || return
	live_cib >"$work/after.xml" || return
	cib_facts "$work/after.xml" | cut -d ' ' -f 1
}
