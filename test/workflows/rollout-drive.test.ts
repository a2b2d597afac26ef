// The loop that drives one group's rollout, on simulated nodes: look, decide, write down, do (rollout-killed.test.ts: what is left when it dies).
import { describe, expect, test } from "vitest";
import { decodeLock } from "../../src/coordination/index.js";
import { DcnError } from "../../src/errors/index.js";
import type { Phase } from "../../src/rollout/index.js";
import type { RolloutEvent } from "../../src/workflows/rollout-scene.js";
import { endRollout } from "../../src/workflows/rollout-standing.js";
import { NEW } from "../simulation/world.js";
import { drive, expectClean, gateThat, SHORT, sceneOf, TURN, turnOf } from "./rollout-driving.js";
import { Site } from "./rollout-site.js";

const phaseOf = (site: Site, node = "dcn1"): Phase | undefined => site.group.record?.nodes[node]?.phase;

/** Does it once, before the controller sleeps in that phase of the first node. */
function inPhase(site: Site, phase: Phase, act: () => Promise<void> | void): void {
  site.beforeSleep = async () => {
    if (phaseOf(site) !== phase) return;
    site.beforeSleep = () => undefined;
    await act();
  };
}

test("each node in its turn: written down first, then done, under one lock that is free at the end", async () => {
  const site = new Site(3);
  const record = await drive(site);
  expect(record).toMatchObject({ state: "done", nodes: { dcn3: { phase: "over", outcome: "updated" } } });
  expect(site.group.record).toEqual(record);
  for (const name of site.names) expect(turnOf(site, name), name).toEqual(TURN);
  const nodes = site.deeds.map(({ what }) => what.split(" ")[1]);
  expect(nodes).toEqual(site.names.flatMap((name) => TURN.map(() => name)));
  const [first, ...others] = site.deeds.map(({ lock }) => decodeLock(lock));
  expect(first).toMatchObject({ state: "held", purpose: "rollout v2", step: "dcn1: pull-image" });
  for (const one of others) expect(one).toMatchObject({ token: first?.state === "held" ? first.token : "" });
  expectClean(site);
});

describe("a controller that was stopped for an hour", () => {
  test.each<Phase>(["draining", "staging", "stopping", "rebooting", "booting", "returning", "soaking"])(
    "while a node was %s judges nothing as late",
    async (phase) => {
      const site = new Site(2);
      let wentOnMs = 0;
      inPhase(site, phase, async () => {
        await site.pass(3_600_000);
        wentOnMs = site.clock.nowMs();
      });
      const record = await drive(site);
      expect(record, record.why).toMatchObject({ state: "done", nodes: { dcn1: { outcome: "updated" } } });
      // Nor is an hour in which nobody looked an hour in which all was well.
      const nextMs = site.deeds.find(({ what }) => what === "pull-image dcn2")?.atMs ?? 0;
      expect(nextMs - wentOnMs).toBeGreaterThanOrEqual(SHORT.soakMs);
      expectClean(site);
    },
  );

  test("is not one that waits for what it asked for: a source that answers late is given up", async () => {
    const site = new Site(2);
    site.meddle = async (verb) => {
      if (verb !== "pull-image") return undefined;
      await site.pass(90_000);
      return { code: 69, words: "the registry does not answer" };
    };
    const record = await drive(site);
    expect(record).toMatchObject({ state: "halted", nodes: { dcn1: { outcome: "refused" } } });
    expectClean(site);
  });
});

