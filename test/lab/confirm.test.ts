import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, Lab, noLab, program } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
const GUARD = "cibadmin --query --local --xpath \"//nvpair[@id='dcn-ha-guard-state']\"";
const LOCK = "cibadmin --query --local --xpath \"//nvpair[@id='dcn-ha-lock-state']\"";
const ARMED_FILES = "ls /var/lib/dcn-ha/guard 2>/dev/null";

/** Looks until it is so; states, not times: a slow machine may take its time. */
async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 240_000;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`never seen: ${what}`);
    await delay(1_000);
  }
}

describe.skipIf(noLab !== undefined)("apply --confirm-within", () => {
  let lab: Lab;
  let bad = "";

  beforeAll(async () => {
    lab = await Lab.up("confirm", "--nodes", "3");
    const formed = await lab.apply();
    expect(formed.exitCode, formed.stderr).toBe(0);
    bad = variant(
      "bad",
      "  - name: broken\n    profile: script\n    with: { start: /bin/false, stop: /bin/true, status: exit 7 }\n",
    );
  });
  afterAll(() => lab.down());

  /** The lab's profile with one workload more. */
  function variant(name: string, workload: string): string {
    const text = readFileSync(lab.profile, "utf8").replace("constraints:\n", `${workload}constraints:\n`);
    const file = join(lab.folder, `${name}.yaml`);
    writeFileSync(file, text);
    return file;
  }

  /** What the cluster is configured to do, but for lock and guard. */
  const configuration = async (node: string): Promise<string> =>
    (await lab.shell(node, "cibadmin --query --local"))
      .replace(/^[\s\S]*<configuration>|<\/configuration>[\s\S]*$/g, "")
      .replace(/ *<cluster_property_set id="dcn-ha-(lock|guard)"[\s\S]*?<\/cluster_property_set>\n/g, "");

  it("keeps a change that is well, and leaves nothing behind", async () => {
    const good = variant(
      "good",
      "  - name: second\n    profile: heartbeat\n    with: { directory: /var/lib/dcn-ha-second }\n",
    );
    const run = await dcnHa("apply", good, "--confirm-within", "3m", "--json");
    expect([run.exitCode, JSON.parse(run.stdout)], run.stderr).toMatchObject([
      0,
      { outcome: "changed", unhealthy: [] },
    ]);
    expect(await lab.shell("dcn2", GUARD)).toContain('value="confirmed ');
    expect(await lab.shell("dcn2", LOCK)).toContain('value="free"');
    for (const node of nodes) expect(await lab.shell(node, ARMED_FILES), node).toBe("");
    expect((await lab.apply()).exitCode).toBe(0);
  });

  it("keeps a change that a person confirms, and lets nobody else change anything before", async () => {
    const made = await dcnHa("apply", bad, "--confirm-within", "10m", "--no-wait", "--json");
    expect([made.exitCode, JSON.parse(made.stdout)], made.stderr).toMatchObject([0, { awaiting: true }]);
    const other = await lab.apply();
    expect([other.exitCode, other.stderr]).toEqual([75, expect.stringContaining("CHANGE_UNCONFIRMED")]);
    const confirmed = await dcnHa("confirm", lab.profile);
    expect([confirmed.exitCode, confirmed.stdout]).toEqual([0, expect.stringContaining("stays")]);
    for (const node of nodes) expect(await lab.shell(node, ARMED_FILES), node).toBe("");
    expect(await configuration("dcn3")).toContain('id="broken"');
    const back = await lab.apply();
    expect(await configuration("dcn3"), back.stderr).not.toContain('id="broken"');
  });

  it("takes nothing back where no node has quorum at the deadline, nor confirms; with quorum again it goes back", async () => {
    const before = await configuration("dcn2");
    // Long enough that the cut comes before the deadline on a slow machine.
    const made = await dcnHa("apply", bad, "--confirm-within", "30s", "--no-wait", "--json");
    expect([made.exitCode, JSON.parse(made.stdout)], made.stderr).toMatchObject([0, { awaiting: true }]);
    await Promise.all(["site", "process"].map((network) => lab.fault("cut-network", network)));
    for (const node of nodes) {
      await eventually(`no quorum on ${node}`, async () =>
        (await lab.shell(node, "corosync-quorumtool -s")).includes("Quorate:          No"),
      );
      expect(await lab.shell(node, GUARD), "cut in time").toContain('value="armed ');
    }
    const waits = "journalctl --no-pager --unit dcn-ha-guard | grep -c 'no quorum here; trying again'";
    await Promise.all(
      nodes.map((node) =>
        eventually(`the deadline on ${node}`, async () => Number(await lab.shell(node, waits)) > 1),
      ),
    );
    const confirmed = await dcnHa("confirm", lab.profile);
    expect([confirmed.exitCode, confirmed.stdout]).toEqual([
      69,
      expect.stringContaining("no node with quorum"),
    ]);
    for (const node of nodes) {
      expect(await lab.shell(node, GUARD), node).toContain('value="armed ');
      expect(await configuration(node), node).toContain('id="broken"');
      expect(await lab.shell(node, ARMED_FILES), node).not.toBe("");
    }
    const since = await lab.shell("dcn1", "date +%s");
    expect((await lab.lab("heal")).exitCode).toBe(0);
    await lab.settled(nodes);
    await eventually("reverted", async () => (await lab.shell("dcn1", GUARD)).includes('value="reverted '));
    await eventually("nothing armed", async () =>
      (await Promise.all(nodes.map((node) => lab.shell(node, ARMED_FILES)))).every((text) => text === ""),
    );
    for (const node of nodes) expect(await configuration(node), node).toBe(before);
    expect(await lab.shell("dcn1", LOCK)).toContain('value="free"');
    const journals = await Promise.all(nodes.map((node) => lab.shell(node, takenBackSince(since))));
    // Who did it is not counted: each was alone, and its own DC until they had joined, so that two may write the very same before that (seen), and one that
    // is fenced for its time alone takes its journal along (none was left, seen). What came of it is one, as shown above.
    console.info(`taken back with quorum again: ${journals.join(" ")}`);
    expect((await dcnHa("confirm", lab.profile)).stdout).toContain("too late");
  });

  it("takes a bad change back with the controller cut off and the node that made it dead; foreign edits stay", async () => {
    // Fenced with a reboot, the dead node would be back before the deadline, and take the change back itself.
    const fencing = (action: string) =>
      lab.exec(
        "dcn2",
        "crm_attribute",
        "--type",
        "crm_config",
        "--name",
        "stonith-action",
        "--update",
        action,
      );
    const before = await configuration("dcn2");
    const since = await lab.shell("dcn2", "date +%s");
    // Long enough that the foreign edit and the faults come before the deadline on a slow machine.
    const words = [program, "apply", bad, "--confirm-within", "80s"];
    const controller = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    controller.stderr.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    try {
      await eventually("the bad change", async () => (await configuration("dcn2")).includes('id="broken"'));
      expect(await lab.shell("dcn2", GUARD)).toContain('value="armed ');
      const constraint = '<rsc_location id="theirs" rsc="pulse" node="dcn2" score="7"/>';
      await lab.exec("dcn2", "cibadmin", "--create", "--scope", "constraints", "--xml-text", constraint);
      await eventually("who made it", () => Promise.resolve(/(dcn\d): configuration changed/.test(said)));
      const maker = /(dcn\d): configuration changed/.exec(said)?.[1] ?? "";
      await Promise.all(nodes.map((node) => lab.exec(node, ...cut)));
      await fencing("off");
      await eventually("off", async () =>
        (await lab.shell("dcn3", "cibadmin --query --local")).includes('name="stonith-action" value="off"'),
      );
      await lab.fault("power-off", maker);
      const left = nodes.filter((node) => node !== maker);
      const [one = ""] = left;
      // Faults that came after the deadline would show nothing.
      expect(await lab.shell(one, GUARD)).toContain('value="armed ');
      expect((await dcnHa("lock", "show", lab.profile)).exitCode).toBe(69);
      await eventually("reverted", async () => (await lab.shell(one, GUARD)).includes('value="reverted '));

      await fencing("reboot");
      const after = await configuration(one);
      expect(after).toContain('id="theirs"');
      expect(after.replace(/ *<rsc_location id="theirs".*\n/, "")).toBe(before);
      expect(await lab.shell(one, LOCK)).toContain('value="free"');
      await eventually("nothing armed", async () =>
        (await Promise.all(left.map((node) => lab.shell(node, ARMED_FILES)))).every((text) => text === ""),
      );

      // The dead one comes back with its order in hand, and finds that it is done.
      await Promise.all(left.map((node) => lab.shell(node, "nft delete table inet cut")));
      expect((await lab.lab("heal")).exitCode).toBe(0);
      await lab.settled(nodes);
      // Its network outlives a power cut, and so do the rules in it.
      await lab.shell(maker, "nft delete table inet cut");
      await eventually(
        "nothing armed on the dead one",
        async () => (await lab.shell(maker, ARMED_FILES)) === "",
      );
      expect(await configuration(maker)).toBe(after);
      // Once over all: by one that stayed, or by the dead one, where fencing has booted it again in time.
      const journals = await Promise.all(nodes.map((node) => lab.shell(node, takenBackSince(since))));
      console.info(`the change of ${maker} was taken back: ${journals.join(" ").trim()}`);
      expect(journals.join("\n").match(/the change was taken back/g)).toHaveLength(1);
    } finally {
      controller.kill("SIGKILL");
    }
    const again = await lab.apply("--json");
    expect([again.exitCode, JSON.parse(again.stdout)], again.stderr).toMatchObject([
      0,
      { outcome: "unchanged" },
    ]);
  });
});

/** What guards say that took a change back. */
const takenBackSince = (epoch: string): string =>
  `journalctl --no-pager --since @${epoch} --unit dcn-ha-guard | grep 'taken back'`;

/** No packet of a controller's SSH comes in any more. */
const cut = [
  "nft",
  "add table inet cut; add chain inet cut in { type filter hook input priority 0; }; add rule inet cut in tcp dport 22 drop",
];
