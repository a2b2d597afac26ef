import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { eventually, Lab, noLab } from "./lab.js";

// Every kind of workload that a container for a node allows: virtual machines and DRBD need a kernel of their own.
const nodes = ["dcn1", "dcn2", "dcn3"];

/**
 * An image without a registry, brought in by podman-import(1): sleep, what it links to, and the /bin/true that ocf:heartbeat:podman asks for.
 * And what the services, the script and the quadlet are made of: the historian and the plc listen, and each can fall ill while it runs.
 */
const prepare = `set -eu
folder=$(mktemp -d)
for file in /usr/bin/sleep /usr/bin/true $(ldd /usr/bin/sleep | grep -o '/[^ ]*'); do
  mkdir -p "$folder$(dirname "$file")"; cp -L "$file" "$folder$file"
done
ln -s usr/bin "$folder/bin"
tar -C "$folder" -c . | podman import -q - localhost/idle:1
rm -rf "$folder"
unit() { printf '[Service]\\nExecStart=%s\\n' "$2" >"/etc/systemd/system/$1.service"; }
unit historian "/bin/sh -c 'python3 -m http.server 8001 & echo \\$\\$! >/run/historian; exec sleep infinity'"
unit collector '/usr/bin/sleep infinity'
unit recorder "/bin/sh -c 'while sleep 0.2; do date >/var/lib/data/last; done'"
mkdir -p /var/lib/store /etc/containers/systemd
cat >/etc/containers/systemd/panel.container <<'END'
[Container]
Image=localhost/idle:1
Exec=/usr/bin/sleep infinity
PodmanArgs=--cgroups=disabled
END
cat >/etc/plcctl <<'END'
#!/bin/sh
case $1 in
start) mkdir -p /run/plc && echo well >/run/plc/health
  python3 -m http.server 8002 -d /run/plc >/dev/null 2>&1 & echo $! >/run/plc/pid ;;
stop) kill "$(cat /run/plc/pid)" ;;
status) pid=$(cat /run/plc/pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null || exit 3 ;;
esac
END
chmod +x /etc/plcctl
systemctl daemon-reload`;

const probing = { every: "2s", failuresBeforeRestart: 2 };
const workloads = [
  {
    name: "control",
    profile: "container",
    // As the first process of a container, sleep hears no SIGTERM.
    with: { image: "localhost/idle:1", command: "/usr/bin/sleep infinity", runOptions: "--stop-signal=KILL" },
    probe: { command: "test ! -e /run/control-ill", ...probing },
  },
  {
    name: "historian",
    profile: "systemd-service",
    with: { unit: "historian.service" },
    probe: { tcp: { port: 8001 }, ...probing },
  },
  {
    name: "plc",
    profile: "script",
    with: { start: "/etc/plcctl start", stop: "/etc/plcctl stop", status: "/etc/plcctl status" },
    probe: { http: { url: "http://127.0.0.1:8002/health", contains: "well" }, ...probing },
  },
  { name: "panel", profile: "quadlet", with: { unit: "panel.service" } },
  {
    name: "data",
    members: [
      {
        name: "disk",
        profile: "filesystem",
        with: { device: "/var/lib/store", directory: "/var/lib/data", type: "none", options: "bind" },
      },
      { name: "recorder", profile: "systemd-service", with: { unit: "recorder.service" } },
    ],
  },
  {
    name: "collector",
    profile: "systemd-service",
    with: { unit: "collector.service" },
    "one-per-node": true,
  },
  {
    name: "leader",
    profile: "ocf-agent",
    with: { agent: "ocf:pacemaker:Stateful", attributes: { state: "/run/leader" } },
    leader: true,
  },
];
const constraints = [
  { apart: ["control", "historian"] },
  { prefer: "historian", nodes: { dcn2: 100 } },
  { "only-on": "panel", nodes: ["dcn2"] }, // the one with quadlet: podman of Debian 12 has none
  ...["control", "plc", "data", "leader"].map((prefer) => ({ prefer, nodes: { dcn1: 100 } })),
];

