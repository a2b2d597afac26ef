import { describe, expect, test } from "vitest";
import type { SpoolEvent } from "../../src/observation/index.js";
import { causeOf, describeIncident, factOf, type Incident } from "../../src/timeline/index.js";
import { fenced, found, lost, op, play, type Step, T0 } from "./play.js";

/** A later look that began then: dcn1 is as `mode` says, and dcn2 as `other`; soft-control runs on dcn3. */
const withDcn1 = (mode: string, fromS: number, other = "online"): Record<string, unknown> => ({
  ...found()[1],
  fromMs: T0 + fromS * 1_000,
  nodes: [
    { name: "dcn1", state: mode },
    { name: "dcn2", state: other },
    { name: "dcn3", state: "online" },
  ],
  running: [{ name: "soft-control", nodes: ["dcn3"] }],
});

const POWER_LOSS: readonly Step[] = [
  found(),
  [-0.9, { kind: "alive", node: "dcn2" }],
  [1.6, lost("dcn2", "dcn1")],
  [1.61, lost("dcn2", "dcn3")],
  [2.4, fenced("dcn1")],
  [2.41, fenced("dcn1")],
  [3.1, op("dcn3", "start")],
  [3.3, op("dcn3", "monitor", { intervalMs: 10_000 })],
];

test("a node that loses its power is one incident, told once, with its outage and the promise", () => {
  const { told, incidents, state } = play(POWER_LOSS);
  expect(told).toEqual([
    "node dcn2 lost, says dcn1",
    "node dcn2 fenced (reboot) by dcn1",
    "soft-control started on dcn3",
  ]);
  expect(incidents.map((one) => describeIncident(one))).toEqual([
    "14:03:07.2 dcn2 lost · +1.6 declared dead · +2.4 dcn2 fenced by dcn1 · +3.1 soft-control started on dcn3 · " +
      "outage 3.1 s, promised 5.0 s · cause: node (dcn2 was lost by dcn1 and dcn3, and was fenced)",
  ]);
  expect(incidents[0]?.outages[0]).toMatchObject({ downMs: T0 + 1_600, upMs: T0 + 3_100, upOn: "dcn3" });
  expect(incidents[0]?.lost).toMatchObject([{ fromMs: T0, atMs: T0 + 1_600, fencedMs: T0 + 2_400 }]);
  expect(state.incident).toBeUndefined();
});

test("a sign of life that came later than the cluster's own lag shortens the outage", () => {
  const { incidents } = play([found(), [1, { kind: "alive", node: "dcn2" }], ...POWER_LOSS.slice(2)]);
  expect(incidents[0]?.startMs).toBe(T0 + 1_000);
});

