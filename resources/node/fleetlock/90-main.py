def one_line(text):
    return re.sub(r"[^ -~]+", " ", text)


def main():
    parser = argparse.ArgumentParser(prog="fleetlock", description="dcn-ha FleetLock: one machine reboots at a time")
    parser.add_argument("command", choices=["serve", "list", "break", "look"])
    parser.add_argument("word", nargs="?", default="", metavar="ADDRESS:PORT|TOKEN|NODE")
    parser.add_argument("--helper", default=HELPER, metavar="COMMAND")
    parser.add_argument("--request-limit", type=float, default=REQUEST_LIMIT_S, metavar="SECONDS")
    options = parser.parse_args()
    group = Group(Helper(options.helper))
    try:
        if options.command == "serve":
            serve(group, options.word, options.request_limit)
        elif options.command == "look":
            print("".join(f"{name}={one_line(value)}\n" for name, value in look(group, options.word)), end="")
        elif options.command == "list":
            print(json.dumps(group.list(), indent=2, ensure_ascii=False))
        else:
            print(break_lock(group, options.word))
    except Refusal as refusal:
        say(f"{refusal.kind}: {refusal.value}")
        sys.exit(75)
    except (OSError, ValueError) as error:
        say(f"fleetlock {options.command} {options.word}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
