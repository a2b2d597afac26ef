# Plain ostree: commits from a remote, deployed for the next boot (ostree-admin-deploy(1), ostree-pull(1)).

# The text, which is the same in all versions. Asked once in a look: a program of this size costs more to start than all else that is done here.
ostree_status() { ostree_text && status=$work/ostree; }
ostree_text() { [ -e "$work/ostree" ] || timeout 60 ostree admin status >"$work/ostree" 2>/dev/null; }

at_sysroot() { # COMMAND…: where /sysroot is mounted read-only, in a mount namespace in which it is not
	if [ -w "$root/sysroot/ostree" ]; then
		"$@"
		return
	fi
	# shellcheck disable=SC2016 # for the other shell
	unshare --mount sh -c 'mount -o remount,bind,rw "$0" && exec "$@"' "$root/sysroot" "$@"
}

# Kept until another one is installed or the node boots.
ostree_version() {
	set -- "$(stat -L -c '%d:%i:%s:%Z' "$(command -v ostree)" 2>/dev/null)" "$run/ostree-version"
	known='' version=''
	[ ! -s "$2" ] || read -r known version <"$2"
	if [ -z "$1" ] || [ "$known" != "$1" ]; then
		version=$(ostree --version | sed -n "s/^ *Version: *'\{0,1\}\([^']*\)'\{0,1\}/\1/p")
		[ -z "$version" ] || { printf '%s %s\n' "$1" "$version" >"$work/ostree-version" && mv -f "$work/ostree-version" "$2"; }
	fi
	printf '%s\n' "$version"
}

# What is staged or pending stands before the booted one.
ostree_order() {
	ostree_text && awk '
		/^[* ] [^ ]+ [0-9a-f]+\.[0-9]+/ {
			sub(/^ /, "")
			star = sub(/^\* /, "")
			if (length($2) < 66) next
			sum = substr($2, 1, 64)
			state = star ? "booted" : /\(.*staged/ ? "staged" : seen ? "other" : "pending"
			if (star) seen = 1
			print state, sum, sum, (/finalization locked/ ? "yes" : "no")
		}' "$work/ostree"
}

ostree_origin() {
	ostree_text
	awk '/^\* / { own = 1; next } /^  ?[^ ]/ { own = 0 } own && sub(/^ *origin refspec: /, "") { print; exit }' "$work/ostree"
}

ostree_place() { # SOURCE: into $remote and $ref; its remote is the origin's where it names none
	remote='' ref=$1
	case $1 in
	'') ref=$(ostree_origin) ;;
	*:*) : ;;
	*) case $(ostree_origin) in *:*) ref=$(ostree_origin | sed 's/:.*//'):$1 ;; esac ;;
	esac
	case $ref in *:*) remote=${ref%%:*} ref=${ref#*:} ;; esac
	if [ -n "$ref" ]; then return 0; fi
	echo 'this system has no origin to ask for images' >&2
	return 65
}

ostree_verifies() { # REMOTE: whether commits of this remote must be signed
	cat "$repo/config" "$root"/etc/ostree/remotes.d/*.conf 2>/dev/null | awk -v remote="[remote \"$1\"]" '
		/^\[/ { own = $0 == remote; if (own) found = 1 }
		own && /^gpg-verify *= *(false|0)/ { gpg = "no" }
		own && /^sign-verify *=/ && !/= *(false|0)/ { sign = "yes" }
		END { print !found ? "unknown" : gpg == "no" && sign == "" ? "no" : "yes" }'
}

commit_age() { # REPOSITORY DIGEST: when it was made, in seconds
	ostree --repo="$1" show "$2" >"$work/shown" 2>/dev/null
	made "$work/shown"
}

made() { # FILE: with what ostree shows of a commit: when it was made, in seconds
	date -d "$(sed -n '/^Date: */{s///p;q;}' "$1")" +%s
}

commit_facts() { # DIGEST REMOTE: also into $work/commit what ostree shows of it, asked once for its date, its version and its signature
	ostree --repo="$repo" show ${2:+--gpg-verify-remote="$2"} "$1" >"$work/commit" 2>/dev/null
	printf 'digest=%s\nversion=%s\n' "$1" "$(sed -n '/^$/q; s/^Version: *//p' "$work/commit" | tr -cd ' -~')"
	[ -n "$2" ] || return 0
	signature=none
	# What a commit says of itself is set in by four blanks, but for its version, which may have lines of its own.
	if grep -q '^  Good signature from' "$work/commit"; then
		case $(ostree --repo="$repo" show --print-metadata-key=version "$1" 2>/dev/null) in *\\*) : ;; *) signature=good ;; esac
	fi
	printf 'signature=%s\nsignature-required=%s\n' "$signature" "$(ostree_verifies "$2")"
}

