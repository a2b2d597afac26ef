# rpm-ostree: commits or container images, staged with their finalizing locked, so that no crash boots them before the word (rpm-ostree(1)).
# Another agent that drives the updates (Zincati) is only passed over where the request says so.

rpm_ostree_version() { rpm-ostree --version | sed -n "s/^ *Version: *'\\{0,1\\}\\([^']*\\)'\\{0,1\\}/\\1/p"; }

rpm_ostree_order() {
	json_facts "$work/status" '
booted = [i for i, one in enumerate(d["deployments"]) if one.get("booted")]
at = booted[0] if booted else -1
for i, one in enumerate(d["deployments"]):
    state = "booted" if i == at else "staged" if one.get("staged") else "pending" if i < at else "other"
    digest = one.get("container-image-reference-digest") or (one.get("base-commit-meta") or {}).get("ostree.manifest-digest") or one.get("checksum") or "-"
    print(state, digest, one.get("checksum") or "-", "yes" if one.get("finalization-locked") else "no")'
}

rpm_ostree_origin() {
	own=$(json_facts "$work/status" '
own = [one for one in d["deployments"] if one.get("booted")]
print((own[0].get("container-image-reference") or own[0].get("origin") or "") if own else "")') || return
	if is_container_origin "$own"; then
		container_parts "$own"
		own=$prefix$(followed_name "$image")
	fi
	printf '%s\n' "$own"
}

rpm_ostree_driver() { # what stands in the way: the agent that drives updates, what goes on now, packages of this node's own in the image
	json_facts "$work/status" '
driver = (d.get("update-driver") or {}).get("driver-name")
if driver: print("driver=" + driver)
if any(one.get("booted") and one.get("base-checksum") for one in d["deployments"]): print("layered=yes")
if d.get("transaction"): print("transaction=" + str(d["transaction"][0]))'
}

is_container_origin() { case $1 in ostree-*:* | docker://* | containers-storage:*) return 0 ;; *) return 1 ;; esac; }

container_parts() { # ORIGIN: "ostree-image-signed:docker://HOST/IMAGE:TAG" is $prefix and $image
	case $1 in
	*docker://*) prefix=${1%%docker://*}docker:// image=${1#*docker://} ;;
	*) prefix=${1%%:*}: image=${1#*:} ;;
	esac
}

# A bare image takes the prefix of the booted one.
container_place() { # SOURCE: into $prefix and $image; into $own_image what is followed until now
	own=$(rpm_ostree_origin) || return
	container_parts "$own"
	own_image=$image image=${1:-$own}
	if ! is_container_origin "$image"; then
		case $own in
		*docker://*) image=${own%%docker://*}docker://$image ;;
		ostree-unverified-registry:*) image=ostree-unverified-registry:$image ;;
		*)
			echo 'this system follows no image of a registry' >&2
			return 65
			;;
		esac
	fi
	container_parts "$image"
}

follows_container() { # SOURCE
	[ -z "$1" ] || ! is_container_origin "$1" || return 0
	is_container_origin "$(rpm_ostree_origin)"
}

rpm_ostree_resolve() { # SOURCE
	if follows_container "$1"; then
		container_place "$1" && { [ -n "$1" ] || follows_name "$image"; } && container_digest "$image" || return
		printf 'source=%s%s\ndigest=%s\nsignature=unknown\n' "$prefix" "$image" "$digest"
		case $prefix in *signed*) echo 'signature-required=yes' ;; *) echo 'signature-required=no' ;; esac
		return
	fi
	ostree_resolve "$1"
}

rpm_ostree_pull() { # DIGEST SOURCE
	case $1 in
	sha256:*)
		printf 'pull=later\ndigest=%s\n' "$1"
		echo 'rpm-ostree fetches this image when it is staged'
		;;
	*) ostree_pull "$1" "$2" ;;
	esac
}

rpm_ostree_stage() { # DIGEST SOURCE
	rpm_ostree_driver >"$work/driver" || return
	if grep -q '^transaction=' "$work/driver"; then
		printf 'rpm-ostree is busy: %s\n' "$(sed -n 's/^transaction=//p' "$work/driver")" >&2
		return 75
	fi
	if grep -q '^layered=' "$work/driver"; then
		echo 'refused=layered'
		echo 'this node has packages of its own in its image, so that no digest says what would boot' >&2
		return 77
	fi
	by=$(sed -n 's/^driver=//p' "$work/driver")
	set -- "$1" "$2" --lock-finalization
	if [ -n "$by" ]; then
		if [ "$bypass" != yes ]; then
			echo 'refused=driver'
			printf '%s drives the updates of this node; it has to be stopped, or the request has to say bypass-driver\n' "$by" >&2
			return 77
		fi
		printf 'bypassed-driver=%s\n' "$by"
		set -- "$@" --bypass-driver
	fi
	wanted=$1 from=$2
	shift 2
	RPMOSTREE_CLIENT_ID=dcn-ha
	export RPMOSTREE_CLIENT_ID
	case $wanted in
	sha256:*)
		container_place "$from" && keep_followed "$wanted" "$image" "$own_image" || return
		rpm-ostree rebase "$@" "$prefix$(bare_image "$image")@$wanted" >/dev/null || return
		;;
	*)
		ostree_place "$from" || return
		if [ -n "$from" ] && [ "${remote:+$remote:}$ref" != "$(rpm_ostree_origin)" ]; then
			rpm-ostree rebase "$@" "${remote:+$remote:}$ref" "$wanted" >/dev/null || return
		else
			rpm-ostree deploy "$@" --skip-branch-check "revision=$wanted" >/dev/null || return
		fi
		;;
	esac
	echo 'how=staged'
}

rpm_ostree_drop() { rpm-ostree cleanup --pending >/dev/null && { ! command -v ostree >/dev/null || release_commit; }; }

rpm_ostree_finalize() { # CHECKSUM: prints what finalizes a locked deployment and boots it
	printf 'rpm-ostree finalize-deployment %s\n' "$1"
}
