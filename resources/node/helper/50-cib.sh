# Changes of a running CIB.
verb patch-cib changing
verb send-patch changing

# Line 1: digest of the configuration that the change was made for, and the token of the group's lock, or "free" where the change
# holds none; then the whole desired CIB. A versioned patch lands on exactly the CIB that is read here, or not at all: so
# the lock is still what it is seen to be when the patch is taken.
verb_patch_cib() {
	expected='' token=''
	read -r expected token <"$1"
	tail -n +2 "$1" >"$work/desired.xml"
	live_cib >"$work/live.xml" || return
	if ! lock_allows "$work/live.xml" "${token:-free}"; then return 75; fi
	if ! guard_allows "$work/live.xml" "${token:-free}"; then return 76; fi
	if [ "$(configuration_digest "$work/live.xml")" != "$expected" ]; then
		echo 'the configuration changed since it was read' >&2
		changed_cib "$work/live.xml"
		return 103
	fi
	# Without the status section, so that no old state of a resource can travel with the change.
	sed -e 's|^  <status>|  <status/>&|' -e '/^  <status\/><status>/,/^  <\/status>/{/<status\/>/!d;s|<status\/>.*|<status/>|;}' \
		"$work/live.xml" >"$work/from.xml"
	with_live_coordination "$work/from.xml" "$work/desired.xml" >"$work/to.xml" || return
	send_patch "$work/from.xml" "$work/to.xml"
	code=$?
	if [ "$code" -eq 103 ]; then
		live_cib >"$work/live.xml" && changed_cib "$work/live.xml"
	fi
	[ "$code" -eq 0 ] || return "$code"
	# It is taken, whether its version can be told or not.
	if timeout 20 cibadmin --query --local --no-children >"$work/after.xml" 2>/dev/null; then
		cib_facts "$work/after.xml"
		printf '%s\n' "$version"
	fi
}

# A patch that the controller wrote for the very epoch that it names: with another epoch by now it is refused, and so is
# one that a lock was taken before. It can change the configuration and nothing else.
verb_send_patch() {
	line=''
	{ read -r _ && read -r _ && read -r line; } <"$1"
	case $line in '<source admin_epoch="'[0-9]*) : ;; *) line='' ;; esac
	attribute admin_epoch
	admin=$value
	attribute epoch
	case $admin.$value in . | *[!0-9.]* | .* | *.) line='' ;; esac
	if [ -z "$line" ] || grep -q '<change operation="[a-z]*" path="/cib\(/status\|"\)' "$1"; then
		echo 'not a patch of the configuration' >&2
		return 64
	fi
	cibadmin --patch --xml-file "$1"
	code=$?
	# Taken from that epoch, it makes the next one, in which nothing has happened yet.
	if [ "$code" -eq 0 ]; then echo "$admin.$((value + 1)).0"; fi
	if [ "$code" -eq 103 ]; then
		live_cib >"$work/live.xml" && changed_cib "$work/live.xml"
	fi
	return "$code"
}

# FROM TO: as one versioned patch; 0 also where they are equal
send_patch() {
	crm_diff --original "$1" --new "$2" >"$work/diff.xml"
	code=$?
	[ "$code" -ne 0 ] || return 0
	[ "$code" -eq 1 ] || return "$code"
	if grep -q 'path="/cib/status' "$work/diff.xml"; then
		echo 'the change would touch the status section' >&2
		return 65
	fi
	# num_updates moves with every monitor result; epoch and admin_epoch still guard against a change by others.
	# Pacemaker counts the epoch up itself: with the new epoch also set on the cib element, it would move by two.
	sed -e '/<source \|<target /s/ num_updates="[^"]*"//' \
		-e '/<change operation="modify" path="\/cib">/,/<\/change>/d' "$work/diff.xml" >"$work/patch.xml"
	cibadmin --patch --xml-file "$work/patch.xml"
}

changed_cib() { # CIB: as read-cib prints it, so that the change can be made anew without another question
	configuration_digest "$1"
	cat "$1"
}

lock_allows() { # CIB TOKEN: whether the lock is ours; with "free", whether nobody has it. Else who has it
	now=$(pair_value "$1" dcn-ha-lock-state)
	case $2 in
	free) [ -n "$now" ] && [ "$now" != free ] || return 0 ;;
	*) case $now in "held $2 "*) return 0 ;; esac ;;
	esac
	printf '%s\n' "${now:-free}"
	return 1
}

guard_allows() { # CIB TOKEN: whether no change but that made under TOKEN awaits its confirmation. Else which
	now=$(pair_value "$1" dcn-ha-guard-state)
	case $now in "armed $2 "*) return 0 ;; 'armed '*) printf '%s\n' "$now" ;; *) return 0 ;; esac
	return 1
}

with_live_coordination() { # LIVE DESIRED: the desired CIB, with lock, guard and rollout as they are in the live one
	awk '
		function special(line) { return line ~ /<cluster_property_set id="dcn-ha-(lock|guard|rollout)"/ }
		FILENAME == ARGV[1] {
			if (special($0)) inside = 1
			if (inside) kept = kept $0 "\n"
			if ($0 ~ /<\/cluster_property_set>/) inside = 0
			next
		}
		special($0) { skip = 1 }
		/^ *<crm_config\/>$/ && kept != "" { print "<crm_config>"; printf "%s", kept; print "</crm_config>"; next }
		/^ *<\/crm_config>$/ { printf "%s", kept }
		!skip { print }
		/<\/cluster_property_set>/ { skip = 0 }
	' "$1" "$2"
}
