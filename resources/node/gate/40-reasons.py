def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version or "")]


def reads(facts, brought):
    """False where a Pacemaker is known not to read a CIB: by its schema, or by the feature set of whoever wrote it last. What is not
    known counts as yes."""
    return reads_schema(facts, brought) and reads_release(facts, brought)


def reads_schema(facts, brought):
    return not facts.get("knows") or numbers(facts["knows"]) >= numbers(brought.get("schema"))


def reads_release(facts, brought):
    return not facts.get("runs") or numbers(facts["runs"]) >= numbers(brought.get("written"))


def told_by(peers):
    """The peers that can speak for the group, and whether they lead; `peers` are (name, state, facts). A running cluster with quorum leads."""
    leading = [(name, facts) for name, state, facts in peers if state == "running" and facts.get("quorate")]
    return leading or [(name, facts) for name, state, facts in peers if facts], bool(leading)


def reasons_to_hold(own, peers):
    """Why this node may not start the cluster, and the names of the peers that say so."""
    others, leading = told_by(peers)
    reasons = [
        earlier_life(own, others, leading),
        unreadable_for_others(own, others, leading),
        unreadable_here(own, others, leading),
    ]
    return [reason for reason in reasons if reason]


def earlier_life(own, others, leading):
    """A CIB of another formation that is newer than theirs: Pacemaker would take it, and what they have would be lost."""
    if "formation" not in own or "version" not in own:
        return None
    others = [(name, facts) for name, facts in others if facts.get("formation") and facts.get("version")]
    strange = [(name, facts) for name, facts in others if facts["formation"] != own["formation"]]
    ids = [facts["formation"] for _, facts in strange]
    most = max((ids.count(identity) for identity in ids), default=0)
    same = len(others) - len(strange) + (0 if leading else 1)
    if most <= same or any(facts["version"] >= own["version"] for _, facts in strange):
        return None
    names = [name for name, _ in strange]
    version = ".".join(map(str, own["version"]))
    text = (
        f"it brings the configuration of an earlier life (version {version} of the formation {own['formation']}), which is newer"
        f" than that of {', '.join(names)} and would take its place; if nothing in it is needed any more: rm {CIB_FILES}"
    )
    return text, names


def unable_to_read(own, others, leading):
    """Names of the peers that cannot read this node's CIB, where they are more than those that can: Pacemaker's oldest node is DC, would
    take the newest CIB, cannot, and asks for it for ever. Nothing is managed meanwhile."""
    unable = [name for name, facts in others if not reads(facts, own)]
    able = len(others) - len(unable) + (0 if leading else 1)
    return unable if len(unable) > able else []


def by_release_alone(own, others, unable):
    """Whether they are of the same formation, and read this CIB but for the release of the Pacemaker that wrote it last. So it is with a
    node of a later release that was parted from the others: it became DC of itself, and wrote that down."""
    return all(
        reads_schema(facts, own) and facts.get("formation") and facts["formation"] == own.get("formation")
        for name, facts in others
        if name in unable
    )


def unreadable_for_others(own, others, leading):
    """A CIB that most of the others cannot read, and that has to be looked at before it goes."""
    unable = unable_to_read(own, others, leading)
    if not unable or by_release_alone(own, others, unable):
        return None
    text = (
        f"its configuration has the {form_of(own)}, which the Pacemaker of {', '.join(unable)} cannot read: they would refuse it"
        f" for ever; if nothing in it is needed any more: rm {CIB_FILES}"
    )
    return text, unable


def unreadable_here(own, others, leading):
    """The other way round: this node's Pacemaker is too old for the others' CIB."""
    nodes = [own] + [facts for _, facts in others]
    for name, facts in others:
        if reads(own, facts):
            continue
        unable = [node for node in nodes if not reads(node, facts)]
        if not leading and len(unable) > len(nodes) - len(unable):
            continue
        text = (
            f"the configuration of {name} has the {form_of(facts)}, and this node's Pacemaker reads"
            f" {own.get('knows', 'any schema')} and {own.get('runs', 'any feature set')} at most: it needs the release of the others"
        )
        return text, [name]
    return None


def form_of(brought):
    return f"schema {brought.get('schema')} and the feature set {brought.get('written', '(not known)')}"


def reason_to_set_aside(own, peers):
    """Why this node's CIB goes out of the way, so that it takes that of the others; None where it need not, or where a person has to look."""
    others, leading = told_by(peers)
    unable = unable_to_read(own, others, leading)
    if not unable or not by_release_alone(own, others, unable):
        return None
    return (
        f"its configuration (version {'.'.join(map(str, own.get('version', [])))}) was written last by a Pacemaker of the feature set"
        f" {own.get('written')}, and that of {', '.join(unable)} cannot read it"
    )