describe("causes", () => {
  const causeIn = (steps: readonly Step[]): readonly [string | undefined, string | undefined] => {
    const { incidents } = play(steps);
    const [incident] = incidents;
    const verdict = incident === undefined ? undefined : causeOf(incident);
    return [verdict?.cause, verdict?.evidence[0]];
  };

  test("agent: a monitor that failed on a node that is well", () => {
    const failed = op("dcn2", "monitor", { good: false, intervalMs: 1_000, result: "not running" });
    const { incidents } = play([found(), [0, failed], [0.2, op("dcn2", "stop")], [0.7, op("dcn2", "start")]]);
    expect(incidents.map((one) => describeIncident(one))).toEqual([
      "14:03:07.2 soft-control failed on dcn2 · +0.2 soft-control stopped on dcn2 · +0.7 soft-control started on dcn2 · " +
        "outage 1.7 s, promised 5.0 s · cause: agent (soft-control failed on dcn2: not running)",
    ]);
  });

  test("agent: a stop that failed explains the fencing", () => {
    const failed = op("dcn2", "stop", { good: false, result: "Timed Out" });
    const steps: Step[] = [
      found(),
      [0, failed],
      [1, fenced("dcn1")],
      [1.1, lost("dcn2", "dcn1")],
      [2, op("dcn3", "start")],
    ];
    expect(causeIn(steps)).toEqual(["agent", "stop of soft-control failed on dcn2: Timed Out"]);
  });

  test("network: it answered us when the others had lost it, or both lost each other", () => {
    const steps = [
      ...POWER_LOSS.slice(0, 4),
      [2.2, { kind: "alive", node: "dcn2" }] as const,
      ...POWER_LOSS.slice(4),
    ];
    expect(causeIn(steps)).toEqual(["network", "dcn2 still answered us when the others had lost it"]);
    const both = [...POWER_LOSS.slice(0, 4), [1.7, lost("dcn1", "dcn2")] as const, ...POWER_LOSS.slice(4)];
    expect(causeIn(both)).toEqual(["network", "dcn2 and dcn1 lost each other"]);
  });

  test("fencing: nobody could fence it, and nothing else was seen to be wrong", () => {
    const failed = { ...fenced(""), done: false, by: undefined };
    const steps: Step[] = [found(), [0, failed]];
    expect(causeIn(steps)).toEqual(["fencing", "fencing of dcn2 (reboot) failed"]);
  });

  test("person: standby, a clean leave, or a fencing that somebody asked for", () => {
    const standby = {
      ...found("standby")[1],
      fromMs: T0 + 500,
      running: [{ name: "soft-control", nodes: ["dcn3"] }],
    };
    const moved: Step[] = [
      found(),
      [0, op("dcn2", "stop", { tookMs: 200 })],
      [0.5, op("dcn3", "start")],
      [1, standby],
    ];
    expect(causeIn(moved)).toEqual(["person", "dcn1 in standby"]);
    const left: Step[] = [
      found(),
      [0, op("dcn2", "stop")],
      [0.5, op("dcn3", "start")],
      [1, lost("dcn2", "dcn1")],
      [2.5, withDcn1("online", 2.1, "lost")],
    ];
    expect(causeIn(left)).toEqual(["person", "dcn2 left with nothing running on it, and was not fenced"]);
    const asked = [
      found(),
      [0, fenced("dcn1", { client: "stonith_admin.7@dcn1" })],
      ...POWER_LOSS.slice(2),
    ] as Step[];
    expect(causeIn(asked)).toEqual(["person", "stonith_admin.7@dcn1 asked to fence dcn2"]);
  });

  test("agent: on-fail=standby put the node there, nobody else did", () => {
    const failed = op("dcn2", "monitor", { good: false, result: "not running" });
    const steps: Step[] = [
      found(),
      [0, failed],
      [0.5, op("dcn3", "start")],
      [1, withDcn1("standby-on-fail", 0.5)],
    ];
    const [incident] = play(steps).incidents;
    expect(incident && causeOf(incident)).toEqual({
      cause: "agent",
      evidence: ["soft-control failed on dcn2: not running", "dcn1 in standby, since something failed on it"],
    });
  });

  test("node: one that held nothing and has to be fenced is no person's doing", () => {
    const died: Step[] = [
      found(),
      [0, lost("dcn1", "dcn3")],
      [1.2, withDcn1("unclean", 1.1)],
      [6, { ...fenced("dcn3"), node: "dcn1" }],
    ];
    expect(play(died.slice(0, 2)).incidents).toEqual([]);
    expect(play(died.slice(0, 3)).incidents).toEqual([]);
    expect(causeIn(died)).toEqual(["node", "dcn1 was lost by dcn3, and was fenced"]);
    const never: Step[] = [...died.slice(0, 3), [61, { kind: "alive", node: "dcn2" }]];
    expect(causeIn(never)).toEqual(["unknown", "dcn1 was lost by dcn3, and was not fenced"]);
    // Also where no look came in between, as when a monitor reads later what happened.
    const failing: Step[] = [
      ...died.slice(0, 2),
      [5, { ...fenced(""), node: "dcn1", done: false }],
      [61, { kind: "alive", node: "dcn2" }],
    ];
    expect(causeIn(failing)).toEqual(["fencing", "fencing of dcn1 (reboot) failed"]);
  });

  test("unknown: a workload that was moved, nobody knows why", () => {
    expect(causeIn([found(), [0, op("dcn2", "stop")], [0.5, op("dcn3", "start")]])).toEqual([
      "unknown",
      undefined,
    ]);
  });
});

test("an incident stays open while something is down, is told after a minute, and the outage ends in the state", () => {
  const steps: Step[] = [found(), [0, op("dcn2", "stop")]];
  expect(play(steps).incidents).toEqual([]);
  const later = play([...steps, [61, { kind: "alive", node: "dcn1" }]]);
  expect(later.incidents.map((one) => one.outages.map(({ upMs }) => upMs))).toEqual([[undefined]]);
  expect(describeIncident(later.incidents[0] as Incident)).toContain("still down, promised 5.0 s");
});

test("what cannot be fenced is told after a minute, however often that is tried, and each further try is no incident", () => {
  const failed = (at: number): Step => [at, fenced("", { done: false, reference: `f${at}` })];
  const tries = [20, 40, 60, 80, 100, 120, 140].map(failed);
  const told = [58, 62].map((at): Step => [at, { kind: "alive", node: "dcn1" }]);
  const steps = [...POWER_LOSS.slice(0, 3), ...tries, ...told].sort(([one], [other]) => one - other);
  const toldAt = play(steps.filter(([at]) => at <= 62)).incidents;
  expect(toldAt).toEqual([expect.objectContaining({ number: 1, lastMs: T0 + 60_000 })]);
  expect(play(steps.filter(([at]) => at <= 58)).incidents).toEqual([]);
  const after = play([...steps, [150, fenced("dcn1", { reference: "f150" })], [152, op("dcn3", "start")]]);
  expect(after.told.filter((text) => text === "fencing of dcn2 (reboot) failed")).toHaveLength(7);
  expect(after.incidents.map((one) => describeIncident(one))).toEqual([
    expect.stringMatching(/still down, promised 5\.0 s · cause: fencing/),
    expect.stringMatching(/dcn2 fenced by dcn1 · .*outage 152\.0 s since 14:03:07\.2/),
  ]);
});