commit_of() { # REMOTE REF: from the file that keeps it, else by asking
	if [ -n "$1" ] && [ -f "$repo/refs/remotes/$1/$2" ] && read -r known <"$repo/refs/remotes/$1/$2" && [ "${#known}" -eq 64 ]; then
		printf '%s\n' "$known"
		return
	fi
	ostree --repo="$repo" rev-parse "${1:+$1:}$2"
}

ostree_resolve() { # SOURCE: the commit that it stands for now; nothing but the commit itself is fetched, and its signature judged
	ostree_place "$1" || return
	if [ -n "$remote" ]; then
		at_sysroot timeout 300 ostree --repo="$repo" pull --commit-metadata-only "$remote" "$ref" >/dev/null || return 69
	fi
	case $ref in
	????????????????????????????????????????????????????????????????) digest=$ref ;;
	*) digest=$(commit_of "$remote" "$ref") || return 69 ;;
	esac
	printf 'source=%s\n' "${remote:+$remote:}$ref"
	commit_facts "$digest" "$remote"
	printf 'date=%s\n' "$(made "$work/commit")"
}

have_commit() { # DIGEST: all of it
	rest=${1#??}
	[ -e "$repo/objects/${1%"$rest"}/$rest.commit" ] && [ ! -e "$repo/state/$1.commitpartial" ]
}

ostree_pull() { # DIGEST SOURCE: a ref of ours keeps it until it is booted or dropped
	ostree_place "$2" || return
	word=already
	if ! have_commit "$1"; then
		word=pulled
		if [ -z "$remote" ]; then
			echo 'this commit is not here, and the system has no remote to fetch it from' >&2
			return 69
		fi
		at_sysroot ostree --repo="$repo" pull "$remote" "$1" >/dev/null || return 69
	fi
	known=''
	[ ! -f "$repo/refs/heads/dcn-ha/next" ] || read -r known <"$repo/refs/heads/dcn-ha/next"
	[ "$known" = "$1" ] || at_sysroot ostree --repo="$repo" refs --force --create=dcn-ha/next "$1" || return 73
	# Its signature was judged when it was fetched: whatever shows a commit judges it anew, and this does not.
	version=$(ostree --repo="$repo" show --print-metadata-key=version "$1" 2>/dev/null | tr -cd ' !-&(-~')
	printf 'pull=%s\ndigest=%s\nversion=%s\n' "$word" "$1" "$version"
}

release_commit() { at_sysroot ostree --repo="$repo" refs --delete dcn-ha/next >/dev/null 2>&1 || :; }

# A staged deployment becomes bootable when this unit stops at shutdown. Where it is missing, or would not be stopped, nothing may be staged.
ostree_finalizer() {
	systemctl start ostree-finalize-staged.service 2>/dev/null
	systemctl is-active --quiet ostree-finalize-staged.service || return 1
	case " $(systemctl show --property=Conflicts --value ostree-finalize-staged.service 2>/dev/null) " in
	*' final.target '* | *' shutdown.target '*) return 0 ;;
	esac
	return 1
}

ostree_stage() { # DIGEST SOURCE: in the booted system's place, with its origin; it says how
	ostree_place "$2" || return
	if ! have_commit "$1"; then
		echo 'this image was not pulled' >&2
		return 65
	fi
	folder=$(ostree admin --print-current-dir) && os=${folder%/deploy/*} os=${os##*/} || return
	{ cat "$folder.origin" 2>/dev/null || echo '[origin]'; } | sed '/^refspec *=/d; /^override-commit *=/d' |
		sed "/^\\[origin\\]/a\\
refspec=${remote:+$remote:}$ref" >"$work/origin"
	if ostree_finalizer; then
		how=staged
		ostree admin deploy --os="$os" --stage --origin-file="$work/origin" "$1" >/dev/null || return
	else
		how=deployed
		ostree admin deploy --os="$os" --origin-file="$work/origin" "$1" >/dev/null || return
	fi
	printf 'how=%s\n' "$how"
}

ostree_drop() { ostree admin undeploy 0 >/dev/null && release_commit; }
