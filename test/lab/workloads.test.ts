import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { Lab, noLab } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];

/** An image without a registry, brought in by podman-import(1): sleep, what it links to, and the /bin/true that ocf:heartbeat:podman asks for. */
const importImage = `set -eu
folder=$(mktemp -d)
for file in /usr/bin/sleep /usr/bin/true $(ldd /usr/bin/sleep | grep -o '/[^ ]*'); do
  mkdir -p "$folder$(dirname "$file")"; cp -L "$file" "$folder$file"
done
ln -s usr/bin "$folder/bin"
tar -C "$folder" -c . | podman import -q - localhost/idle:1
rm -rf "$folder"
printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' >/etc/systemd/system/historian.service
systemctl daemon-reload`;

interface Group {
  workloads: object[];
  constraints: object[];
}

describe.skipIf(noLab !== undefined)("a container and a systemd service", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("workloads", "--os", "debian12,debian13,debian12");
    for (const node of nodes) await lab.exec(node, "sh", "-c", importImage);
    const group = parse(readFileSync(lab.profile, "utf8")) as Group;
    group.workloads.push(
      {
        name: "control",
        profile: "container",
        with: { image: "localhost/idle:1", command: "/usr/bin/sleep infinity" },
      },
      { name: "historian", profile: "systemd-service", with: { unit: "historian.service" } },
    );
    group.constraints.push(
      { apart: ["control", "historian"] },
      { prefer: "historian", nodes: { dcn2: 100 } },
    );
    writeFileSync(lab.profile, stringify(group));
    const run = await lab.apply();
    expect(run.exitCode, run.stderr + run.stdout).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  /** Where containers and services really run, asked of podman and systemd on every node that is on. */
  async function places(on: readonly string[]): Promise<{ control: string[]; historian: string[] }> {
    const found = { control: [] as string[], historian: [] as string[] };
    for (const node of on) {
      if ((await lab.shell(node, "podman ps --format '{{.Names}}'")).includes("control"))
        found.control.push(node);
      if ((await lab.shell(node, "systemctl is-active historian")) === "active") found.historian.push(node);
    }
    return found;
  }

  it("run once each, apart, where they prefer to", async () => {
    const { control, historian } = await places(nodes);
    expect(historian).toEqual(["dcn2"]);
    expect(control).toHaveLength(1);
    expect(control).not.toEqual(historian);
  });

  it("move when their node dies, and stay apart", async () => {
    const [dead = ""] = (await places(nodes)).control;
    await lab.fault("power-off", dead);
    const others = nodes.filter((node) => node !== dead);
    const end = Date.now() + 60_000;
    let now = await places(others);
    while (now.control.length === 0 && Date.now() < end) {
      await delay(500);
      now = await places(others);
    }
    expect(now.control).toHaveLength(1);
    expect(now.control).not.toEqual(now.historian);
    await lab.settled(nodes);
  });
});
