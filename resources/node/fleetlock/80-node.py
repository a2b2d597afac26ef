# For the node itself (dcn-ha-update).

OURS = "dcn-ha-standby"
ENDED = ("done", "aborted")


def is_stonith(resource):
    return resource.get("resource_agent", "").startswith("stonith:")


def places(mon):
    """Every resource with the names of the nodes where it is active, or on its way."""
    for resource in mon.iter("resource"):
        if resource.get("active") == "true" or resource.get("pending"):
            yield resource, [node.get("name") for node in resource.findall("node")]


def base_id(resource):
    return resource.get("id").partition(":")[0]


def may_rest(mon):
    """Resources that need not run, whatever ran before: a person stopped them, or keeps the cluster's hands off them."""
    for resource in mon.iter("resource"):
        if resource.get("target_role") == "Stopped" or resource.get("managed") == "false":
            yield base_id(resource)


def member(mon, node):
    seen = next((one for one in mon.findall("nodes/node") if one.get("name") == node), None)
    dc = mon.find("summary/current_dc")
    if seen is None or dc is None or dc.get("present") != "true":
        return "unknown"
    if seen.get("unclean") == "true":
        return "unclean"
    if seen.get("online") != "true":
        return "offline"
    if seen.get("pending") == "true":
        return "joining"
    return "standby" if seen.get("standby") == "true" else "online"


def standby(mon, node):
    """The mark of whoever put this node in standby, `person` where there is none."""
    for attribute in mon.findall(f"node_attributes/node[@name='{node}']/attribute"):
        if attribute.get("name") == OURS:
            return attribute.get("value") or "person"
    return "person" if member(mon, node) == "standby" else "none"


def standing(text):
    """The rollout of a controller that has not ended: its nodes are nobody else's. One that cannot be read is one, too."""
    if text in ("", "none"):
        return None
    try:
        record = json.loads(urllib.parse.unquote(text.split(" ")[2]))
        name, state = str(record["name"]), str(record["state"])
    except (ValueError, KeyError, TypeError, IndexError):
        return "a rollout that this release cannot read"
    return None if state in ENDED else f"the rollout {name} of a controller, which is {state}"


def look(group, node):
    """Facts NAME=VALUE for a program; what is not known stands in no line."""
    facts, root, quorum = group.see()
    here = [one for one, nodes in places(root) if node in nodes]
    lock = decode(facts.get("lock", ""))
    dc = root.find("summary/current_dc")
    yield "quorum", facts["quorum"]
    yield "member", member(root, node)
    yield "standby", standby(root, node)
    yield "dc", "" if dc is None else dc.get("name", "")
    yield "busy", " ".join(sorted({one.get("id") for one in here}))
    yield "work", str(sum(not is_stonith(one) for one in here))
    yield "active", " ".join(sorted({base_id(one) for one, nodes in places(root) if nodes and not is_stonith(one)}))
    yield "known", " ".join(sorted({base_id(one) for one in root.iter("resource")}))
    yield "may-rest", " ".join(sorted(set(may_rest(root))))
    yield "tickets", "revoked" if any(one.get("status") != "granted" for one in root.iter("ticket")) else "granted"
    yield "lock", "free" if lock is None else lock.get("token", "unreadable")
    yield "lock-node", "" if lock is None or lock.get("kind") != "node" else lock.get("node", "")
    yield "lock-who", "" if lock is None else describe(lock)
    try:
        group.judge(facts, root, quorum, node)
        if left := ", ".join(one.get("id") for one in here if one.get("managed") == "false"):
            raise blocked("not_managed", f"the cluster does not manage {left}: it would be cut off with its node")
        if other := standing(facts.get("rollout", "")):
            raise blocked("rollout", f"it is the turn of {other}")
        yield "may-leave", "yes"
    except Refusal as refusal:
        yield "may-leave", "no"
        yield "why", refusal.value


