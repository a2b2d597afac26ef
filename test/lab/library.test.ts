import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab, noLab, nowNs } from "./lab.js";

/** The other groups of the library take their time: they run with the long counts. */
const soak = process.env.DCN_HA_SOAK !== undefined;

/** A group of the library as a guest of a lab, applied before its tests. */
function group(name: string, nodes: readonly string[], tests: (lab: () => Lab) => void): void {
  describe.skipIf(noLab !== undefined)(`the library's ${name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.up("library", "--group", `profiles/groups/${name}.yaml`);
      const run = await lab.apply();
      expect(run.exitCode, run.stderr + run.stdout).toBe(0);
      await lab.settled(nodes);
    });
    afterAll(() => lab.down());
    tests(() => lab);
  });
}

/** Waits until all of these workloads write heartbeats, and says where. */
async function places(lab: Lab, ...workloads: readonly string[]): Promise<string[]> {
  const end = Date.now() + 90_000;
  for (;;) {
    const found = await Promise.all(workloads.map((name) => lab.holder(name)));
    if (!found.includes("") || Date.now() > end) return found;
    await delay(300);
  }
}

/** Nodes that somebody switched over Redfish since then. */
function fenced(lab: Lab, sinceNs: number): string[] {
  return [...new Set(lab.fencings(sinceNs).map((event) => event.node))].sort();
}

async function neverTwice(lab: Lab, ...workloads: readonly string[]): Promise<void> {
  for (const name of workloads) expect((await lab.truth(name)).doubleRuns, name).toEqual([]);
}

const cabinet = ["dcn1", "dcn2", "dcn3"];
group("cabinet-three", cabinet, (lab) => {
  it("runs the control apart from the historian", async () => {
    const [control, historian] = await places(lab(), "soft-control", "historian");
    expect([cabinet.includes(control ?? ""), control === historian]).toEqual([true, false]);
  });

  it("moves the control off a node whose process network is cut, and fences nobody for it", async () => {
    const begin = nowNs();
    const [before = ""] = await places(lab(), "soft-control");
    await lab().fault("cut-network", "process", before);
    const now = await lab().movedFrom(before, "soft-control");
    expect(cabinet).toContain(now);
    expect(now).not.toBe(before);
    expect(fenced(lab(), begin)).toEqual([]);
    expect((await lab().status())?.nodes.map((node) => node.state)).toEqual(["online", "online", "online"]);
    await lab().lab("heal");
  });

  it("has the control again when its node dies", async () => {
    const [before = ""] = await places(lab(), "soft-control");
    const begin = nowNs();
    await lab().fault("power-off", before);
    expect(cabinet).toContain(await lab().begunAgain("soft-control", begin));
    expect(fenced(lab(), begin)).toEqual([before]);
    await lab().settled(cabinet);
    await neverTwice(lab(), "soft-control", "historian");
  });
});

const pair = ["gw1", "gw2"];
group("gateway-pair", pair, (lab) => {
  it.each(pair)("decides the race for the first node while %s works", async (worker) => {
    const other = pair.find((node) => node !== worker) ?? "";
    await lab().exec(other, "crm_standby", "-N", other, "-v", "on");
    expect(await lab().movedFrom(other)).toBe(worker);
    await lab().exec(other, "crm_standby", "-N", other, "-D");
    await lab().settled(pair);
    const begin = nowNs();
    await lab().fault("cut-node", "gw2");
    const end = Date.now() + 90_000;
    while (fenced(lab(), begin).length === 0 && Date.now() < end) await delay(300);
    expect(await lab().movedFrom("gw2")).toBe("gw1");
    // The loser boots while it is still cut off: it must wait, not shoot back.
    await delay(10_000);
    expect([fenced(lab(), begin), await lab().holder()]).toEqual([["gw2"], "gw1"]);
    const since = (await lab().truth()).runs.filter((run) => run.fromNs > begin);
    expect(since.map((run) => run.node)).toEqual(worker === "gw1" ? [] : ["gw1"]);
    await neverTwice(lab(), "protocol-gateway");
    await lab().lab("heal");
    await lab().settled(pair);
  });
});

const cabinets = ["cab-a", "cab-b", "cab-c"];
group("three-cabinets", cabinets, (lab) => {
  it("spreads over cabinets and outlives one with its BMC, which is fenced at its outlets", async () => {
    const [control = "", standby = ""] = await places(lab(), "soft-control", "standby-control");
    expect(control).not.toBe(standby);
    const begin = nowNs();
    await lab().fault("bmc", control, "dead-with-node");
    await lab().fault("power-off", control);
    expect(cabinets).toContain(await lab().begunAgain("soft-control", begin));
    const requests = lab()
      .fencings(begin)
      .filter((event) => event.node === control);
    expect(requests.some((event) => (event.detail ?? "").endsWith(" to the outlets"))).toBe(true);
    await lab().lab("heal");
    await lab().settled(cabinets);
    await neverTwice(lab(), "soft-control", "standby-control", "historian");
  });
});

if (soak) {
  const mixed = ["mix1", "mix2", "mix3", "mix4", "mix5"];
  group("five-mixed", mixed, (lab) => {
    it("outlives two nodes at once; what is to be started by hand stays stopped", async () => {
      const [control = "", batch = ""] = await places(lab(), "soft-control", "batch-control");
      expect(control).not.toBe(batch);
      expect(await lab().holder("report-server")).toBe("");
      const begin = nowNs();
      await Promise.all([lab().fault("power-off", control), lab().fault("power-off", batch)]);
      expect(mixed).toContain(await lab().begunAgain("soft-control", begin));
      expect(mixed).toContain(await lab().begunAgain("batch-control", begin));
      await lab().settled(mixed, 240_000);
      expect(await lab().holder("report-server")).toBe("");
      await neverTwice(lab(), "soft-control", "batch-control", "historian", "protocol-gateway");
    });
  });

  const panels = ["panel1", "panel2", "panel3"];
  group("hmi", panels, (lab) => {
    it("shows two panels on two nodes, whichever dies", async () => {
      for (const workload of ["panel-left", "panel-right"]) {
        const [before = ""] = await places(lab(), workload);
        const begin = nowNs();
        await lab().fault("power-off", before);
        expect(panels).toContain(await lab().begunAgain(workload, begin));
        await lab().settled(panels, 240_000);
        const [left = "", right = ""] = await places(lab(), "panel-left", "panel-right");
        expect([left === "", right === "", left === right]).toEqual([false, false, false]);
      }
      await neverTwice(lab(), "panel-left", "panel-right", "hmi-server");
    });
  });
}
