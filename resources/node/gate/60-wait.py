def wait_for_peers(config, cluster, key):
    grace_s = config.get("graceMs", DEFAULT_GRACE_MS) / 1000
    port = config.get("port", DEFAULT_PORT)
    opened = threading.Event()
    peers = [Peer(peer, port, cluster, key, opened) for peer in config["peers"]]
    say(f"waiting for {', '.join(p.peer for p in peers) or 'nobody'} for at most {grace_s:g} s")
    started = time.monotonic()
    for peer in peers:
        peer.start()
    while True:
        missing = [p.peer for p in peers if p.state is None]
        running = [p.peer for p in peers if p.state == "running"]
        elapsed = time.monotonic() - started
        held = [p.peer for p in peers if p.state == "held"]
        if not missing:
            besides = f"; {', '.join(held)} is held back at its gate and does not take part" if held else ""
            say(f"all peers are up after {elapsed:.1f} s: the cluster may start{besides}")
        elif running:
            say(f"the cluster runs already on {', '.join(running)}: this node joins it")
        elif elapsed >= grace_s:
            say(
                f"WARNING: {', '.join(missing)} did not answer within the grace time of {grace_s:g} s: the cluster"
                " starts without them, and fences them if they are not really off"
            )
        else:
            time.sleep(0.02)
            continue
        opened.set()
        return peers


def answers_of(peers):
    return [(p.peer, p.state, p.facts) for p in peers if p.state is not None]


def ask_once_more(config, cluster, key):
    """One round of questions to all peers."""
    over = threading.Event()
    peers = [Peer(peer, config.get("port", DEFAULT_PORT), cluster, key, over) for peer in config["peers"]]
    for peer in peers:
        peer.start()
    deadline = time.monotonic() + TALK_TIMEOUT_S
    for peer in peers:
        peer.join(max(0.0, deadline - time.monotonic()))
    over.set()
    return answers_of(peers)


def pass_gate(options):
    """Returns when this node may start the cluster."""
    note(options.state, "waiting")
    show_banner(options, [])
    heard = []
    try:
        cluster, _, config, key = load(options)
        # Asked before anybody asks us, so that no answer has to wait for it.
        known_schema(options)
        known_feature_set(options)
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        if held_before(options):
            raise
        say(f"WARNING: cannot tell whom to wait for ({trouble}): waiting the full {DEFAULT_GRACE_MS / 1000:g} s")
        time.sleep(DEFAULT_GRACE_MS / 1000)
    else:
        peers = wait_for_peers(config, cluster, key)
        note_releases(options, answers_of(peers))
        while hold(options, config, cluster, key, answers_of(peers)):
            peers = wait_for_peers(config, cluster, key)
        if all(p.state != "running" for p in peers):
            heard = [p.peer for p in peers if p.state in ("waiting", "passed")]
    note(heard_path(options), " ".join(heard))
    note(options.state, "passed")


def open_late(options, started, trouble):
    """After a fault of the gate's own: when the grace time is over, as if nobody had answered. A node that is held stays out."""
    say("".join(traceback.format_exception(trouble)).strip())
    if held_before(options):
        raise trouble
    grace_s = DEFAULT_GRACE_MS / 1000
    try:
        grace_s = load(options)[2].get("graceMs", DEFAULT_GRACE_MS) / 1000
    except Exception:  # Perhaps the very fault.
        pass
    say(f"WARNING: the gate failed: the cluster starts when the grace time of {grace_s:g} s is over, whoever is there")
    time.sleep(max(0.0, started + grace_s - time.monotonic()))
    note(options.state, "passed")


def start_what_waited():
    """A gate that dies takes the start of corosync along, and systemd does not make up for it when the next gate passes. corosync brings Pacemaker."""
    try:
        ask = ["systemctl", "show", "--property=NRestarts", "--value", "dcn-ha-gate.service"]
        again = subprocess.run(ask, check=False, capture_output=True, text=True, timeout=10).stdout.strip()
        # What a person disabled stays off.
        enabled = ["systemctl", "is-enabled", "--quiet", "corosync.service"]
        if again in ("", "0") or subprocess.run(enabled, check=False, capture_output=True, timeout=10).returncode != 0:
            return
        say("an earlier gate of this boot died: corosync is started now")
        subprocess.run(["systemctl", "start", "--no-block", "corosync.service"], check=False, timeout=10)
    except (OSError, subprocess.SubprocessError) as trouble:
        say(f"WARNING: cannot see to the start of corosync: {trouble}")


def wait(options):
    started = time.monotonic()
    try:
        pass_gate(options)
    except Exception as trouble:  # Whatever it is, it must not keep the cluster down.
        open_late(options, started, trouble)
    # Where nobody is told that the cluster may start, nobody waits for more than that.
    if not tell_systemd("READY=1"):
        return
    start_what_waited()
    try:
        stay(options)
    except Exception as trouble:  # Whatever it is, the gate is open and stays so.
        say(f"WARNING: nodes of other releases are no longer watched for: {trouble!r}")


def members():
    """Names of the members of corosync's membership, as corosync-quorumtool(8) lists them."""
    listing = subprocess.run(["corosync-quorumtool", "-l"], check=False, capture_output=True, text=True, timeout=10)
    rows = (line.split() for line in listing.stdout.splitlines())
    return {row[2] for row in rows if len(row) >= 3 and row[0].isdigit()}


def joined(options):
    wait_for_members(options)
    meet(options)


def wait_for_members(options):
    """Once per boot: whoever was heard at the gate is waited for, whoever was not is not."""
    try:
        with open(heard_path(options), encoding="utf-8") as file:
            heard = file.read().split()
        os.unlink(heard_path(options))
    except OSError:
        return
    started = time.monotonic()
    while missing := sorted(set(heard) - members()):
        if time.monotonic() - started >= options.join_limit:
            say(f"WARNING: {', '.join(missing)} passed the gate but did not join corosync in {options.join_limit:g} s")
            return
        time.sleep(0.05)
    if heard:
        say(f"all peers of the gate are members of corosync after {time.monotonic() - started:.1f} s")


