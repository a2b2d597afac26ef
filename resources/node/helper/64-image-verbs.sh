# What is done with OS images: asked for, fetched, put first, taken back, denied, booted.
verb resolve-image changing
verb pull-image changing
verb stage-image changing
verb drop-image changing
verb deny-image changing
verb allow-image changing
verb reboot-node changing

verb_resolve_image() { # line 1: a ref or a container image; empty: what this system follows. Fetches nothing but what names the image
	wanted=$(head -n 1 "$1")
	if [ -n "$wanted" ] && ! is_image_source "$wanted"; then
		echo 'neither a ref nor a container image' >&2
		return 64
	fi
	image_lock && image_state || return
	"${updater}_resolve" "$wanted"
}

verb_pull_image() { # the image lies here then; nothing is deployed
	image_lock && image_state && image_words "$1" && not_denied || return
	"${updater}_pull" "$digest" "$source"
}

not_denied() {
	is_denied "$digest" || return 0
	echo 'refused=denied'
	printf 'this image is denied on this node: %s\n' "$(sed -n "s/^$digest //p" "$denied" | head -n 1)" >&2
	return 77
}

ours_or_denied() { # DIGEST: whether it may be taken back without a word of whoever put it there
	[ "$(head -n 1 "$staged_by_us" 2>/dev/null)" = "$1" ] || is_denied "$1"
}

verb_stage_image() { # exactly this image boots next; the booted one is what a rollback leads to
	image_lock && image_state && image_words "$1" && not_denied || return
	if [ "$next" = "$digest" ]; then
		printf 'stage=already\nnext=%s\n' "$next"
		return
	fi
	if [ -z "$next" ] && [ "$booted" = "$digest" ]; then
		[ "$updater" != ostree ] || release_commit
		printf 'stage=booted\nnext=%s\n' "$booted"
		return
	fi
	if [ -n "$next" ] && ! ours_or_denied "$next"; then
		printf 'refused=other\nnext=%s\n' "$next"
		echo "somebody else put $next first, which is not taken back without a word: drop-image with its digest" >&2
		return 77
	fi
	if [ -n "$next" ]; then
		take_back || return
		if [ "$booted" = "$digest" ]; then
			printf 'stage=booted\nnext=%s\n' "$booted"
			return
		fi
	fi
	note_staged "$digest" || return
	"${updater}_stage" "$digest" "$source" || return
	# Updaters end well and do something else: what they say now counts.
	image_state || return
	printf 'next=%s\n' "${next:-$booted}"
	if [ "$next" = "$digest" ]; then
		echo 'stage=done'
		return
	fi
	echo "the updater ended without an error, and $digest is not what boots next" >&2
	return 1
}

note_staged() { # DIGEST: so that nobody else's is taken for ours, on disk before it is done
	mkdir -p "$state" && chmod 0755 "$state" || return 73
	printf '%s\n' "$1" >"$work/staged"
	place "$work/staged" 0644 root:root "$staged_by_us" || return 73
}

take_back() { # until the booted one boots next
	for _ in 1 2 3; do
		"${updater}_drop" || return
		image_state || return
		[ -n "$next" ] || break
	done
	if [ -n "$next" ]; then
		echo "$next still boots next" >&2
		return 1
	fi
	rm -f "$staged_by_us"
}

verb_drop_image() { # line 1: the digest that is not to boot next; empty: whatever we had put first. What the updater says then counts
	image_lock && image_state || return
	wanted=$(head -n 1 "$1")
	if [ -z "$next" ]; then
		rm -f "$staged_by_us"
		printf 'drop=nothing\nnext=%s\n' "$booted"
		return
	fi
	if [ "$wanted" != "$next" ] && { [ -n "$wanted" ] || ! ours_or_denied "$next"; }; then
		printf 'refused=other\nnext=%s\n' "$next"
		echo "$next boots next, which is another image" >&2
		return 77
	fi
	take_back || return
	printf 'drop=done\nnext=%s\n' "$booted"
}

denied_line() { # FILE: into $digest and $reason
	read -r digest reason <"$1" || [ -n "$digest" ] || return 64
	reason=$(printf %s "$reason" | tr -cd ' -~' | head -c 400)
	updater=any
	if is_image_digest "$digest"; then return 0; fi
	echo 'not the digest of an image' >&2
	return 64
}

change_denied() { # with the line in $work/line, or without one
	exec 7>"$run/denied.flock" && flock 7 && mkdir -p "$state" && chmod 0755 "$state" || return 73
	{
		grep -v "^$digest\\( \\|\$\\)" "$denied" 2>/dev/null
		cat "$work/line"
	} >"$work/denied"
	place "$work/denied" 0644 root:root "$denied" || return 73
}

verb_deny_image() { # "DIGEST REASON…": it is never staged here again
	denied_line "$1" || return
	printf '%s %s\n' "$digest" "$reason" >"$work/line"
	change_denied
}

verb_allow_image() {
	denied_line "$1" || return
	: >"$work/line"
	change_denied || return
	forget_avoided "$digest"
}

# Line 1: a token, by which the same request is known again; line 2: what has to boot, or nothing. Asked again after the boot it does nothing.
verb_reboot_node() {
	token=$(sed -n 1p "$1") expected=$(sed -n 2p "$1") now=$(boot_id)
	if ! is_token "$token" || [ -z "$now" ]; then
		echo 'not a token' >&2
		return 64
	fi
	was_token='' was_boot=''
	[ ! -s "$reboot_note" ] || read -r was_token was_boot _ <"$reboot_note"
	if [ "$was_token" = "$token" ] && [ "$was_boot" != "$now" ]; then
		echo 'reboot=done'
		return
	fi
	if [ "$(systemctl is-active dcn-ha-reboot.timer 2>/dev/null)" = active ]; then
		if [ "$was_token" = "$token" ]; then
			echo 'reboot=soon'
			return
		fi
		echo 'somebody else has this node reboot already' >&2
		return 75
	fi
	image_lock || return
	set -- systemctl reboot
	if [ -n "$expected" ]; then
		image_state || return
		if [ "${next:-$booted}" != "$expected" ]; then
			printf 'refused=not-next\nnext=%s\n' "${next:-$booted}"
			echo "$expected is not what boots next" >&2
			return 77
		fi
		# Locked: what lies there does not boot before this word, whatever happens.
		unlock=$(awk -v wanted="$expected" '$2 == wanted && $4 == "yes" { print $3; exit }' "$order")
		[ -z "$unlock" ] || set -- "${updater}_finalize" "$unlock"
	fi
	case $1 in *_finalize) "$1" "$2" >"$work/command" || return ;; *) printf '%s\n' "$*" >"$work/command" ;; esac
	mkdir -p "$state" && printf '%s %s %s\n' "$token" "$now" "$expected" >"$work/reboot" && : >"$run/stopped-by-us" &&
		place "$work/reboot" 0644 root:root "$reboot_note" || return 73
	# A whole boot, whatever somebody prepared (docs/adr/0014): a soft reboot or kexec passes the boot loader by, which counts the tries of a new image.
	if mountpoint -q "$root/run/nextroot"; then
		ostree admin prepare-soft-reboot --reset >/dev/null 2>&1 || umount --recursive --lazy "$root/run/nextroot" || return
	fi
	# shellcheck disable=SC2046 # words of ours
	systemd-run --quiet --collect --unit=dcn-ha-reboot --on-active=500ms --timer-property=AccuracySec=100ms \
		--setenv=SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT=1 --setenv=SYSTEMCTL_SKIP_AUTO_KEXEC=1 -- $(cat "$work/command") || return
	echo 'reboot=soon'
}
