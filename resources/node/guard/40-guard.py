class Guard:
    """One change that awaits its confirmation on this node."""

    def __init__(self, path):
        self.path = path
        self.token = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            head, body = file.readline().split(), file.read()
        self.window_s, self.boot, self.armed_s, self.wall_s = float(head[0]), head[1], float(head[2]), float(head[3])
        facts = json.loads(body)
        self.before, self.after, self.rank = facts["before"], facts["after"], facts["rank"]
        self.corosync = facts.get("corosync")
        self.started_s = boottime()
        self.retry_s = 0.0
        self.said = set()

    def due(self):
        """Whether to look now: in turn from the deadline on, and all at once where the word is there already and corosync has to follow."""
        if boottime() < self.retry_s:
            return False
        left = self.remaining_s()
        if left <= 0 or self.corosync is None or left > self.rank * RANK_S:
            return left <= 0
        live = live_cib()
        return live is not None and value_of(live, GUARD_PAIR) == "reverted %s" % self.token

    def remaining_s(self):
        """Until the deadline; over a reboot by the wall clock, and never longer than the whole time from then on."""
        if self.boot == boot_id():
            left = self.armed_s + self.window_s - boottime()
        else:
            left = min(self.wall_s + self.window_s - time.time(), self.started_s + self.window_s - boottime())
        return left + self.rank * RANK_S

    def over(self, why):
        say("%s: %s" % (self.token, why))
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass

    def once(self, text):
        """What stays so from one try to the next is told once."""
        if text not in self.said:
            self.said.add(text)
            say("%s: %s" % (self.token, text))

    def act(self):
        """At the deadline: looks at the cluster's word, and takes the change back where it is still unconfirmed."""
        self.retry_s = boottime() + 3
        live = live_cib()
        if live is None:
            say("%s: Pacemaker does not answer; trying again" % self.token)
            self.alone()
            return
        word_there = value_of(live, GUARD_PAIR)
        if not word_there.startswith("armed %s " % self.token):
            followed = True
            if word_there == "reverted %s" % self.token:
                followed = self.corosync_to("before")
            elif word_there == "confirmed %s" % self.token:
                followed = self.corosync_to("after")
            if not followed:
                return
            self.over("nothing to take back here, the cluster says: %s" % (word_there or "nothing"))
            return
        if not quorate(live):
            say("%s: no quorum here; trying again" % self.token)
            self.alone()
            return
        wanted = copy.deepcopy(live)
        kept = undo(read_xml(self.before), read_xml(self.after), wanted)
        pair(wanted, GUARD_PAIR).set("value", "reverted %s" % self.token)
        if value_of(live, LOCK_PAIR).startswith("held %s " % self.token):
            pair(wanted, LOCK_PAIR).set("value", "free")
        with tempfile.TemporaryDirectory(dir="/run/dcn-ha", prefix="helper.") as folder:
            code, trouble = send(without_status(live), without_status(wanted), folder)
        if code == 0:
            for line in kept:
                say("%s: %s" % (self.token, line))
            say("%s: not confirmed in time: the change was taken back" % self.token)
            if self.corosync_to("before"):
                self.over("done")
        elif code == STALE:
            self.retry_s = 0.0
        else:
            self.once("the change cannot be taken back (exit code %d), trying again: %s" % (code, trouble))

    def alone(self):
        """Nobody says what holds, long after the deadline: the old corosync.conf is the one that the nodes are known to meet with."""
        # With quorum the others may hold on to the new one, and it is only this node's Pacemaker that says nothing.
        if self.remaining_s() <= -ALONE_S and not corosync_quorate():
            self.corosync_to("before")

    def corosync_to(self, which):
        """The file of before or after the change onto the disk and into corosync, unless it is there, or somebody wrote another one.
        False where corosync has yet to read it."""
        if self.corosync is None:
            return True
        text = self.corosync[which]
        with open(CONF, encoding="utf-8") as file:
            there = file.read()
        if there == text and noted_running() in (None, text):
            return True
        if there not in [self.corosync.get(name) for name in ("before", "between", "after")]:
            self.once("%s stays as it is: somebody changed it in between" % CONF)
            return True
        # As the helper does before it writes: what is not read yet is seen by the next try, also of the next guard.
        if noted_running() is None:
            note_running(there)
        # A link that moves goes out and in again.
        between = self.corosync.get("between")
        for one in (between, text):
            if one is not None and (one == text or one != there or noted_running() not in (between, text)):
                if one != there:
                    place(CONF, one, 0o644)
                    there = one
                time.sleep(SPREAD_S + self.rank * RANK_S)
                if not self.reload():
                    return False
                note_running(one)
        say("%s: corosync.conf is that of %s the change" % (self.token, which))
        return True

    def reload(self):
        """Whether corosync has read its file, or will when it starts."""
        done = run("corosync-cfgtool", "-R")
        if done.returncode == 0:
            return True
        self.once("corosync has not read its file, trying again: corosync-cfgtool: %s" % (done.stderr or done.stdout).strip())
        # It may have ended with the file that goes now.
        if run("systemctl", "is-failed", "--quiet", "corosync.service").returncode == 0:
            run("systemctl", "start", "--no-block", "corosync.service", "pacemaker.service")
        return False


