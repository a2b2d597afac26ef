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
    return corosync_quorate()


def corosync_quorate():
    return re.search(r"^Quorate: *Yes", run("corosync-quorumtool", "-s").stdout, re.M) is not None


def without_status(root):
    bare = copy.deepcopy(root)
    for status in bare.findall("status"):
        for child in list(status):
            status.remove(child)
    return bare


def send(before, after, folder):
    """One versioned patch; the exit code, and what was said with it."""
    paths = []
    for name, root in (("from", before), ("to", after)):
        paths.append(os.path.join(folder, name + ".xml"))
        ElementTree.ElementTree(root).write(paths[-1], encoding="utf-8")
    diff = run("crm_diff", "--original", paths[0], "--new", paths[1])
    if diff.returncode not in (0, 1):
        return diff.returncode, "crm_diff: %s" % diff.stderr.strip()
    # num_updates moves with every monitor result; epoch and admin_epoch still guard against a change by others.
    patch = re.sub(r'(<(?:source|target) [^>]*?) num_updates="[^"]*"', r"\1", diff.stdout)
    done = run("cibadmin", "--patch", "--xml-pipe", data=patch)
    if done.returncode in (0, STALE):
        return done.returncode, ""
    # Before its last line it may show the whole configuration.
    said = ["cibadmin:", *done.stderr.strip().splitlines()[-1:]]
    if done.returncode == REFUSED:
        # cibadmin does not name the place that the schema refuses.
        said.append(run("crm_verify", "--xml-file", paths[1]).stderr.replace(folder + "/", ""))
    return done.returncode, " ".join(" ".join(said).split())


