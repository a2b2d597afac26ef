def seal(key, cluster, node, nonce, *said):
    """HMAC of an answer; lengths keep the fields apart. Facts have a seal of their own, which gates of older releases pass over."""
    title = f"dcn-ha-gate {len(said)}"
    fields = [field.encode() for field in (title, cluster, node, nonce, *said)]
    message = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def read_line(connection):
    """One line of at most LINE_LIMIT bytes, within TALK_TIMEOUT_S in all."""
    deadline = time.monotonic() + TALK_TIMEOUT_S
    data = b""
    while not data.endswith(b"\n") and len(data) < LINE_LIMIT:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        piece = connection.recv(LINE_LIMIT - len(data))
        if not piece:
            break
        data += piece
    return json.loads(data.decode())


def facts_of(answer, key, cluster, node, nonce):
    """The facts in an answer; empty where a gate of an older release gives none, or where the seal does not fit."""
    text = answer.get("facts")
    if not isinstance(text, str):
        return {}
    wanted = seal(key, cluster, node, nonce, answer["state"], text)
    if not hmac.compare_digest(str(answer.get("facts-mac")), wanted):
        return {}
    try:
        facts = json.loads(text)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def ask(address, port, cluster, peer, key):
    """The peer's state and facts; None when nobody answers; ValueError in plain words when the answer cannot be trusted."""
    nonce = secrets.token_hex(16)
    try:
        with socket.create_connection((address, port), timeout=TALK_TIMEOUT_S) as connection:
            connection.sendall((json.dumps({"nonce": nonce}) + "\n").encode())
            answer = read_line(connection)
    except (OSError, ValueError):
        return None
    if not isinstance(answer, dict):
        raise ValueError("answers in a way that is not ours")
    node, state, name = answer.get("node"), answer.get("state"), answer.get("cluster")
    if name != cluster:
        raise ValueError(f"belongs to the cluster {name!r}, not to {cluster!r}")
    if node != peer:
        raise ValueError(f"calls itself {node!r}")
    if state not in STATES:
        raise ValueError(f"is in the unknown state {state!r}")
    if not hmac.compare_digest(str(answer.get("mac")), seal(key, cluster, node, nonce, state)):
        raise ValueError("answers with another key (its /etc/corosync/authkey differs, or the answer is forged)")
    return state, facts_of(answer, key, cluster, node, nonce)


class Peer(threading.Thread):
    """Asks one peer over all its addresses until it answers or the gate opens."""

    def __init__(self, peer, port, cluster, key, gate):
        super().__init__(daemon=True)
        self.peer, self.port, self.cluster, self.key, self.gate = peer["name"], port, cluster, key, gate
        self.addresses, self.state, self.facts, self.reported = peer["addresses"], None, {}, set()

    def run(self):
        while self.state is None and not self.gate.is_set():
            for address in self.addresses:
                self.ask_once(address)
                if self.state is not None:
                    return
            self.gate.wait(ROUND_S)

    def ask_once(self, address):
        try:
            answered = ask(address, self.port, self.cluster, self.peer, self.key)
            if answered is not None:
                self.facts = answered[1]
                self.state = answered[0]
        except ValueError as trouble:
            if str(trouble) not in self.reported:
                self.reported.add(str(trouble))
                say(f"{self.peer} at {address} {trouble}; it does not count")


