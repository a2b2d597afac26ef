def pair(root, identity):
    return next((one for one in root.iter("nvpair") if one.get("id") == identity), None)


def value_of(root, identity):
    found = pair(root, identity)
    return "" if found is None else found.get("value", "")


def run(*argv, data=None):
    return subprocess.run(argv, input=data, capture_output=True, text=True, timeout=60, check=False)


def live_cib():
    done = run("cibadmin", "--query", "--local")
    return read_xml(done.stdout) if done.returncode == 0 else None


def quorate(root):
    """corosync knows of a division before the CIB does."""
    if root.get("have-quorum") != "1":
        return False
    return re.search(r"^Quorate: *Yes", run("corosync-quorumtool", "-s").stdout, re.M) is not None


def without_status(root):
    bare = copy.deepcopy(root)
    for status in bare.findall("status"):
        for child in list(status):
            status.remove(child)
    return bare


def send(before, after, folder):
    """One versioned patch; the exit code of cibadmin."""
    paths = []
    for name, root in (("from", before), ("to", after)):
        paths.append(os.path.join(folder, name + ".xml"))
        ElementTree.ElementTree(root).write(paths[-1], encoding="utf-8")
    diff = run("crm_diff", "--original", paths[0], "--new", paths[1])
    if diff.returncode not in (0, 1):
        say("crm_diff: %s" % diff.stderr.strip())
        return diff.returncode
    # num_updates moves with every monitor result; epoch and admin_epoch still guard against a change by others.
    patch = re.sub(r'(<(?:source|target) [^>]*?) num_updates="[^"]*"', r"\1", diff.stdout)
    done = run("cibadmin", "--patch", "--xml-pipe", data=patch)
    if done.returncode not in (0, STALE):
        say("cibadmin: %s" % done.stderr.strip())
    return done.returncode