describe("somebody else writes into the record", () => {
  test("that it is to pause: the turn goes to its end, and no other begins", async () => {
    const site = new Site(2);
    inPhase(site, "booting", () => site.request({ state: "pausing" }));
    const record = await drive(site);
    expect(record).toMatchObject({
      state: "paused",
      nodes: { dcn1: { outcome: "updated" }, dcn2: { phase: "waiting" } },
    });
    expect(turnOf(site, "dcn2")).toEqual([]);
    expectClean(site);
  });

  test("that it is to end: nothing more of the turn is asked for but what brings the node back", async () => {
    const site = new Site(2);
    // It would take until its deadline: the request is not found by the next write alone.
    site.world.node("dcn1").broken.add("drain");
    inPhase(site, "draining", () => site.request({ state: "aborting" }));
    const record = await drive(site);
    expect(record).toMatchObject({ state: "aborted", nodes: { dcn1: { phase: "waiting" } } });
    const [, drained, returned] = site.deeds.map(({ atMs }) => atMs);
    expect((returned ?? 0) - (drained ?? 0)).toBeLessThan(5_000);
    expect(turnOf(site, "dcn1")).toEqual([...TURN.slice(0, 2), "clear-standby returning"]);
    expectClean(site);
  });

  test("between a look and the write that it led to: looked at anew, and what was not written is not told", async () => {
    const site = new Site(2);
    const events: RolloutEvent[] = [];
    site.meddle = (verb) => {
      if (verb === "set-rollout" && phaseOf(site) === "draining") {
        site.meddle = () => undefined;
        site.request({ state: "aborting" });
      }
      return undefined;
    };
    expect(await drive(site, { events })).toMatchObject({ state: "aborted" });
    expect(turnOf(site, "dcn1")).toEqual([...TURN.slice(0, 2), "clear-standby returning"]);
    expect(events.map(({ phase }) => phase)).not.toContain("staging");
    expectClean(site);
  });

  test("another rollout: this one stops where it is, with OTHER_ROLLOUT, and its lock is free", async () => {
    const site = new Site(2);
    inPhase(site, "draining", () => site.request({ id: "00000000-0002", name: "v3" }));
    await expect(drive(site)).rejects.toMatchObject({ kind: "busy", code: "OTHER_ROLLOUT" });
    expect(site.deeds.map(({ what }) => what)).toEqual(["pull-image dcn1", "set-standby dcn1"]);
    expect(site.group.record).toMatchObject({ name: "v3" });
    expect(site.lock).toBe("free");
  });
});

test("what is asked for between turns and not obtained is asked for again after a pause; within a turn there is none", async () => {
  const site = new Site(2);
  await drive(site, { change: { state: "pausing" } });
  site.world.node("dcn2").standby = "ours";
  site.request({ state: "aborting" });
  const asked: number[] = [];
  site.meddle = (verb) => {
    if (verb !== "clear-standby") return undefined;
    asked.push(site.clock.nowMs());
    return asked.length < 5 ? { code: 1, words: "no" } : undefined;
  };
  expect(await drive(site)).toMatchObject({ state: "aborted" });
  const gaps = asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0));
  expect(gaps).toEqual([400, 400, 400, 400]);
  expectClean(site);

  const other = new Site(2);
  let tries = 0;
  other.meddle = (verb) => {
    if (verb === "pull-image") tries += 1;
    return verb === "pull-image" && tries === 1 ? { code: 69, words: "not now" } : undefined;
  };
  await drive(other);
  expect(other.deeds[1]?.atMs).toBe(other.deeds[0]?.atMs);
});

test.each(["pull-image", "stage-image"])(
  "%s whose connection is lost is no failure: the node works on, and says that it is busy until it is done",
  async (lost) => {
    const site = new Site(2);
    let beganMs: number | undefined;
    site.meddle = (verb) => {
      if (verb !== lost) return undefined;
      if (beganMs !== undefined)
        return site.clock.nowMs() - beganMs < 180_000 ? { code: 75, words: "try again" } : undefined;
      beganMs = site.clock.nowMs();
      throw new DcnError("failed", "OUTCOME_UNKNOWN", "the connection ended before the answer");
    };
    const patient = { ...SHORT, fetchMs: 600_000, stageMs: 600_000 };
    const record = await drive(site, { deadlines: patient });
    expect(record, record.why).toMatchObject({ state: "done", nodes: { dcn1: { outcome: "updated" } } });
    expectClean(site);
  },
);

