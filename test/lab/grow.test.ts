// Two → three → five → three → two nodes, a link out and in, a new key: the workload keeps node, process and start time throughout.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, eventually, Lab, noLab } from "./lab.js";

// Debian 13's corosync and Pacemaker in `npm run soak -- --lab`; DCN_HA_LAB_OS asks for one of them.
const soak = process.env.DCN_HA_SOAK !== undefined;
const asked = process.env.DCN_HA_LAB_OS;
const systems = asked === undefined ? ["debian12", ...(soak ? ["debian13"] : [])] : [asked];

describe.skipIf(noLab !== undefined).each(systems)("a running cluster on %s", (os) => {
  let lab: Lab;
  let before: unknown;
  const profiles = new Map<string, string>();

  beforeAll(async () => {
    lab = await Lab.up("grow-test", "--bare", "--nodes", "5", "--os", os);
    const all = readFileSync(lab.profile, "utf8");
    const write = (name: string, text: string): void => {
      const file = join(lab.folder, `${name}.yaml`);
      writeFileSync(file, text);
      profiles.set(name, file);
    };
    const first = (count: number, policy: string): string => {
      const cut =
        all.slice(0, all.indexOf(`  - name: dcn${count + 1}\n`)) + all.slice(all.indexOf("workloads:"));
      return cut.replace("edge-many-node", policy);
    };
    write("five", all);
    write("three", first(3, "edge-three-node"));
    write("two", first(2, "edge-two-node"));
    write(
      "one-link",
      first(3, "edge-three-node")
        .replace("  - process\n", "")
        .replace(/ +process: [0-9.]+\n/g, ""),
    );
  });
  afterAll(() => lab.down());

  const file = (name: string): string => profiles.get(name) ?? "";

  async function done(...words: readonly string[]): Promise<{ outcome: string; steps: readonly string[] }> {
    const run = await dcnHa(...words, "--json");
    expect(run.exitCode, `${words.join(" ")}: ${run.stderr}${run.stdout}`).toBe(0);
    return JSON.parse(run.stdout) as { outcome: string; steps: readonly string[] };
  }

  /** Where the workload ran and since when, seen from outside, and its process. */
  async function workload(): Promise<unknown> {
    const { runs, outages, doubleRuns } = await lab.truth();
    const node = runs.at(-1)?.node ?? "";
    const pid = await lab.shell(node, "pgrep -f '[h]eartbeat-writer'");
    expect(pid).toMatch(/^\d+$/);
    return { starts: runs.map((run) => `${run.node} ${run.fromNs}`), outages, doubleRuns, pid };
  }

  async function stands(names: readonly string[]): Promise<void> {
    const votes = new RegExp(`Total votes: +${names.length}\\n`);
    for (const node of names) {
      const seen = await eventually(
        () => lab.shell(node, "corosync-quorumtool -s"),
        (text) => votes.test(text) && /Quorate: +Yes/.test(text),
      );
      expect(/2Node/.test(seen)).toBe(names.length === 2);
    }
    expect(await workload()).toEqual(before);
  }

  it("grows from two nodes to three: a dry run changes nothing, the next does it, a third has nothing to do", async () => {
    await done("apply", file("two"));
    await lab.settled(["dcn1", "dcn2"]);
    before = await workload();
    const conf = await lab.shell("dcn1", "sha256sum /etc/corosync/corosync.conf");
    const plan = await done("node", "add", file("three"), "dcn3", "--dry-run");
    expect(plan.outcome).toBe("planned");
    expect(plan.steps.join("\n")).toMatch(/quorum\.two_node: 1 → nothing[\s\S]*created primitive fence-dcn3/);
    expect(await lab.shell("dcn1", "sha256sum /etc/corosync/corosync.conf")).toBe(conf);
    expect(await lab.shell("dcn3", "ls /etc/corosync/authkey 2>/dev/null")).toBe("");
    expect((await done("node", "add", file("three"), "dcn3")).outcome).toBe("changed");
    await stands(["dcn1", "dcn2", "dcn3"]);
    expect((await done("node", "add", file("three"), "dcn3")).outcome).toBe("unchanged");
    expect((await done("apply", file("three"))).outcome).toBe("unchanged");
  });

  it("changes its key; who starts with the new one comes in, and the old one is nowhere", async () => {
    const key = await lab.shell("dcn1", "sha256sum </etc/corosync/authkey");
    await done("keys", "rotate", file("three"));
    const names = ["dcn1", "dcn2", "dcn3"];
    const keys = await Promise.all(names.map((node) => lab.shell(node, "sha256sum </etc/corosync/authkey")));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).not.toBe(key);
    expect(await lab.shell("dcn2", "ls /etc/corosync/authkey.next 2>/dev/null")).toBe("");
    await stands(names);
    await lab.exec("dcn3", "systemctl", "stop", "pacemaker", "corosync");
    await lab.exec("dcn3", "systemctl", "start", "corosync", "pacemaker");
    await lab.settled(names);
    await stands(names);
  });

  it("loses a link and gets it back", async () => {
    expect((await done("link", "remove", file("one-link"))).outcome).toBe("changed");
    expect(await lab.shell("dcn2", "corosync-cfgtool -s | grep -c '^LINK'")).toBe("1");
    await stands(["dcn1", "dcn2", "dcn3"]);
    expect((await done("link", "add", file("three"))).outcome).toBe("changed");
    expect(await lab.shell("dcn2", "corosync-cfgtool -s | grep -c '^LINK'")).toBe("2");
    await stands(["dcn1", "dcn2", "dcn3"]);
  });

  it("grows to five and shrinks to two; who left has no key any more; nothing of ours is left", async () => {
    await done("node", "add", file("five"), "dcn4");
    await done("node", "add", file("five"), "dcn5");
    await stands(["dcn1", "dcn2", "dcn3", "dcn4", "dcn5"]);
    await done("node", "remove", file("three"), "dcn5", "--was", file("five"));
    await done("node", "remove", file("three"), "dcn4", "--was", file("five"));
    await stands(["dcn1", "dcn2", "dcn3"]);
    await done("node", "remove", file("two"), "dcn3", "--was", file("three"));
    await stands(["dcn1", "dcn2"]);
    expect(await lab.shell("dcn4", "ls /etc/corosync/authkey /etc/dcn-ha/secrets 2>/dev/null")).toBe("");
    const cib = await lab.exec("dcn1", "cibadmin", "--query");
    expect(cib).not.toMatch(/dcn[345]|dcn-ha-standby|name="standby"/);
    expect((await done("apply", file("two"))).outcome).toBe("unchanged");
    expect(lab.fencings(0)).toEqual([]);
  });
});
