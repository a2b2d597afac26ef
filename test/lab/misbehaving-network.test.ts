// Lines that misbehave, and what a real cluster makes of them.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, Lab, noLab, nowNs } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
const SEED = "7";
const HOLD_MS = process.env.DCN_HA_SOAK === undefined ? 5_000 : 120_000;

describe.skipIf(noLab !== undefined)("a network that misbehaves", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("lines");
    const run = await lab.apply();
    expect(run.exitCode, run.stderr).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  /** How many packets corosync's crypto has refused on a node since it booted. */
  const refused = async (node: string): Promise<number> =>
    Number(await lab.shell(node, "journalctl -b -u corosync | grep -c 'Unable to decrypt packet'"));

  it("20 ms, give or take 5, and one packet in a hundred lost: the group stays together", async () => {
    const begin = nowNs();
    const effect = await lab.fault(
      ...["misbehave", "dcn2", "--delay", "20ms", "--jitter", "5ms", "--loss", "1", "--seed", SEED],
    );
    expect(effect.split("\n").map((line) => line.split(":")[0])).toEqual(
      ["site", "process"].map((network) => `dcn2, network ${network}, in and out, seed ${SEED}`),
    );
    for (const line of effect.split("\n")) {
      const [, before = "", after = ""] = /round trip ([\d.]+) to ([\d.]+) ms/.exec(line) ?? [];
      expect(Number(after) - Number(before), line).toBeGreaterThan(20);
    }
    await delay(HOLD_MS);
    await lab.settled(nodes);
    expect(lab.fencings(begin)).toEqual([]);
  });

  it("corrupted packets get past the checksum and no further than corosync's crypto, and fence nobody", async () => {
    const begin = nowNs();
    const before = await refused("dcn2");
    await lab.fault("misbehave", "dcn2", "--corrupt", "3", "--direction", "in", "--seed", SEED);
    await eventually(
      () => refused("dcn2"),
      (count) => count > before,
      60_000,
    );
    await lab.settled(nodes);
    expect(lab.fencings(begin)).toEqual([]);
  });

  it("lines are plain cables again after heal", async () => {
    expect((await lab.lab("heal")).stdout.trim()).toBe("dcn2: lines");
    expect((await lab.lab("heal")).stdout.trim()).toBe("nothing to heal");
    await lab.settled(nodes);
  });

  it("a direction that loses everything is a cut: the node is fenced, and only that node", async () => {
    const begin = nowNs();
    const effect = await lab.fault("misbehave", "dcn3", "--loss", "100", "--direction", "in", "--seed", SEED);
    expect(effect).toContain("nobody gets an answer from it");
    await eventually(
      () => Promise.resolve(lab.fencings(begin)),
      (fencings) => fencings.length > 0,
      60_000,
    );
    await lab.lab("heal");
    await lab.settled(nodes);
    expect([...new Set(lab.fencings(begin).map((event) => event.node))]).toEqual(["dcn3"]);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });

  it("settings that no line can have, and networks that are not there, are refused", async () => {
    const wrong = await lab.lab("fault", "misbehave", "dcn1", "--loss", "120");
    expect([wrong.exitCode, wrong.stderr.includes("is no loss of a line")]).toEqual([64, true]);
    const nowhere = await lab.lab("fault", "misbehave", "dcn1", "--loss", "1", "--network", "mgmt");
    expect([nowhere.exitCode, nowhere.stderr.includes("site, process")]).toEqual([64, true]);
  });
});
