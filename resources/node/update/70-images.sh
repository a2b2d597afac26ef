# What a controller refuses without a force code, and what it forces only when told: `force` in the settings (src/rollout/preflight-images.ts).
findings() {
	{
		sed 's/^/out./' "$work/out"
		sed 's/^/node./' "$work/image"
	} | awk -F= '
		{ value = substr($0, length($1) + 2); if (!($1 in facts)) facts[$1] = value; all[$1] = all[$1] " " value }
		function old(name) { return facts["out.old." name] }
		function new(name) { return facts["out.new." name] }
		function differ(name) { return old(name) != "" && new(name) != "" && old(name) != new(name) }
		function major(text) { sub(/[^0-9].*/, "", text); return text }
		function minor(text) { sub(/^[0-9]*\./, "", text); return major(text) + 0 }
		END {
			if (facts["out.end"] != "yes") print "IMAGE_NOT_COMPARED"
			if (differ("architecture")) print "ARCHITECTURE_DIFFERS"
			if (differ("hacluster") || differ("haclient")) print "CLUSTER_IDS_DIFFER"
			a = old("feature-set"); b = new("feature-set")
			if (a !~ /^[0-9]+\.[0-9]/ || b !~ /^[0-9]+\.[0-9]/) print "FEATURE_SET_UNKNOWN"
			else if (major(a) != major(b)) print "FEATURE_SET_MAJOR"
			else if (minor(b) < minor(a)) print "FEATURE_SET_FALLS"
			else if (minor(b) > minor(a)) print "FEATURE_SET_RISES"
			if (new("crm-verify") != "" && new("crm-verify") != "0" && old("crm-verify") == "0") print "CIB_REFUSED"
			if (old("corosync") != "" && major(old("corosync")) != major(new("corosync"))) print "COROSYNC_MAJOR"
			if (new("helper") == "absent") print "HELPER_NOT_IN_IMAGE"
			if (new("gate") == "absent") print "GATE_NOT_IN_IMAGE"
			if ("out.new.missing" in facts) print "AGENT_NOT_IN_IMAGE"
			if ("out.new.module-missing" in facts) print "KERNEL_MODULE_MISSING"
			if (new("greenboot") == "none" || new("greenboot") == "") print "NO_HEALTH_CHECKS"
			else if (new("boot-counter") != "yes") print "NO_BOOT_COUNTER"
			if ("out.new.timer" in facts) print "AUTOMATIC_UPDATES"
			if (facts["node.next"] != "" && facts["node.next"] != target && facts["node.next-ours"] != "yes") print "IMAGE_STAGED_BY_OTHER"
			if (facts["node.free.repository"] != "" && facts["node.free.repository"] < 536870912) print "DISK_SPACE"
			else if (facts["node.free.boot"] != "" && facts["node.free.boot"] < 67108864) print "DISK_SPACE"
		}' target="$t_target" /dev/stdin
}

speaks_against() { # codes that nobody forces here
	findings | while read -r code; do
		case " $s_force " in *" $code "*) : ;; *) printf '%s ' "$code" ;; esac
	done
}