test("a node that gets its disks back as it joins is not fenced, runs what it ran, and there is no incident", () => {
  const on = { action: "on", node: "dcn2" };
  const { told, incidents, state } = play([found(), [0, fenced("dcn1", on)], [30, lost("dcn2", "dcn1")]]);
  expect(told[0]).toBe("node dcn2 unfenced by dcn1");
  expect([incidents, state.running["soft-control"]?.nodes]).toEqual([[], ["dcn2"]]);
  expect(state.incident?.lost[0]).not.toHaveProperty("fencedMs");
  expect(play([found(), [0, fenced("", { ...on, done: false })]]).told).toEqual(["unfencing of dcn2 failed"]);
});

test("no outage ends before it began, and a time that has not come yet hides nothing for long", () => {
  const back: Step[] = [found(), [0, op("dcn2", "stop")], [-86_400, op("dcn3", "start")]];
  expect(play(back).state.incident?.outages).toMatchObject([{ fromMs: T0, upMs: T0 }]);
  const ahead: Step[] = [
    found(),
    [86_400, lost("dcn1", "dcn3")],
    [10, withDcn1("online", 9)],
    [20, lost("dcn1", "dcn3")],
  ];
  expect(play(ahead).told.filter((text) => text.includes("lost"))).toHaveLength(2);
});

test("what runs again after its incident was told is an incident of its own, with the whole outage, counted once", () => {
  const away: Step[] = [found(), [0, op("dcn2", "stop")], [61, { kind: "alive", node: "dcn1" }]];
  const { incidents, state } = play([...away, [1_200, op("dcn3", "start")]]);
  expect(incidents.map(({ number, startMs }) => [number, startMs - T0])).toEqual([
    [1, 0],
    [2, 1_200_000],
  ]);
  const shown = incidents.map(({ outages }) =>
    outages.map(({ upMs, upOn, ...down }) => [down.fromMs - T0, down.downMs - T0, upMs, upOn]),
  );
  expect(shown).toEqual([[[0, 0, undefined, undefined]], [[0, 0, T0 + 1_200_000, "dcn3"]]]);
  expect(describeIncident(incidents[1] as Incident)).toBe(
    "14:23:07.2 soft-control runs again on dcn3 · outage 1200.0 s since 14:03:07.2, promised 5.0 s · cause: unknown",
  );
  expect([state.downs, state.incident]).toEqual([{}, undefined]);
});

test("what runs again while another incident is open is told with that one", () => {
  const { incidents } = play([
    found(),
    [0, op("dcn2", "stop")],
    [61, { kind: "alive", node: "dcn1" }],
    [100, op("dcn1", "start", { good: false, result: "not installed" })],
    [101, op("dcn3", "start")],
  ]);
  expect(incidents.map(({ outages }) => outages.map(({ upMs }) => upMs))).toEqual([
    [undefined],
    [T0 + 101_000],
  ]);
  expect(describeIncident(incidents[1] as Incident)).toBe(
    "14:04:47.2 start of soft-control failed on dcn1 · +1.0 soft-control started on dcn3 · +1.0 soft-control runs again on dcn3 · " +
      "outage 101.0 s since 14:03:07.2, promised 5.0 s · cause: agent (start of soft-control failed on dcn1: not installed)",
  );
});

test("a look finds what no event told, and does not overrule what was told since it began", () => {
  const look = (fromS: number, where: string[]): Record<string, unknown> => ({
    ...found()[1],
    fromMs: T0 + fromS * 1_000,
    running: [{ name: "soft-control", nodes: where }],
  });
  const { state } = play([
    found(),
    [0, op("dcn2", "stop")],
    [0.4, op("dcn3", "start")],
    [0.5, look(0.3, [])],
  ]);
  expect(state.running["soft-control"]?.nodes).toEqual(["dcn3"]);
  const missed = play([found(), [10, look(9.9, [])], [20, look(19.9, ["dcn1"])]]);
  expect(
    missed.incidents.map(({ outages }) => outages.map(({ fromMs, upMs }) => [fromMs - T0, (upMs ?? 0) - T0])),
  ).toEqual([[[-30_100, 20_000]]]);
});

test("what the fencer says is taken apart, also where nobody carried it out", () => {
  const event = (desc: string, rc: number): SpoolEvent => ({
    ...{ seq: 1, boot: "b", host: "dcn1", wallMs: 0, kind: "fencing", node: "dcn2", rc, desc },
  });
  const words = "Operation reboot of dcn2 by dcn1 for pacemaker-controld.1234@dcn3: OK (ref=ab-1)";
  expect(factOf(event(words, 0), 5)).toEqual({
    ...{ kind: "fencing", atMs: 5, node: "dcn2", action: "reboot", done: true, by: "dcn1" },
    ...{ client: "pacemaker-controld.1234@dcn3", reference: "ab-1" },
  });
  const failed = "Operation off of dcn2 by <no-one> for stonith_admin.9@dcn1: No such device (ref=ab-2)";
  expect(factOf(event(failed, -19), 5)).toMatchObject({
    done: false,
    action: "off",
    client: "stonith_admin.9@dcn1",
  });
  expect(factOf(event(failed, -19), 5)).not.toHaveProperty("by");
  expect(factOf(event("something else", 0), 5)).toMatchObject({ node: "dcn2", action: "" });
});
