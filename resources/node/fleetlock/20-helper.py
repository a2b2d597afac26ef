# The helper (resources/node/helper, docs/node-helper.md).


class Helper:
    """Asks the on-node helper; answers are (exit code, standard output, standard error)."""

    def __init__(self, words):
        self.argv = shlex.split(words)

    def ask(self, *frames):
        request = b"hello 1\n1"
        for verb, payload in frames:
            request += f"{verb} {len(payload)} independent\n".encode() + payload.encode()
        try:
            child = subprocess.Popen(
                self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
            )
            output, trouble = child.communicate(request + b"end 0\n", timeout=HELPER_LIMIT_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise blocked("unknown", f"the on-node helper does not answer: {type(error).__name__}") from error
        answers = []
        while len(answers) < len(frames) + 2:
            head, _, rest = output.partition(b"\n")
            words = head.split()
            if len(words) != 4:
                said = trouble.decode(errors="replace").strip() or "its answer is cut short"
                raise blocked("unknown", f"the on-node helper does not answer: {said[:300]}")
            code, out, err = (int(word) for word in words[1:])
            answers.append((code, rest[:out].decode(errors="replace"), rest[out : out + err].decode(errors="replace")))
            output = rest[out + err :]
        return answers[1:-1]


