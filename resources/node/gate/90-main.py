def main():
    parser = argparse.ArgumentParser(prog="gate", description="dcn-ha gate: waits for the peers before the cluster starts")
    parser.add_argument("command", choices=["wait", "answer", "joined"])
    parser.add_argument("--config", default="/etc/dcn-ha/gate.json")
    parser.add_argument("--key", default="/etc/corosync/authkey")
    parser.add_argument("--state", default="/run/dcn-ha/gate-state")
    parser.add_argument("--formation", default="/var/lib/dcn-ha/formation")
    parser.add_argument("--cib", default="/var/lib/pacemaker/cib/cib.xml")
    parser.add_argument("--releases", default="/var/lib/dcn-ha/releases")
    parser.add_argument("--aside", default="/var/lib/dcn-ha/set-aside", metavar="FOLDER")
    parser.add_argument("--banners", default="/run", metavar="FOLDER")
    parser.add_argument("--held-round", type=float, default=HELD_ROUND_S, metavar="SECONDS")
    parser.add_argument("--join-limit", type=float, default=JOIN_LIMIT_S, metavar="SECONDS")
    parser.add_argument("--stop-limit", type=float, default=STOP_LIMIT_S, metavar="SECONDS")
    options = parser.parse_args()
    {"wait": wait, "answer": answer, "joined": joined}[options.command](options)


if __name__ == "__main__":
    main()
