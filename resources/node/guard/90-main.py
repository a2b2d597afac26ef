def watch(folder):
    """Until nothing awaits a confirmation any more."""
    guards = {}
    os.makedirs("/run/dcn-ha", mode=0o700, exist_ok=True)
    while True:
        names = [name for name in os.listdir(folder) if not name.startswith(".")] if os.path.isdir(folder) else []
        guards = {name: guards.get(name) for name in names}
        if not guards:
            return
        for name in names:
            try:
                guard = guards[name] = guards[name] or Guard(os.path.join(folder, name))
                if guard.due():
                    guard.act()
            except Exception as error:  # One that cannot be read or a tool that hangs must not stop the others.
                say("%s: %s: %s" % (name, type(error).__name__, error))
                time.sleep(3)
        time.sleep(ROUND_S)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("watch", "undo"))
    parser.add_argument("files", nargs="*")
    parser.add_argument("--folder", default="/var/lib/dcn-ha/guard")
    options = parser.parse_args()
    if options.verb == "watch":
        watch(options.folder)
        return
    before, after, live = [read_xml(open(path, encoding="utf-8").read()) for path in options.files]
    for line in undo(before, after, live):
        say(line)
    sys.stdout.write(ElementTree.tostring(live, encoding="unicode"))


if __name__ == "__main__":
    main()
