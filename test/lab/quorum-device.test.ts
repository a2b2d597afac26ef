import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, eventually, Lab, noLab } from "./lab.js";

const nodes = ["dcn1", "dcn2"];

describe.skipIf(noLab !== undefined)("two nodes and a quorum device", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up("quorum-device", "--bare", "--nodes", "2", "--qdevice");
  });
  afterAll(() => lab.down());

  const quorum = (node: string): Promise<string> => lab.shell(node, "corosync-quorumtool -s");
  const runsOn = async (): Promise<string> => {
    const { runs } = await lab.truth();
    return runs.findLast((run) => !run.stopped)?.node ?? "";
  };

  it("form by one apply, with three votes, and keys that nobody else can read", async () => {
    const run = await lab.apply("--json", "--verbose");
    expect(run.exitCode, run.stderr).toBe(0);
    await lab.settled(nodes);
    for (const node of nodes) {
      expect(await quorum(node)).toMatch(/Total votes: +3\n[\s\S]*A,V,NMW dcn1[\s\S]*\n +0 +1 +Qdevice/);
      const modes = await lab.shell(node, "stat -c %a /etc/corosync/qdevice/net/nssdb/*.p12");
      expect(modes).toBe("600");
    }
    const key = await lab.shell("dcn1", "base64 -w 0 /etc/corosync/qdevice/net/nssdb/qdevice-net-node.p12");
    expect(key.length).toBeGreaterThan(1_000);
    expect(`${run.stdout}${run.stderr}`.includes(key.slice(0, 60))).toBe(false);
    expect((await dcnHa("status", lab.profile)).stdout).toMatch(
      /quorum \(3 of 3 votes\)[\s\S]*quorum device \S+: votes/,
    );
    expect(JSON.parse((await lab.apply("--json")).stdout)).toMatchObject({ outcome: "unchanged" });
  });

  it("take other options of the device, also such as its host wants the same of all: nobody loses quorum, nothing that runs notices", async () => {
    const other = join(lab.folder, "options.yaml");
    const heuristics =
      "corosync:\n  quorum: { device: { heuristics: { mode: on, exec_up: /usr/bin/true } } }\n";
    const text = readFileSync(lab.profile, "utf8");
    writeFileSync(
      other,
      text.replace("  algorithm: ffsplit\n", "  algorithm: ffsplit\n  tieBreaker: highest\n") + heuristics,
    );
    const device = (node: string) => lab.shell(node, "corosync-qdevice-tool -s -v");
    const before = await lab.runs(nodes);
    expect(await device("dcn1")).toMatch(/Tie-breaker:\s+Node with lowest node ID/);
    const run = await dcnHa("apply", other, "--json");
    expect([run.exitCode, JSON.parse(run.stdout)], run.stderr).toMatchObject([
      0,
      { outcome: "changed", unhealthy: [] },
    ]);
    for (const node of nodes) {
      expect(await device(node)).toMatch(/Tie-breaker:\s+Node with highest node ID/);
      expect(await device(node)).toMatch(/Heuristics result:\s+Pass/);
      expect(await quorum(node)).toMatch(/Total votes: +3\n[\s\S]*A,V,NMW dcn1/);
      expect(
        await lab.shell(
          node,
          "journalctl --no-pager -u corosync | grep -c 'lost quorum\\|within the non-primary'",
        ),
      ).toBe("0");
    }
    expect(await lab.runs(nodes)).toEqual(before);
    expect(JSON.parse((await dcnHa("apply", other, "--json")).stdout)).toMatchObject({
      outcome: "unchanged",
    });
    // And back by the command that is about the device alone, which leaves the rest of the profile to apply.
    const back = await dcnHa("qdevice", "add", lab.profile, "--json");
    expect(back.exitCode, back.stderr + back.stdout).toBe(0);
    for (const node of nodes) {
      expect(await device(node)).toMatch(/Tie-breaker:\s+Node with lowest node ID/);
      expect(await quorum(node)).toMatch(/Total votes: +3\n[\s\S]*A,V,NMW dcn1/);
    }
    expect(JSON.parse((await lab.apply("--json")).stdout)).toMatchObject({ outcome: "unchanged" });
    expect(await lab.runs(nodes)).toEqual(before);
  });

  it("go on as if nothing had happened when the device dies, and count it again when it is back", async () => {
    const { runs } = await lab.truth();
    await lab.lab("power", "off", "qnetd");
    const gone = await eventually(
      () => quorum("dcn1"),
      (text) => /\n +0 +0 +Qdevice/.test(text),
    );
    expect(gone).toMatch(/Quorate: +Yes[\s\S]*Total votes: +2\n[\s\S]*A,NV,NMW dcn1[\s\S]*\n +0 +0 +Qdevice/);
    expect((await dcnHa("status", lab.profile)).stdout).toMatch(/quorum device \S+: NO VOTE/);
    expect(JSON.parse((await lab.apply("--json")).stdout)).toMatchObject({ outcome: "unchanged" });
    await lab.lab("power", "on", "qnetd");
    await eventually(
      () => quorum("dcn1"),
      (text) => /Total votes: +3/.test(text),
    );
    const after = await lab.truth();
    expect(after.runs.map(({ node, fromNs }) => [node, fromNs])).toEqual(
      runs.map(({ node, fromNs }) => [node, fromNs]),
    );
    expect(lab.fencings(0)).toEqual([]);
  });

  it("go on with one node and the device's vote when the other dies", async () => {
    const victim = await runsOn();
    const survivor = nodes.find((node) => node !== victim) ?? "";
    await eventually(
      () => quorum(survivor),
      (text) => /Total votes: +3/.test(text),
    );
    await lab.fault("power-off", victim);
    await eventually(runsOn, (node) => node === survivor);
    expect(await runsOn()).toBe(survivor);
    expect(await quorum(survivor)).toMatch(/Quorate: +Yes/);
    await lab.settled(nodes);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });
});
