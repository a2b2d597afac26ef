# What is true now: asked of the on-node helper and of fleetlock.
ask() { # VERB [PAYLOAD]: its exit code; into $work/out what it says, into $trouble why not
	payload=${2:-}
	trouble="the on-node helper does not answer"
	: >"$work/out"
	printf 'hello 1\n1%s %s\n%send 0\n' "$1" "${#payload}" "$payload" | "$helper" >"$work/answer" 2>"$work/error" || return 70
	code='' out='' err=''
	{
		read -r _ && read -r _ && read -r _ code out err
		case ${code:-x}${out:-x}${err:-x} in *[!0-9]*) return 70 ;; esac
		[ "$out" -eq 0 ] || head -c "$out" >"$work/out"
		trouble=''
		[ "$code" -eq 0 ] || [ "$err" -eq 0 ] || trouble=$(head -c "$err" | tr -c ' -~' ' ' | cut -c -300)
	} <"$work/answer"
	return "$code"
}

fact() { sed -n "s/^$1=//p" "$work/out" | head -n 1; }

now() { # $boot, $up in seconds since it
	read -r boot <"$proc/sys/kernel/random/boot_id"
	read -r up _ <"$proc/uptime"
	up=${up%%.*}
}

# Since when, as "BOOT UPTIME": clocks jump. With each boot it counts anew from the first look; before that nothing is late.
since() { # BOOT UPTIME: seconds
	if [ "$1" = "$boot" ]; then echo $((up - $2)); else echo 0; fi
}

observe() { # this node's images (i_…) and how the cluster sees it (c_…); empty: unknown
	now
	ask look-image || :
	cp "$work/out" "$work/image"
	booted='' next='' health='' cluster='' origin='' hands='' failed=''
	while IFS='=' read -r key value; do
		case $key in
		booted | next | health | cluster | origin | hands) eval "$key=\$value" ;;
		finalize-failed) failed=$value ;;
		esac
	done <"$work/image"
	"$fleetlock" look "$node" --helper "$helper" >"$work/look" 2>"$work/look-error" || echo "why=$(tr '\n' ' ' <"$work/look-error")" >>"$work/look"
	quorum='' member='' standby='' busy='' work_here='' active='' known='' rest='' tickets='' dc='' lock='' lock_node='' lock_who='' may='' why=''
	while IFS='=' read -r key value; do
		case $key in
		quorum | member | standby | busy | active | known | tickets | dc | lock | why) eval "$key=\$value" ;;
		may-rest) rest=$value ;;
		lock-node) lock_node=$value ;;
		lock-who) lock_who=$value ;;
		may-leave) may=$value ;;
		work) work_here=$value ;;
		esac
	done <"$work/look"
	[ "$quorum" = 1 ] || member=unknown
}

