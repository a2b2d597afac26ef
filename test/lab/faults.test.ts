import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab, noLab, nowNs } from "./lab.js";

// The first of these are drills too, with a verdict each (test/lab/drills).
const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("faults without a drill's verdict: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");
const nodes = ["dcn1", "dcn2", "dcn3"];

describe.skipIf(noLab !== undefined || !soak)("faults of the lab, and what the cluster makes of them", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("faults", "--client");
    const run = await lab.apply();
    expect(run.exitCode, run.stderr).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  /** The node that runs the workload now. */
  async function holder(): Promise<string> {
    return (await lab.truth()).runs.at(-1)?.node ?? "";
  }

  /** Waits until the workload runs on another node than `node` and the group is whole again. */
  async function movedFrom(node: string): Promise<void> {
    const end = Date.now() + 90_000;
    while ((await holder()) === node && Date.now() < end) await delay(200);
    expect(await holder()).not.toBe(node);
    await lab.lab("heal");
    await lab.settled(nodes);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  }

  it("a frozen node is fenced before its workload runs elsewhere", async () => {
    const node = await holder();
    const begin = nowNs();
    expect(await lab.fault("freeze", node)).toContain("frozen");
    await movedFrom(node);
    const gone = lab
      .events()
      .find((event) => event.node === node && event.event === "power-gone" && event.monotonicNs > begin);
    const next = (await lab.truth()).runs.at(-1);
    expect(gone?.monotonicNs).toBeLessThan(next?.fromNs ?? 0);
  });

  it("a node cut off from the cluster networks is fenced through the management network", async () => {
    const node = await holder();
    const begin = nowNs();
    await lab.fault("cut-node", node);
    await movedFrom(node);
    const fenced = new Set(lab.fencings(begin).map((event) => event.node));
    expect([...fenced]).toEqual([node]);
  });

  it("one of two networks lost costs nobody anything", async () => {
    const node = await holder();
    const begin = nowNs();
    await lab.fault("cut-network", "process");
    await delay(5_000);
    const status = await lab.status();
    expect(status?.nodes.flatMap((each) => each.links).some((link) => link.state !== "connected")).toBe(true);
    expect([await holder(), lab.fencings(begin)]).toEqual([node, []]);
    await lab.lab("heal");
    await lab.settled(nodes);
  });

  it("a dead corosync gets its node fenced or restarted, never a second copy", async () => {
    const node = await holder();
    await lab.fault("kill-daemon", node, "corosync");
    await delay(3_000);
    await lab.lab("heal");
    await lab.settled(nodes);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });

  it("an agent that fails to start on one node moves the workload to another", async () => {
    const node = await holder();
    await lab.fault("agent", node, "pulse", "fail-start");
    await lab.fault("agent", node, "pulse", "fail-monitor");
    await movedFrom(node);
  });

  it("the smaller faults bite, and heal undoes them", async () => {
    const [node = "", peer = ""] = nodes.filter((name) => name !== "");
    for (const words of [
      ["loss", node, "10"],
      ["cut-direction", node, peer],
      ["disk-full", "dcn3", "/var/log"],
      ["stop-daemon", "dcn3", "pacemaker-attrd"],
      ["bmc", "dcn2", "hangs"],
    ]) {
      const effect = await lab.fault(...words);
      expect(effect).not.toBe("");
      const undone = (await lab.lab("heal")).stdout;
      if (words[0] !== "stop-daemon" && words[0] !== "disk-full")
        expect(undone).not.toContain("nothing to heal");
    }
    expect(await lab.shell("dcn3", "grep -c dcn-ha-lab-full /proc/self/mounts")).toBe("0");
    await lab.settled(nodes);
    await lab.fault("reboot", "dcn3");
    await lab.settled(nodes);
    const wrong = await lab.lab("fault", "cut-network", "nowhere");
    expect([wrong.exitCode, wrong.stderr.includes("site, process")]).toEqual([64, true]);
    const without = await lab.lab("fault", "kill-daemon", "dcn1", "corosync-qnetd");
    expect([without.exitCode, without.stderr.includes("FAULT_WITHOUT_EFFECT")]).toEqual([1, true]);
  });

  it("the client saw the floating address come back each time", async () => {
    const { addressSilences = [], outages } = await lab.truth();
    expect(outages.length).toBeGreaterThan(1);
    expect(addressSilences.length).toBeGreaterThan(1);
  });
});
