# bootc: container images by digest (bootc-switch(8), bootc-rollback(8), bootc-status(8)).
# Its traps: `rollback` drops what is staged and, called twice, leads back; `upgrade` of a pinned digest does nothing, so that each step is a
# `switch`; only the booted deployment's own architecture has a digest that `status` will show again.

bootc_status() {
	timeout 60 bootc status --format=json --format-version=1 >"$work/status" 2>/dev/null || timeout 60 bootc status --format=json >"$work/status" 2>/dev/null
}

bootc_is_elsewhere() { # whether bootc says, in whole words, that this system is not its own
	bootc_status || [ -e "$root/run/ostree-booted" ] || return 0
	text=$(tr -d ' \n\t' <"$work/status")
	case $text in
	*'"type":"bootcHost"'* | *'"booted":{"image":{'*) return 1 ;;
	'{'*'"status":{'*'}}') : ;;
	*) return 1 ;;
	esac
}

bootc_version() { bootc --version | sed 's/^bootc //'; }

bootc_order() {
	json_facts "$work/status" '
s = d["status"]
queued = s.get("rollbackQueued")
if queued is None: queued = (d.get("spec") or {}).get("bootOrder") == "rollback"
def line(state, entry):
    if not entry: return
    image = (entry.get("image") or {}).get("imageDigest") or "-"
    sum = (entry.get("ostree") or {}).get("checksum") or (entry.get("composefs") or {}).get("verity") or "-"
    print(state, image, sum, "yes" if entry.get("downloadOnly") else "no")
line("staged", s.get("staged"))
if queued: line("pending", s.get("rollback"))
line("booted", s.get("booted"))
if not queued: line("rollback", s.get("rollback"))
for other in s.get("otherDeployments") or []: line("other", other)'
}

bootc_spec() { # "TRANSPORT IMAGE" that this system follows, without tag and digest where the transport is a registry
	json_facts "$work/status" '
image = (d.get("spec") or {}).get("image") or ((d["status"]["booted"] or {}).get("image") or {}).get("image") or {}
print(image.get("transport") or "registry", image.get("image") or "")'
}

bootc_origin() { followed_name "$(bootc_spec | cut -d ' ' -f 2)"; }

bare_image() { # IMAGE: without tag and digest
	name=${1%%@*}
	case ${name##*/} in *:*) name=${name%:*} ;; esac
	printf '%s\n' "$name"
}

machine() { # as container images call it
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	armv*) echo arm ;;
	*) uname -m ;;
	esac
}

container_digest() { # IMAGE: into $digest, of this machine's own part where the image is for several
	if ! command -v skopeo >/dev/null; then
		echo 'skopeo is not installed' >&2
		return 69
	fi
	timeout 300 skopeo inspect --raw "docker://$1" >"$work/manifest" || return 69
	json_facts "$work/manifest" "
import hashlib
digest = 'sha256:' + hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest()
if 'manifests' in d:
    own = [m['digest'] for m in d['manifests'] if (m.get('platform') or {}).get('architecture') == '$(machine)' and (m.get('platform') or {}).get('os', 'linux') == 'linux']
    if not own: sys.exit('no part for this machine')
    digest = own[0]
print(digest)" >"$work/digest" || return
	digest=$(cat "$work/digest")
}

bootc_resolve() { # SOURCE
	image=$1
	[ -n "$image" ] || image=$(bootc_origin)
	if [ -z "$image" ]; then
		echo 'this system follows no image' >&2
		return 65
	fi
	[ -n "$1" ] || follows_name "$image" || return
	container_digest "$image" || return
	printf 'source=%s\ndigest=%s\nsignature=unknown\nsignature-required=unknown\n' "$image" "$digest"
}

bootc_pull() { # `switch` has no way of fetching alone: stage it right before it is to boot
	printf 'pull=later\ndigest=%s\n' "$1"
	echo 'bootc fetches this image when it is staged'
}

bootc_stage() { # DIGEST SOURCE
	bootc_spec >"$work/spec" || return
	read -r transport image <"$work/spec" || return 65
	[ -z "$2" ] || image=$2
	case $transport in
	registry)
		keep_followed "$1" "$image" "$(bootc_origin)" || return
		image=$(bare_image "$image")@$1
		;;
	*) [ -z "$2" ] || image=$2 ;;
	esac
	set -- --transport "$transport" "$image"
	if grep -q '"containerPolicy"' "$work/status"; then set -- --enforce-container-sigpolicy "$@"; fi
	bootc switch --quiet "$@" >/dev/null || bootc switch "$@" >/dev/null || return
	echo 'how=staged'
}

bootc_drop() { # a queued rollback is taken back by another one, what is staged by ostree below
	if [ "$next_state" = pending ]; then
		bootc rollback >/dev/null
	elif [ "$(awk 'NR == 1 { print $3 }' "$order")" != - ] && command -v ostree >/dev/null; then
		ostree admin undeploy 0 >/dev/null
	else
		bootc rollback >/dev/null
	fi
}

bootc_finalize() { # CHECKSUM: prints what boots a staged image that waits for a word
	bootc upgrade --from-downloaded >/dev/null || return
	echo systemctl reboot
}
