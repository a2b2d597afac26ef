# The lock's text, as src/coordination/lock.ts writes it.


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def held_by(token, group, identity):
    since = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    facts = {"group": group, "id": identity, "purpose": "reboot", "step": "may reboot", "since": since}
    return f"held {token} client " + " ".join(f"{key}={encode(value)}" for key, value in facts.items())


def decode(value):
    """None where the lock is free; facts with `token` and `kind`; or only `text` where nobody can read it."""
    if value in ("", "free"):
        return None
    words = value.split(" ")
    if len(words) < 3 or words[0] != "held" or not TOKEN.fullmatch(words[1]):
        return {"text": value}
    pairs = [word.partition("=") for word in words[3:]]
    return {key: urllib.parse.unquote(text) for key, _, text in pairs} | {"token": words[1], "kind": words[2]}


def describe(lock):
    if "text" in lock:
        return f"somebody, in a text that this release cannot read: {lock['text'][:200]}"
    who = {
        "client": "the FleetLock client {id} of the group {group}",
        "node": "the node {node}",
        "controller": "{user} on {host} (process {pid})",
    }.get(lock["kind"], lock["kind"] + " {id}")
    known = {name: lock.get(name, "?") for name in ("id", "group", "node", "user", "host", "pid")}
    return f"{who.format(**known)} for {lock.get('purpose')}, since {lock.get('since')}"


def is_ours(lock, group, identity):
    return lock is not None and (lock.get("kind"), lock.get("group"), lock.get("id")) == ("client", group, identity)


