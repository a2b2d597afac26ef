def set_aside(options, own, peers):
    """Moves this node's CIB out of the way where only its release keeps the others from reading it; true where it did."""
    reason = reason_to_set_aside(own, peers)
    if reason is None:
        return False
    target = new_folder_for(options, f"{'.'.join(map(str, own['version']))}-{own['written']}")
    said = False
    while not moved_aside(options, target):
        # As good as held: with that configuration it would harm the others.
        if not said:
            note(options.state, "held")
            say(f"HELD: {reason}, and it cannot be moved into {target}: is the disk full, or read-only? It is tried again")
        said = True
        time.sleep(options.held_round)
    say(f"SET ASIDE: {reason}; it lies in {target}, and this node takes the configuration of the others")
    return True


def new_folder_for(options, name):
    """Nothing that was set aside before is written over."""
    number = 1
    while os.path.exists(os.path.join(options.aside, name if number == 1 else f"{name}-{number}")):
        number += 1
    return os.path.join(options.aside, name if number == 1 else f"{name}-{number}")


def moved_aside(options, target):
    """Moves the CIB with its backups: Pacemaker takes the newest of them where cib.xml is gone. False where that fails; what is moved stays so."""
    folder = os.path.dirname(options.cib)
    try:
        os.makedirs(target, mode=0o700, exist_ok=True)
        for name in os.listdir(folder):
            if name.startswith("cib"):
                shutil.move(os.path.join(folder, name), os.path.join(target, name))
    except OSError:
        return False
    return True


def held_path(options):
    return os.path.join(os.path.dirname(options.state), "gate-held")


def held_before(options):
    """What a gate that died while it held this node went by: the facts of this node, and the peers that gave a reason. None where none did."""
    try:
        with open(held_path(options), encoding="utf-8") as file:
            own, needed = json.load(file)
        return own, set(needed)
    except (OSError, ValueError, TypeError):
        return None


def look(options, answers):
    """This node's facts, and the reasons to hold it."""
    own = read_facts(options)
    if set_aside(options, own, answers):
        own = read_facts(options)
    return own, reasons_to_hold(own, answers)


def hold(options, config, cluster, key, answers):
    """Holds this node while there is a reason; true where there was one. A reason is over when the very peers that gave it
    say so, or when this node changed: their silence is none, also not for a gate that follows one that died."""
    now, reasons = look(options, answers)
    own, needed = held_before(options) or (now, set())
    # A peer that the group no longer has cannot say otherwise.
    needed &= {peer["name"] for peer in config["peers"]}
    said, trouble_said, was_held = None, None, bool(reasons or needed)
    while reasons or not (now != own or needed <= {name for name, _, facts in answers if facts}):
        if reasons:
            needed = {name for _, names in reasons for name in names}
        texts = [text for text, _ in reasons]
        if texts != said and (texts or said is None):
            said = texts
            note(options.state, "held")
            note(held_path(options), json.dumps([own, sorted(needed)]))
            texts = texts or [f"a gate before this one held it, by what {', '.join(sorted(needed))} said, and nobody has said otherwise"]
            for text in texts:
                say(f"HELD: this node does not start the cluster: {text}")
            show_banner(options, texts)
        time.sleep(options.held_round)
        try:
            heard = ask_once_more(config, cluster, key)
            now, reasons = look(options, heard)
            answers = heard
        except Exception as trouble:  # Whatever it is, what holds this node is not mended by it.
            if repr(trouble) != trouble_said:
                trouble_said = repr(trouble)
                say(f"WARNING: cannot look again: {trouble!r}")
    if was_held:
        forget_held(options)
        show_banner(options, [])
        note(options.state, "waiting")
        say("what held this node is mended: it goes on")
    return was_held


def forget_held(options):
    try:
        os.unlink(held_path(options))
    except OSError:
        pass


def show_banner(options, texts):
    """For whoever logs in: agetty(8) and pam_motd(8) read these folders. A node without them has the journal."""
    for folder, name in ((options.banners, "issue.d/50-dcn-ha-gate.issue"), (options.banners, "motd.d/50-dcn-ha-gate")):
        path = os.path.join(folder, name)
        try:
            if not texts:
                os.unlink(path)
                continue
            os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
            lines = [f"THIS NODE DOES NOT START THE CLUSTER: {text}" for text in texts]
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join([*lines, "Details: journalctl -u dcn-ha-gate", ""]))
            os.chmod(path, 0o644)
        except OSError:
            pass