/** What really runs on a node, one word a line: asked of podman, systemd, the mounts and the processes, never of the cluster. */
const look = `podman ps --format '{{.Names}}' | sed 's/^systemd-//'
for unit in historian collector recorder; do systemctl -q is-active $unit && echo $unit; done
/etc/plcctl status && echo plc
findmnt /var/lib/data >/dev/null && [ -s /var/lib/store/last ] && echo disk
grep -qsix promoted /run/leader && echo leader`;

describe.skipIf(noLab !== undefined)("each kind of workload", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("workloads", "--os", "debian12,debian13,debian12", "--firmware", "20");
    await Promise.all(nodes.map((node) => lab.exec(node, "sh", "-c", prepare)));
    const group = parse(readFileSync(lab.profile, "utf8")) as { workloads: object[]; constraints: object[] };
    group.workloads.push(...workloads);
    group.constraints.push(...constraints);
    writeFileSync(lab.profile, stringify(group));
    const run = await lab.apply();
    expect(run.exitCode, run.stderr + run.stdout).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  /** Where each thing runs, on the nodes that are on. */
  async function places(on: readonly string[]): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const node of on) {
      for (const word of (await lab.shell(node, look)).split("\n"))
        found[word] = [...(found[word] ?? []), node];
    }
    return found;
  }

  it("runs where it is meant to: once, on each node, or everywhere with one that leads", async () => {
    expect(await places(nodes)).toEqual({
      control: ["dcn1"],
      plc: ["dcn1"],
      disk: ["dcn1"],
      recorder: ["dcn1"],
      leader: ["dcn1"],
      historian: ["dcn2"],
      panel: ["dcn2"],
      collector: nodes,
    });
  });

  it.each([
    ["a command", "dcn1", "podman inspect -f '{{.State.Pid}}' control", "touch /run/control-ill"],
    ["a TCP port", "dcn2", "systemctl show -P MainPID historian", "kill $(cat /run/historian)"],
    ["an HTTP answer", "dcn1", "cat /run/plc/pid", "echo ill >/run/plc/health"],
  ])("is restarted where it stands when its probe of %s sees it ill", async (_, node, instance, harm) => {
    const before = await lab.exec(node, "sh", "-c", instance);
    // For everybody but its probe it still runs.
    expect(await lab.exec(node, "sh", "-c", `${harm}; ${instance}`)).toBe(before);
    const after = await eventually(
      () => lab.shell(node, instance),
      (text) => /^[1-9]\d*$/.test(text) && text !== before.trim(),
      60_000,
    );
    expect(after).not.toBe(before.trim());
    await lab.shell(node, "rm -f /run/control-ill");
  });

  it("goes on elsewhere when its node dies, and stays apart from what it must", async () => {
    await lab.fault("power-off", "dcn1");
    const others = ["dcn2", "dcn3"];
    const moved = ["control", "plc", "recorder", "disk"];
    const now = await eventually(
      () => places(others),
      (seen) => moved.every((name) => seen[name] !== undefined),
    );
    expect(now).toMatchObject({ control: ["dcn3"], historian: ["dcn2"], panel: ["dcn2"], collector: others });
    expect([now.plc, now.recorder].map((where) => where?.length)).toEqual([1, 1]);
    expect(now.disk).toEqual(now.recorder);
    await lab.settled(nodes);
    const back = await eventually(
      () => places(nodes),
      (seen) => seen.collector?.length === nodes.length && seen.leader?.length === 1,
    );
    // What moved stays where it is, but for a leader: the preference of its clone counts anew for who leads. A machine that is back
    // within seconds may lead again before anybody has seen another one lead.
    expect(back).toEqual({ ...now, leader: back.leader, collector: nodes });
  });
});
