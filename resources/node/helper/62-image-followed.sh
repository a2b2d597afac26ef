# What a container image's system follows once a rollout pinned it to a digest: the tools know nothing but the pin then, which stands for itself for good.

followed=$state/followed-images

is_name_of() { # NAME REPOSITORY: the repository itself, or a tag in it; no digest
	case ${1#"$2"} in
	*/* | *@*) return 1 ;;
	'' | :*) [ -n "$1" ] ;;
	*) return 1 ;;
	esac
}

# By digest, so that each deployment keeps its own over a way back; those that no deployment is of any more go.
keep_followed() { # DIGEST IMAGE OWN: before it is pinned, the name behind it: what was asked for, else (a digest is no name) what was followed until now
	repository=$(bare_image "$2") name=''
	if is_name_of "$2" "$repository"; then name=$2; elif is_name_of "$3" "$repository"; then name=$3; fi
	{
		awk -v digest="$1" 'NR == FNR { here[$2] = 1; next } $1 in here && $1 != digest' "$order" "$followed" 2>/dev/null
		[ -z "$name" ] || printf '%s %s\n' "$1" "$name"
	} >"$work/followed"
	place "$work/followed" 0644 root:root "$followed" || return 73
}

# Somebody's later choice of another repository or digest is theirs, and stays as it is.
followed_name() { # IMAGE: as it is, or the name behind it where we pinned it
	name=''
	case $1 in *@*) name=$(awk -v digest="${1##*@}" '$1 == digest { print $2; exit }' "$followed" 2>/dev/null) ;; esac
	if is_name_of "$name" "${1%@*}"; then printf '%s\n' "$name"; else printf '%s\n' "$1"; fi
}

follows_name() { # IMAGE: what a system follows; a digest never stands for anything newer
	case $1 in
	*@*)
		echo 'this system follows a digest: name a channel or a source' >&2
		return 65
		;;
	esac
}
