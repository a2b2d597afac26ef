# What a node that updates itself asks and tells (docs/rollouts.md, "Without a controller").
verb look-image
verb avoid-image changing
verb take-medium changing

# The second where its file system knows no names of more than eleven letters.
media='/dev/disk/by-label/DCN-HA-UPDATE /dev/disk/by-label/DCN-UPDATE'

boot_health() { # as src/observation/image-state.ts judges: by the unit that runs the checks, and by greenboot's words; words alone never make it green
	words=''
	for one in "$root/run/motd.d/boot-status" "$root/etc/motd.d/boot-status"; do
		if [ -f "$one" ]; then words=$(head -c 4000 "$one") && break; fi
	done
	case $words in *[Mm]'anual intervention'*) echo hands=yes ;; esac
	one=''
	[ ! -x "$root/usr/lib/dcn-ha/greenboot" ] || one=dcn-ha-greenboot.service
	[ ! -x "$root/usr/libexec/greenboot/greenboot" ] || one=greenboot-healthcheck.service
	if [ -z "$one" ]; then
		echo health=green
		return
	fi
	case $(systemctl show --property=ActiveState --value "$one" 2>/dev/null):$words in
	activating:* | reloading:*) echo health=progress ;;
	failed:* | *' is RED'* | *[Mm]'anual intervention'*) echo health=red ;;
	active:*) echo health=green ;;
	*) echo health=unknown ;;
	esac
}

# Facts "NAME=VALUE": what boots now and next, what else lies here (bootc's rollback too: the way back, or what was booted and left), how this
# boot went, what is denied, and whether the cluster runs.
verb_look_image() {
	image_state || return
	printf 'boot=%s\nupdater=%s\norigin=%s\nbooted=%s\nnext=%s\n' "$(boot_id)" "$updater" "$("${updater}_origin" 2>/dev/null)" "$booted" "$next"
	if [ -z "$next" ] || ours_or_denied "$next"; then echo next-ours=yes; fi
	awk '$1 == "other" || $1 == "pending" || $1 == "rollback" { print "other=" $2 }' "$order"
	boot_health
	if [ -x "$root/usr/lib/dcn-ha/greenboot" ]; then "$root/usr/lib/dcn-ha/greenboot" status 2>/dev/null | sed -n 's/^rolled-back /left=/p'; fi
	if [ -e "$root/boot/ostree/finalize-failure.stamp" ]; then
		printf 'finalize-failed=%s\n' "$(head -c 400 "$root/boot/ostree/finalize-failure.stamp" | tr '\n' ' ' | tr -cd ' -~')"
	fi
	free_bytes
	if [ -s "$denied" ]; then sed 's/^/denied=/' "$denied"; fi
	cluster=inactive
	if active pacemaker.service || active corosync.service; then cluster=active; fi
	printf 'cluster=%s\n' "$cluster"
	if [ -e "$run/stopped-by-us" ]; then echo stopped-by-us=yes; fi
}

avoid_id() { # DIGEST
	one=${1#sha256:}
	printf 'dcn-ha-avoid-%s\n' "${one%"${one#????????????????}"}"
}

# "DIGEST VERSION WORDS…": an image that a node of this group was worse off with, and which none of the others begins. Each has a pair of
# its own beside the rollout's record, so that nobody's is lost.
verb_avoid_image() {
	read -r digest version words <"$1" || [ -n "$digest" ] || return 64
	updater=any
	case $version in '' | *[!A-Za-z0-9._+~-]*) version=- ;; esac
	words=$(printf %s "$words" | tr -cd 'A-Za-z0-9 ._:-' | head -c 200)
	if ! is_image_digest "$digest"; then
		echo 'not the digest of an image' >&2
		return 64
	fi
	if ! active pacemaker.service; then
		echo 'pacemaker is not running' >&2
		return 102
	fi
	if ! quorate; then
		echo 'this part of the cluster has no quorum' >&2
		return 69
	fi
	echo '<cluster_property_set id="dcn-ha-rollout"><nvpair id="dcn-ha-rollout-state" name="dcn-ha-rollout" value="none"/></cluster_property_set>' >"$work/set.xml"
	cibadmin --create --scope crm_config --xml-file "$work/set.xml" >/dev/null 2>&1
	id=$(avoid_id "$digest")
	printf '<cluster_property_set id="dcn-ha-rollout"><nvpair id="%s" name="%s" value="%s %s %s"/></cluster_property_set>\n' \
		"$id" "$id" "$digest" "$version" "$words" >"$work/pair.xml"
	cibadmin --modify --allow-create --scope crm_config --xml-file "$work/pair.xml" || return
	quorate || return 69
}

forget_avoided() { # DIGEST: whoever allows it here, allows it to the group
	if active pacemaker.service; then
		printf '<nvpair id="%s"/>\n' "$(avoid_id "$1")" >"$work/pair.xml"
		cibadmin --delete --xml-file "$work/pair.xml" >/dev/null 2>&1 || :
	fi
}

# A medium with an ostree repository (in `repo`, or as a whole): this system's own ref, where it is not older there than what is booted. The
# remote's keys decide, as over the network. Nothing where no medium is there.
verb_take_medium() {
	medium=''
	for one in $media; do [ ! -b "$root$one" ] || medium=$root$one; done
	[ -n "$medium" ] || return 0
	image_lock && image_state || return
	if [ "$updater" = bootc ]; then
		echo 'bootc takes no images from a medium with an ostree repository' >&2
		return 69
	fi
	wanted=$(head -n 1 "$1")
	ostree_place "$wanted" || return
	mkdir -p "$work/medium" && mount -o ro,nosuid,nodev,noexec "$medium" "$work/medium" || return 74
	trap 'umount "$work/medium" 2>/dev/null' EXIT
	from=$work/medium
	[ ! -d "$from/repo/objects" ] || from=$from/repo
	digest=$(ostree --repo="$from" rev-parse "$ref" 2>/dev/null) || {
		echo "the medium has no image $ref" >&2
		return 0
	}
	age=$(commit_age "$from" "$digest")
	# What is booted is told, too: whoever follows a network with an older image would go back to that.
	if [ "$digest" != "$booted" ] && [ "$age" -le "$(commit_age "$repo" "$booted")" ]; then return 0; fi
	if ! have_commit "$digest"; then
		check=''
		[ -z "$remote" ] || check=--remote=$remote
		[ -z "$remote" ] || [ "$(ostree_verifies "$remote")" = no ] || check="$check --gpg-verify"
		# shellcheck disable=SC2086 # two words, or one, or none
		at_sysroot ostree --repo="$repo" pull-local $check "$from" "$digest" >/dev/null || return 65
		at_sysroot ostree --repo="$repo" refs --force --create=dcn-ha/next "$digest" || return 73
	fi
	printf 'source=%s\ndate=%s\n' "${remote:+$remote:}$ref" "$age"
	commit_facts "$digest" "$remote"
}
