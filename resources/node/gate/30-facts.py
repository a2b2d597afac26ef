def read_facts(options):
    """What this node brings: formation, version, schema and feature set of its CIB on disk, and the newest schema and feature set that
    its Pacemaker reads."""
    facts = {}
    try:
        with open(options.formation, encoding="ascii") as file:
            facts["formation"] = file.read().split()[0]
    except (OSError, ValueError, IndexError):
        pass
    try:
        with open(options.cib, encoding="utf-8", errors="replace") as file:
            brought = cib_facts(file.read(LINE_LIMIT))
        facts |= {name: value for name, value in brought.items() if value}
    except (OSError, ValueError, KeyError):
        pass
    known = {"knows": known_schema(options), "runs": known_feature_set(options)}
    return facts | {name: value for name, value in known.items() if value}


def cib_facts(text):
    """Admin epoch, epoch, schema and feature set of the first element of a CIB."""
    start = re.search(r"<cib [^>]*>", text)
    pairs = dict(re.findall(r'([a-z_-]+)="([^"]*)"', start.group(0) if start else ""))
    version = [int(pairs["admin_epoch"]), int(pairs["epoch"])]
    return {"version": version, "schema": pairs["validate-with"], "written": pairs.get("crm_feature_set")}


def known_schema(options):
    """The newest schema of this node's Pacemaker."""
    return asked_once(options, "gate-schema", ["cibadmin", "--empty"], r'validate-with="([^"]*)"')


def known_feature_set(options):
    """The feature set of this node's Pacemaker: a CIB that a later one has written it discards (pacemakerd(8), --features)."""
    return asked_once(options, "gate-features", ["pacemakerd", "--features"], r"Supporting v([0-9.]+)")


def asked_once(options, name, command, pattern):
    """What a command says, asked once in a boot, because each answer is a process of its own; None where it says nothing of the kind."""
    memory = os.path.join(os.path.dirname(options.state), name)
    try:
        with open(memory, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        pass
    try:
        said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=10)
        found = re.search(pattern, said.stdout).group(1)
        note(memory, found)
        return found
    except (OSError, AttributeError, subprocess.SubprocessError):
        return None


def is_quorate():
    try:
        said = subprocess.run(["corosync-quorumtool", "-s"], check=False, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return False
    return re.search(r"^Quorate:\s+Yes", said.stdout, re.MULTILINE) is not None


def current_state(options):
    with open(options.state, encoding="ascii") as file:
        state = file.read().strip()
    if state == "passed":
        services = ["corosync.service", "pacemaker.service"]
        # --quiet with several units is true when any is active, so each is asked for.
        if all(subprocess.run(["systemctl", "is-active", "--quiet", s], check=False).returncode == 0 for s in services):
            return "running"
    return state


