# Reads the request, and answers it.
verb end

verb_end() { :; }

read_request() { # every frame into $work/N (payload) and $work/frames (N VERB MARK)
	count=0 verb='' last='' asked='' glued=''
	: >"$work/frames"
	while read -r verb length mark rest; do
		if [ -n "$glued" ]; then
			printf '%s\n' "${verb%"${verb#?}"}" >"$work/0"
			verb=${verb#?} glued=''
		fi
		[ "$last" != end ] || refuse 'something follows the last frame'
		case $verb in '' | *[!a-z-]*) refuse 'not a frame' ;; esac
		case $verbs in *" $verb "*) : ;; *) refuse "unknown verb $verb" ;; esac
		case $length in '' | *[!0-9]* | 0?* | ?????????*) refuse "bad length of $verb" ;; esac
		case $mark in '' | independent) : ;; *) refuse "bad mark of $verb" ;; esac
		[ -z "$rest" ] || refuse "bad frame $verb"
		[ "$count" -lt 64 ] || refuse 'too many frames'
		if [ "$count" -eq 0 ] && [ "$verb" != hello ]; then refuse 'the first frame must be hello'; fi
		if [ "$count" -gt 0 ] && [ "$verb" = hello ]; then refuse 'hello comes once'; fi
		case $verb:$length in
		*:0) : >"$work/$count" ;;
		# A digit right before the next frame: it is read with that, which saves a process in every request.
		hello:1) glued=yes ;;
		# Cut short, it leaves nothing for the last frame, without which nothing is done. A full disk is head's to tell.
		*) head -c "$length" >"$work/$count" || refuse "the payload of $verb could not be kept" ;;
		esac
		printf '%s %s %s\n' "$count" "$verb" "${mark:-dependent}" >>"$work/frames"
		last=$verb asked="$asked $verb"
		count=$((count + 1))
	done
	[ -z "$verb" ] || refuse 'something follows the last frame'
	[ "$last" = end ] || refuse 'the request is cut short'
	read -r said <"$work/0" || :
	[ "$said" = "$protocol" ] || refuse "this helper speaks protocol $protocol"
	case $asked in
	' hello follow-events end') : ;;
	*' follow-events '*) refuse 'follow-events must be asked for alone' ;;
	esac
}

# Nobody acts on half an answer, so all of it is put together at the end, by two processes however many frames there were.
answer() {
	failed=no
	set --
	while read -r number verb mark <&3; do
		code=125
		if [ "$failed" = yes ] && [ "$mark" = dependent ] && [ "$verb" != end ]; then
			: >"$work/$number.out"
			: >"$work/$number.err"
		else
			do_verb
			if [ "$code" -ne 0 ] && [ "$mark" = dependent ]; then failed=yes; fi
		fi
		set -- "$@" "$number.out" "$number.err"
		echo "$verb $code" >"$work/$number.said"
	done 3<"$work/frames"
	cd "$work" || exit 1
	wc -c -- "$@" >sizes
	set --
	while read -r out _ && read -r err _; do
		number=$(($# / 3))
		read -r verb code <"$number.said"
		echo "$verb $code $out $err" >"$number.said"
		set -- "$@" "$number.said" "$number.out" "$number.err"
	done <sizes
	cat -- "$@"
}

do_verb() { # $verb with the payload of $number; its outputs beside that, and into $code how it ended
	case $changing in *" $verb "*)
		if [ -e "$work/probe.xml" ] || [ -e "$work/digest" ] || [ -e "$work/answered" ]; then
			rm -f "$work/probe.xml" "$work/digest" "$work/answered"
		fi
		;;
	esac
	name=$verb
	while case $name in *-*) : ;; *) false ;; esac; do name=${name%%-*}_${name#*-}; done
	case $verb in
	hello | end) "verb_$name" >"$work/$number.out" 2>"$work/$number.err" ;;
	*) ("verb_$name" "$work/$number") </dev/null >"$work/$number.out" 2>"$work/$number.err" 3<&- ;;
	esac
	code=$?
	case $changing in *" $verb "*)
		logger -t dcn-ha-helper -- "$verb for ${SUDO_USER:-root}: exit $code" 2>/dev/null
		;;
	esac
	: >"$work/$number"
}

[ "$#" -eq 0 ] || refuse 'no arguments, please'
[ -d "$run" ] || mkdir -m 0700 "$run" 2>/dev/null || [ -d "$run" ] || refuse 'no folder for temporary files'
for left in "$run"/helper.*; do
	if [ -e "$left" ]; then find "$run" -maxdepth 1 -name 'helper.*' -mmin +60 -exec rm -rf {} + && break; fi
done
work=$(mktemp -d "$run/helper.XXXXXX") || refuse 'no folder for temporary files'
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM PIPE
read_request
# The one verb whose answer is lines as they come.
if [ "$asked" = ' hello follow-events end' ]; then verb_follow_events "$work/1" </dev/null; else answer; fi
