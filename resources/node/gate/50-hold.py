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
            write_state(options.state, "held")
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


def hold(options, config, cluster, key, answers):
    """Holds this node while there is a reason; true where there was one. A reason is over when the very peers that gave it
    say so, or when this node changed: their silence is none."""
    own = read_facts(options)
    if set_aside(options, own, answers):
        own = read_facts(options)
    reasons = reasons_to_hold(own, answers)
    if not reasons:
        return False
    said, needed = None, set()
    while True:
        if reasons:
            texts = [text for text, _ in reasons]
            needed = {name for _, names in reasons for name in names}
            if texts != said:
                said = texts
                write_state(options.state, "held")
                for text in texts:
                    say(f"HELD: this node does not start the cluster: {text}")
                show_banner(options, texts)
        time.sleep(options.held_round)
        answers = ask_once_more(config, cluster, key)
        now = read_facts(options)
        if set_aside(options, now, answers):
            now = read_facts(options)
        reasons = reasons_to_hold(now, answers)
        if not reasons and (now != own or needed <= {name for name, _, facts in answers if facts}):
            show_banner(options, [])
            write_state(options.state, "waiting")
            say("what held this node is mended: it goes on")
            return True


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