test("a node that is busy with its images for longer than its deadline is given up", async () => {
  const site = new Site(2);
  site.meddle = (verb) => (verb === "pull-image" ? { code: 75, words: "try again" } : undefined);
  const record = await drive(site);
  expect(record).toMatchObject({ state: "halted", nodes: { dcn1: { outcome: "refused" } } });
  expect(site.clock.nowMs()).toBeGreaterThan(SHORT.fetchMs);
  expectClean(site);
});

describe("the gate", () => {
  test("is believed for a while when it says no, and told once of each turn", async () => {
    const site = new Site(2);
    const { gate, asked, told } = gateThat(site, (node, times) =>
      node === "dcn1" && times < 3 ? "no window" : undefined,
    );
    // That the end of a turn could not be written at once is no other turn.
    site.meddle = (verb) => {
      if (verb !== "set-rollout" || phaseOf(site) !== "soaking") return undefined;
      site.meddle = () => undefined;
      return { code: 1, words: "no" };
    };
    const events: RolloutEvent[] = [];
    expect(await drive(site, { gate, events })).toMatchObject({ state: "done" });
    expect(asked.map(({ node }) => node)).toEqual(["dcn1", "dcn1", "dcn1", "dcn2"]);
    const [one, two, three] = asked.map(({ atMs }) => atMs);
    for (const gap of [(two ?? 0) - (one ?? 0), (three ?? 0) - (two ?? 0)]) {
      expect(gap).toBeGreaterThanOrEqual(15_000);
      expect(gap).toBeLessThan(16_000);
    }
    expect(events.filter(({ text }) => text === "waits: no window")).toHaveLength(1);
    expect(told).toEqual(["dcn1 back", "dcn2 back"]);
  });

  test("is told of a node that does not come back", async () => {
    const site = new Site(2);
    site.meddle = (verb) => {
      if (verb !== "reboot-node") return undefined;
      site.world.cut(site.world.node("dcn1"), undefined);
      return { code: 0, out: "reboot=soon\n" };
    };
    const { gate, told } = gateThat(site, () => undefined);
    const record = await drive(site, { gate, deadlines: { ...SHORT, rebootMs: 8_000 } });
    expect(record).toMatchObject({ state: "halted", nodes: { dcn1: { outcome: "unreachable" } } });
    expect(told).toEqual(["dcn1 away"]);
  });

  test("is told again by the next controller where one died of telling it", async () => {
    const site = new Site(2);
    const { gate, told } = gateThat(site, () => undefined);
    const deadly = { ...gate, afterTurn: () => Promise.reject(new Error("killed")) };
    await expect(drive(site, { gate: deadly })).rejects.toThrow("killed");
    expect(await drive(site, { gate })).toMatchObject({ state: "done" });
    expect(told).toEqual(["dcn1 back", "dcn2 back"]);
    expectClean(site);
  });

  test("is told by whoever ends what another one left", async () => {
    const site = new Site(2);
    inPhase(site, "draining", () => Promise.reject(new Error("killed")));
    await expect(drive(site)).rejects.toThrow("killed");
    const { gate, asked, told } = gateThat(site, () => undefined);
    expect(await endRollout(sceneOf(site), { wanted: "aborting", name: "v2" }, gate)).toMatchObject({
      state: "aborted",
    });
    expect([asked, told]).toEqual([[], ["dcn1 back"]]);
    expectClean(site);
  });

  test("is asked for nobody who has no turn, and not while none can begin: a slot that it gave would be kept", async () => {
    const site = new Site(2);
    site.world.node("dcn1").booted = NEW;
    let silent = 8;
    site.meddle = (verb) => {
      if (verb !== "read-image" || phaseOf(site) !== "over" || silent === 0) return undefined;
      silent -= 1;
      return { code: 1, words: "busy" };
    };
    const { gate, asked, told } = gateThat(site, () => undefined);
    const record = await drive(site, { gate });
    expect(record).toMatchObject({ state: "done", nodes: { dcn1: { outcome: "already-there" } } });
    expect(asked.map(({ node }) => node)).toEqual(["dcn2"]);
    expect(told).toEqual(["dcn2 back"]);
  });
});
