class Group:
    """The group's lock and health, as this node sees them."""

    def __init__(self, helper):
        self.helper = helper
        self.turn = threading.Lock()

    def read(self, *more):
        """Quorum, lock and guard by the local CIB, and the answers of the verbs `more`."""
        (code, text, _), *others = self.helper.ask(("read-lock", ""), *((verb, "") for verb in more))
        facts = dict(line.partition("=")[::2] for line in text.splitlines())
        if code != 0 or "quorum" not in facts:
            raise blocked("unknown", "the cluster does not answer on this node")
        return facts, others

    def check(self, identity):
        """Throws Refusal unless this machine can be spared; returns the lock that was there then."""
        return self.judge(*self.see(), identity)

    def see(self):
        """Facts of the lock, and what crm_mon and corosync-quorumtool say."""
        facts, ((mon_code, mon, _), (_, quorum, _)) = self.read("status-cluster", "status-quorum")
        try:
            return facts, ElementTree.fromstring(mon), quorum
        except ElementTree.ParseError as error:
            raise blocked("unknown", f"crm_mon does not tell the state of the nodes (exit {mon_code})") from error

    def judge(self, facts, root, quorum, identity):
        if facts["quorum"] != "1":
            raise blocked("no_quorum", "this part of the cluster has no quorum")
        if facts.get("guard", "").startswith("armed "):
            raise blocked("change_unconfirmed", "a change of the cluster awaits its confirmation")
        check_votes(quorum, check_nodes(root, identity))
        return decode(facts.get("lock", ""))

    def write(self, expected, value):
        return self.helper.ask(("set-lock", f"{expected}\n{value}\n"))[0]

    def pre_reboot(self, group, identity):
        lock = decode(self.read()[0].get("lock", ""))
        again = is_ours(lock, group, identity)
        if lock is not None and not again:
            raise full(lock)
        # Also where it has the lock already: what was well then need not be so now.
        self.check(identity)
        if again:
            return
        token = str(uuid.uuid4())
        self.take(token, group, identity)
        try:
            lock = self.check(identity)
            if lock is None or lock.get("token") != token:
                raise blocked("unknown", "the lock was taken away again")
        except Refusal:
            self.write(f"token {token}", "free")
            raise

    def take(self, token, group, identity):
        code, now, trouble = self.write("free", held_by(token, group, identity))
        if code == 0:
            return
        if code == TAKEN:
            raise full(decode(now.strip()) or {"text": "nobody any more; ask again"})
        if code == GUARDED:
            raise blocked("change_unconfirmed", "a change of the cluster awaits its confirmation")
        if code in NO_QUORUM:
            raise blocked("no_quorum", trouble.strip() or "no quorum")
        raise blocked("unknown", f"the lock could not be written: {trouble.strip()[:300]}")

    def steady_state(self, group, identity):
        facts, _ = self.read()
        lock = decode(facts.get("lock", ""))
        if facts["quorum"] != "1":
            raise Refusal(503, "failed_unlock_no_quorum", "this part of the cluster has no quorum")
        if lock is not None and "text" in lock:
            raise Refusal(503, "failed_unlock_unreadable", f"the lock belongs to {describe(lock)}")
        if is_ours(lock, group, identity):
            self.free(lock["token"])

    def free(self, token):
        code, _, trouble = self.write(f"token {token}", "free")
        if code in NO_QUORUM:
            raise Refusal(503, "failed_unlock_no_quorum", trouble.strip() or "no quorum")
        # Where it is somebody else's by now, it is not ours either.
        if code not in (0, TAKEN):
            raise Refusal(503, "failed_unlock", f"the lock could not be written: {trouble.strip()[:300]}")

    def list(self):
        facts, _ = self.read()
        lock = decode(facts.get("lock", ""))
        holders = [] if lock is None else [{"who": describe(lock), **lock}]
        return {"total_slots": 1, "quorate": facts["quorum"] == "1", "holders": holders}

    def in_turn(self, work, *words):
        """One at a time: the others would only look at the same cluster."""
        if not self.turn.acquire(timeout=TURN_LIMIT_S):
            raise Refusal(503, "failed_busy", "other requests take too long; ask again")
        try:
            return work(*words)
        finally:
            self.turn.release()


def full(lock):
    return Refusal(409, "failed_lock_semaphore_full", f"the lock is held by {describe(lock)}")


