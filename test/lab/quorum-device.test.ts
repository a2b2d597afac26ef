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
