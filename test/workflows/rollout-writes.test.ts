// What a rollout's loop writes into the cluster: the record and the lock's next step in one, and no more often than there is something to do.
import { expect, test } from "vitest";
import { createRecordingTransport } from "../../src/transport/index.js";
import type { RolloutEvent, RolloutGate } from "../../src/workflows/rollout-scene.js";
import { drive, expectClean, TURN, turnOf } from "./rollout-driving.js";
import { framesOf } from "./rollout-frames.js";
import { Site } from "./rollout-site.js";

/** How often each verb was asked for, of those that write. */
function countsOf(calls: readonly { readonly stdin: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb } of calls.flatMap((call) => framesOf(call)))
    if (verb.startsWith("set-")) counts[verb] = (counts[verb] ?? 0) + 1;
  return counts;
}

test("one write for each thing that is done, with its step in the lock, and one for the end of a turn", async () => {
  const site = new Site(2);
  const transport = createRecordingTransport(site.transport);
  const steps: string[] = [];
  site.meddle = (verb, node) => {
    const step = / step=(\S+)/.exec(site.lock)?.[1] ?? "";
    if (TURN.some((one) => one.startsWith(`${verb} `)))
      steps.push(`${verb} by ${node}: ${decodeURIComponent(step)}`);
    return undefined;
  };
  expect(await drive(site, { transport })).toMatchObject({ state: "done" });
  // The lock: taken and given back. The record: begun; fetching, draining, staging, stopping, rebooting, booting, joining, returning, soaking and over for each
  // of two; done.
  expect(countsOf(transport.calls())).toEqual({
    "set-lock": 2,
    "set-rollout": 1 + 2 * 10 + 1,
    "set-standby": 2,
  });
  expect(steps.slice(0, 3)).toEqual([
    "pull-image by dcn1: dcn1: pull-image",
    "set-standby by dcn2: dcn1: set-standby",
    "stage-image by dcn1: dcn1: stage-image",
  ]);
  expectClean(site);
});

test("what the plan had the nodes fetch a moment ago is not asked for again, and what it had them fetch long ago is", async () => {
  const site = new Site(2);
  const transport = createRecordingTransport(site.transport);
  expect(await drive(site, { transport, fetchedMs: site.clock.nowMs() })).toMatchObject({ state: "done" });
  for (const name of site.names) expect(turnOf(site, name)).toEqual(TURN.slice(1));
  // Fetching and draining in one write.
  expect(countsOf(transport.calls())).toMatchObject({ "set-lock": 2, "set-rollout": 1 + 2 * 9 + 1 });
  expectClean(site);

  const later = new Site(2);
  await later.pass(600_000);
  await drive(later, { fetchedMs: later.clock.nowMs() - 600_000 });
  for (const name of later.names) expect(turnOf(later, name)).toEqual(TURN);
});

test("the nodes are told in few requests what happens, in its order, and of all of it", async () => {
  const site = new Site(2);
  const transport = createRecordingTransport(site.transport);
  const events: RolloutEvent[] = [];
  await drive(site, { transport, events });
  const notes = transport
    .calls()
    .filter((call) => framesOf(call).some(({ verb }) => verb === "note-rollout"));
  const numbers = (name: string): number[] =>
    notes
      .filter(({ node }) => node === name)
      .flatMap((call) => framesOf(call))
      .flatMap(({ payload }) => [...payload.matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number)));
  const all = events.map(({ number }) => number);
  for (const name of site.names) {
    const heard = numbers(name);
    expect(new Set(heard)).toEqual(new Set(all));
    // The last time with all of it, for whoever was away.
    expect(heard.slice(-all.length)).toEqual(all);
    const before = heard.slice(0, -all.length);
    expect(before).toEqual([...before].sort((one, other) => one - other));
  }
  expect(notes.length).toBeLessThan(events.length);
});

test("a hook before a turn may take long: who died meanwhile keeps the next node from being drained", async () => {
  const site = new Site(3);
  const gate: RolloutGate = {
    mayBegin: async () => {
      site.world.cut(site.world.node("dcn2"), undefined);
      for (let second = 0; second < 6; second += 1) await site.clock.sleep(1_000);
      return undefined;
    },
  };
  expect(await drive(site, { gate, fetchedMs: site.clock.nowMs() })).toMatchObject({ state: "halted" });
  expect(site.deeds.map(({ what }) => what)).not.toContain("set-standby dcn1");
});

test.each([
  ["begins a turn", "waiting", true],
  ["comes before the cluster is stopped", "staging", false],
] as const)(
  "a write that %s may take long: who died meanwhile is seen before anything is done",
  async (_, phase, isFetched) => {
    const site = new Site(3);
    const dying = site.world.node("dcn3");
    const alone: string[] = [];
    site.meddle = async (verb) => {
      if (verb !== "set-rollout" || site.group.record?.nodes.dcn1?.phase !== phase) return undefined;
      site.meddle = (other) => {
        const moves = other === "set-standby" || other === "stop-cluster";
        if (moves && dying.cluster !== "running") alone.push(other);
        return undefined;
      };
      site.world.cut(dying, undefined);
      for (let second = 0; second < 6; second += 1) await site.clock.sleep(1_000);
      return undefined;
    };
    const fetchedMs = isFetched ? { fetchedMs: site.clock.nowMs() } : {};
    expect(await drive(site, fetchedMs)).toMatchObject({ state: "halted" });
    expect(alone).toEqual([]);
  },
);

test("what was not told yet is told where the rollout ends by an error", async () => {
  const site = new Site(2);
  const transport = createRecordingTransport(site.transport);
  const events: RolloutEvent[] = [];
  const gate: RolloutGate = {
    mayBegin: () => Promise.resolve(undefined),
    afterTurn: () => Promise.reject(new Error("the slot is not taken back")),
  };
  await expect(drive(site, { transport, events, gate })).rejects.toThrow("not taken back");
  const told = transport
    .calls()
    .flatMap((call) => framesOf(call))
    .filter(({ verb }) => verb === "note-rollout")
    .flatMap(({ payload }) => [...payload.matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number)));
  expect(events.length).toBeGreaterThan(5);
  for (const { number } of events) expect(told).toContain(number);
});

test("one whose lock was taken from him writes nothing any more, and says so", async () => {
  const site = new Site(2);
  let revision = 0;
  site.meddle = (verb) => {
    if (verb !== "set-rollout" || site.group.record?.nodes.dcn1?.phase !== "draining") return undefined;
    site.meddle = () => undefined;
    site.lock = site.lock.replace(/^held \S+/, "held ffffffffffff");
    revision = site.group.record.revision;
    return undefined;
  };
  await expect(drive(site)).rejects.toMatchObject({ kind: "busy", code: "LOCK_LOST" });
  expect(site.group.record?.revision).toBe(revision);
  expect(turnOf(site, "dcn1")).toEqual(TURN.slice(0, 2));
});
