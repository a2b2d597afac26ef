def place(path, text, mode):
    """Atomic, and on the disk before it is seen."""
    handle, temporary = tempfile.mkstemp(prefix=".dcn-ha.", dir=os.path.dirname(path))
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, mode)
        file.write(text)
        file.flush()
        os.fsync(handle)
    os.replace(temporary, path)


def running_copy():
    """As in the helper (47-running.sh): the copy of what this start of corosync runs with."""
    invocation = run("systemctl", "show", "--property=InvocationID", "--value", "corosync.service").stdout.strip()
    return os.path.join(RUN, "corosync-running." + invocation) if invocation else None


def noted_running():
    copy_there = running_copy()
    if copy_there is None or not os.path.exists(copy_there):
        return None
    with open(copy_there, encoding="utf-8") as file:
        return file.read()


def note_running(text):
    for name in os.listdir(RUN):
        if name.startswith("corosync-running."):
            os.unlink(os.path.join(RUN, name))
    copy_there = running_copy()
    if copy_there is not None:
        place(copy_there, text, 0o600)


def boottime():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


