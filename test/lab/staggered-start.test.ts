import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, Lab, noLab, nowNs } from "./lab.js";
import { numbers } from "./numbers.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
const rounds = process.env.DCN_HA_SOAK === undefined ? 1 : 10;
const seed = Number(process.env.DCN_HA_SEED ?? "7");

describe.skipIf(noLab !== undefined)("cold start after a power cut of the site", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("staggered");
    const run = await lab.apply();
    expect(run.exitCode, run.stderr).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  it(`nodes that boot up to 8 s apart form one cluster and fence nobody (${rounds} rounds, seed ${seed})`, async () => {
    const next = numbers(seed);
    for (let round = 1; round <= rounds; round += 1) {
      await lab.lab("power", "off", ...nodes);
      const begin = nowNs();
      const waits = nodes.map((node) => ({ node, ms: Math.round(next() * 8000) }));
      await Promise.all(
        waits.map(async ({ node, ms }) => {
          await delay(ms);
          await lab.lab("power", "on", node);
        }),
      );
      const plan = waits.map(({ node, ms }) => `${node} after ${ms} ms`).join(", ");
      const status = await lab.settled(nodes);
      console.log(`round ${round}: ${plan}; DC ${status.dc?.name ?? "?"}`);
      expect(lab.fencings(begin), plan).toEqual([]);
      expect(status.votes.total, plan).toBe(3);
      const truth = await lab.truth();
      expect(truth.doubleRuns, plan).toEqual([]);
      const leaders = await Promise.all(
        nodes.map((node) => lab.shell(node, "crmadmin -D -q 2>/dev/null || crmadmin -D")),
      );
      expect(
        new Set(leaders.map((words) => words.split(" ").at(-1))).size,
        `${plan}: ${leaders.join("; ")}`,
      ).toBe(1);
    }
  });

  it("a node that brings a newer configuration of an earlier life is held before its cluster starts, until that is gone", async () => {
    const begin = nowNs();
    // As a node comes back that ran another release meanwhile: 2.1.5 would refuse this schema for ever, with no DC and all UNCLEAN.
    const age =
      'systemctl stop pacemaker corosync; cd /var/lib/pacemaker/cib; sed -i \'1,2s/validate-with="[^"]*"/validate-with="pacemaker-4.9"/; 1,2s/ epoch="[0-9]*"/ epoch="9999"/\' cib.xml; rm -f cib.xml.sig; sync; head -c 300 cib.xml';
    expect(await lab.shell("dcn3", age)).toContain("pacemaker-4.9");
    await lab.lab("power", "off", "dcn3");
    await lab.lab("power", "on", "dcn3");
    const journal = "journalctl -b -u dcn-ha-gate --no-pager -o cat";
    const said = await eventually(
      () => lab.shell("dcn3", journal),
      (text) => text.includes("HELD"),
    );
    expect(said).toMatch(
      /schema pacemaker-4\.9 and the feature set [0-9.]+, which the Pacemaker of dcn[12](, dcn[12])? cannot read/,
    );
    expect(await lab.shell("dcn3", "cat /run/motd.d/* /run/issue.d/*")).toContain(
      "THIS NODE DOES NOT START THE CLUSTER",
    );
    expect(await lab.shell("dcn3", "systemctl is-active corosync pacemaker")).not.toMatch(/^active/m);
    // The others go on, and nobody is fenced for it.
    await lab.settled(["dcn1", "dcn2"]);
    expect(await lab.shell("dcn1", "cibadmin --query | head -1")).not.toContain("4.9");

    await lab.exec("dcn3", "sh", "-c", "rm /var/lib/pacemaker/cib/cib*");
    await lab.settled(nodes);
    expect(await lab.shell("dcn3", journal)).toContain("what held this node is mended: it goes on");
    expect(await lab.shell("dcn3", "ls /run/motd.d/50-dcn-ha-gate 2>/dev/null")).toBe("");
    expect(lab.fencings(begin)).toEqual([]);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });

  it("a corosync that dies as it starts is started again, and Pacemaker after it: nobody would fence that node", async () => {
    const begin = nowNs();
    const dies =
      "systemctl stop pacemaker corosync; systemctl start --no-block corosync pacemaker; until pid=$(pidof corosync); do sleep 0.01; done; kill -9 $pid; sleep 1; systemctl is-active pacemaker";
    expect(await lab.shell("dcn3", dies)).not.toBe("active");
    await lab.settled(nodes);
    expect(lab.fencings(begin)).toEqual([]);
  });

  it("a node that stays dead holds the others back for the grace time only, then they run without it", async () => {
    await lab.lab("power", "off", ...nodes);
    for (const node of nodes) {
      await lab.lab("power", "on", node);
      // A short grace for the test; the gate's other rules stay.
      await lab.shell(
        node,
        'sed -i \'s/"graceMs": *[0-9]*/"graceMs": 6000/\' /etc/dcn-ha/gate.json; systemctl restart dcn-ha-gate',
      );
      await lab.lab("power", "off", node);
    }
    const begin = nowNs();
    await lab.lab("power", "on", "dcn1", "dcn2");
    await lab.settled(["dcn1", "dcn2"]);
    const journal = await lab.shell("dcn1", "journalctl -b -u dcn-ha-gate --no-pager -o cat");
    expect(journal).toMatch(/WARNING: dcn3 did not answer within the grace time of 6 s/);
    // It was never seen, so it may run the workload for all they know: they fence it, and it comes back by that.
    await lab.settled(nodes);
    expect(new Set(lab.fencings(begin).map((event) => event.node))).toEqual(new Set(["dcn3"]));
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });
});
