# Whether the group can spare a machine.


def read_nodes(mon):
    """Name, id and facts of every node of the cluster, and which of them have which `fleetlock-id`."""
    nodes = [dict(node.attrib) for node in mon.findall("nodes/node")]
    if not nodes or mon.find("status") is not None and mon.find("status").get("code") != "0":
        raise blocked("unknown", "crm_mon does not tell the state of the nodes")
    ids = {
        node.get("name"): attribute.get("value")
        for node in mon.findall("node_attributes/node")
        for attribute in node.findall("attribute")
        if attribute.get("name") == ID_ATTRIBUTE
    }
    return nodes, ids


def check_nodes(mon, identity):
    """Refuses where a node other than the asking one is not in service. Returns the asking node, or None where it is no node of the cluster."""
    nodes, ids = read_nodes(mon)
    asking = next((node for node in nodes if identity in (node["name"], ids.get(node["name"]))), None)
    if mon.find("summary/current_dc") is None or mon.find("summary/current_dc").get("present") != "true":
        raise blocked("unknown", "the cluster has no DC now")
    if mon.find("summary/cluster_options[@maintenance-mode='true']") is not None:
        raise blocked("maintenance", "the cluster is in maintenance mode: nothing would move away from a machine that reboots")

    def names(which, *facts):
        return ", ".join(node["name"] for node in which if any(node.get(fact) == "true" for fact in facts))

    if unclean := names(nodes, "unclean"):
        raise blocked("node_unclean", f"not known to be off or on: {unclean}")
    others = [node for node in nodes if node is not asking]
    if lost := ", ".join(node["name"] for node in others if node.get("online") != "true"):
        raise blocked("node_offline", f"not online: {lost}")
    if moving := names(others, "pending", "shutdown"):
        raise blocked("node_offline", f"on its way up or down: {moving}")
    if standby := names(others, "standby", "standby_onfail"):
        raise blocked("node_standby", f"in standby: {standby}")
    if maintained := names(others, "maintenance"):
        raise blocked("maintenance", f"in maintenance: {maintained}")
    check_fencing(mon, {node["name"] for node in nodes if node.get("online") == "true"})
    return asking


def check_fencing(mon, online):
    """The newest event counts for each node. A fencing that failed is over once its node is a clean member again."""
    newest = {}
    for event in mon.findall("fence_history/fence_event"):
        newest.setdefault(event.get("target"), event.get("status"))
    for target, status in newest.items():
        if status == "pending":
            raise blocked("fencing", f"the cluster is about to fence {target}")
        if status != "success" and target not in online:
            raise blocked("fencing", f"fencing of {target} has failed, and nobody knows whether it is off")


def check_votes(text, asking):
    """Refuses unless quorum stays when the asking machine goes; and, where the whole group could bear that, one more."""
    fields = dict(re.findall(r"^([A-Z][A-Za-z ]+):[ \t]*(.*?)[ \t]*$", text, re.MULTILINE))
    rows = re.findall(r"^[ \t]+(\d+)[ \t]+(\d+)[ \t]+\S", text, re.MULTILINE)
    try:
        expected, total, quorum = (int(fields[name]) for name in ("Expected votes", "Total votes", "Quorum"))
        votes = {number: int(count) for number, count in rows if number != "0"}
        most = max(votes.values())
    except (KeyError, ValueError) as error:
        raise blocked("unknown", "corosync-quorumtool does not tell the votes") from error
    if fields.get("Quorate") != "Yes":
        raise blocked("no_quorum", "this part of the cluster has no quorum")
    # A machine that is no node by name may be one by another.
    leaving = most if asking is None else votes.pop(asking.get("id"), 0)
    left, next_loss = total - leaving, max(votes.values(), default=0)
    if left < quorum:
        raise blocked("quorum_at_risk", f"without this machine {left} votes would be left, and quorum needs {quorum}")
    if expected - 2 * most >= quorum > left - next_loss:
        raise blocked("quorum_at_risk", f"the loss of one more node would leave {left - next_loss} votes, and quorum needs {quorum}")


