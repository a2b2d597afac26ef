def tell_systemd(text):
    """sd_notify(3); false where no service manager listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        connection.sendto(text.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)
    return True


def known_releases(options):
    """The feature set of each peer's Pacemaker as it was last heard, by name; it outlives a fencing."""
    try:
        with open(options.releases, encoding="utf-8") as file:
            known = json.load(file)
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError):
        return {}


def note_releases(options, answers):
    known = known_releases(options)
    heard = {name: facts["runs"] for name, _, facts in answers if facts.get("runs")}
    if heard.items() <= known.items():
        return
    try:
        write_state(options.releases, json.dumps(known | heard, sort_keys=True))
    except OSError as trouble:
        say(f"WARNING: cannot note the releases of the others: {trouble}")


def other_releases(options, config):
    """Peers that were last heard with another release than this node has, as text by name."""
    own, known = known_feature_set(options), known_releases(options)
    names = [peer["name"] for peer in config["peers"]]
    return {name: known[name] for name in names if own and name in known and known[name] != own}


def goes_on_without_quorum(options):
    """Whether workloads run without quorum by the cluster's own property (pacemaker-schedulerd(7), no-quorum-policy)."""
    try:
        with open(options.cib, encoding="utf-8", errors="replace") as file:
            found = re.search(r'name="no-quorum-policy"[^>]*value="(\w+)"', file.read())
    except OSError:
        return False
    return found is not None and found.group(1) in ("ignore", "freeze")


def stay(options):
    """While nodes have, or may have, Pacemakers of several releases, one without quorum does not keep its Pacemaker: as DC of itself it would
    write a configuration that the others cannot read, and when they meet it would turn them away, who leave the cluster then and are
    fenced (Pacemaker Explained, "Rolling upgrades"). Over when every peer was heard with this node's release."""
    rounds = 0
    while True:
        time.sleep(options.held_round)
        try:
            cluster, _, config, key = load(options)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        own, known = known_feature_set(options), known_releases(options)
        strange = [peer for peer in config["peers"] if known.get(peer["name"]) != own]
        if not own or not strange:
            return
        # Each look at the quorum and each answer of a peer is a process of its own: seldom, on small machines.
        if rounds % ASK_EVERY == 0:
            note_releases(options, ask_once_more({**config, "peers": strange}, cluster, key))
        rounds += 1
        others = other_releases(options, config)
        if others and without_quorum(options) and not goes_on_without_quorum(options):
            part(options, others)


def without_quorum(options):
    """Whether the cluster runs here and has no quorum, for more than a moment."""
    if is_quorate() or current_state(options) != "running":
        return False
    time.sleep(min(QUORUM_ROUND_S, options.held_round))
    return not is_quorate()


def part(options, others):
    say(f"no quorum, and {told(others)}: Pacemaker stops on this node until there is quorum again")
    subprocess.run(["systemctl", "stop", "--no-block", "pacemaker.service"], check=False)
    deadline = time.monotonic() + options.stop_limit
    while time.monotonic() < deadline and not is_down("pacemaker.service"):
        time.sleep(0.1)
    if not is_down("pacemaker.service"):
        subprocess.run(["systemctl", "kill", "--signal=SIGKILL", "pacemaker.service"], check=False)
    # It waits in `gate joined`.
    subprocess.run(["systemctl", "start", "--no-block", "pacemaker.service"], check=False)


def told(others):
    return ", ".join(f"{name} has the release {release}" for name, release in sorted(others.items()))


def is_down(unit):
    said = subprocess.run(["systemctl", "is-active", unit], check=False, capture_output=True, text=True)
    return said.stdout.strip() in ("inactive", "failed")


def meet(options):
    """Before Pacemaker starts among nodes of several releases: with quorum, and with a configuration that all can read."""
    try:
        cluster, _, config, key = load(options)
    except (OSError, ValueError, KeyError, TypeError):
        return
    others = other_releases(options, config)
    if not others or goes_on_without_quorum(options):
        return
    if not is_quorate():
        say(f"{told(others)}: Pacemaker starts here when there is quorum")
    while not is_quorate():
        time.sleep(min(QUORUM_ROUND_S, options.held_round))
    answers = []
    for _ in range(ASK_AGAIN):
        answers = ask_once_more(config, cluster, key)
        if answers:
            break
    note_releases(options, answers)
    while hold(options, config, cluster, key, answers):
        answers = ask_once_more(config, cluster, key)
    note(options.state, "passed")


