import { describe, expect, test } from "vitest";
import type { SpoolEvent } from "../../src/observation/index.js";
import { causeOf, describeIncident, factOf, type WatchState } from "../../src/timeline/index.js";
import { found, op, play, type Step, T0 } from "./play.js";

describe("monitors that only say where it runs", () => {
  /** As the agent on a node writes it down; a probe expects "not running" (7). */
  const probe = (node: string, rc: number, more: Partial<SpoolEvent> = {}): Record<string, unknown> => {
    const event: SpoolEvent = {
      ...{ seq: 1, boot: "b", host: node, wallMs: 0, kind: "resource", node, desc: `rc ${rc}` },
      ...{ task: "monitor", resource: "soft-control", rc, expectedRc: 7, intervalMs: 0, tookMs: 20 },
      ...more,
    };
    return { ...factOf(event, 0) };
  };
  const repeated = (node: string, rc = 0): Record<string, unknown> =>
    probe(node, rc, { expectedRc: rc, intervalMs: 10_000 });
  const where = ({ state }: { state: WatchState }): string[] | undefined =>
    state.running["soft-control"]?.nodes;

  test("a cleanup has Pacemaker probe again: that it runs where it ran is no failure and no news", () => {
    for (const rc of [0, 8]) {
      const played = play([found(), [0, probe("dcn2", rc)], [0.1, repeated("dcn2", rc)]]);
      expect([played.told, played.incidents, where(played)]).toEqual([[], [], ["dcn2"]]);
    }
  });

  test("an agent that warns of what still runs has not failed", () => {
    for (const rc of [190, 191]) {
      const degraded = probe("dcn2", rc, { expectedRc: 0, intervalMs: 10_000 });
      const played = play([found(), [0, degraded]]);
      expect([played.told, played.incidents, where(played)]).toEqual([[], [], ["dcn2"]]);
    }
  });

  test("a probe or a good monitor that finds it ends an outage", () => {
    for (const one of [probe("dcn3", 0), probe("dcn3", 8), repeated("dcn3")]) {
      const { told, incidents } = play([found(), [0, op("dcn2", "stop")], [4, one]]);
      expect(told).toEqual(["soft-control stopped on dcn2"]);
      expect(incidents.map(({ outages }) => outages)).toMatchObject([[{ upMs: T0 + 4_000, upOn: "dcn3" }]]);
    }
  });

  test("not running is a stop where it was known to run, and nothing elsewhere", () => {
    const nothing = play([found(), [0, probe("dcn1", 7)]]);
    expect([nothing.told, nothing.incidents, where(nothing)]).toEqual([[], [], ["dcn2"]]);
    const gone = play([
      found(),
      [-5, repeated("dcn2")],
      [0, probe("dcn2", 7, { expectedRc: 0 })],
      [1, op("dcn3", "start")],
    ]);
    expect(gone.told).toEqual(["soft-control found stopped on dcn2", "soft-control started on dcn3"]);
    expect(gone.incidents.map((one) => describeIncident(one))).toEqual([
      "14:03:07.2 soft-control stopped on dcn2 · +1.0 soft-control started on dcn3 · outage 6.0 s, promised 5.0 s · cause: unknown",
    ]);
  });

  test("an instance of a clone that does not run there says nothing of the others", () => {
    const instance = (node: string, number: number, rc: number): Record<string, unknown> =>
      probe(node, rc, { resource: `soft-control:${number}` });
    const played = play([found(), [0, instance("dcn2", 1, 7)], [0.1, instance("dcn3", 1, 0)]]);
    expect([played.told, played.incidents, where(played)]).toEqual([[], [], ["dcn2", "dcn3"]]);
  });

  test("a monitor of the role Stopped, and what a node that was away tells late, find nothing", () => {
    const stopped = play([found(), [0, repeated("dcn1", 7)]]);
    expect([stopped.told, where(stopped)]).toEqual([[], ["dcn2"]]);
    const late: Step[] = [
      [-40, probe("dcn1", 0)],
      [-40, repeated("dcn1")],
      [-40, probe("dcn2", 7)],
    ];
    const played = play([found(), ...late]);
    expect([played.told, played.incidents, where(played)]).toEqual([[], [], ["dcn2"]]);
  });

  test("any other answer of a probe is a failure", () => {
    const { told, incidents } = play([found(), [0, probe("dcn1", 1)]]);
    expect(told).toEqual(["soft-control failed on dcn1: rc 1"]);
    expect(incidents.map((one) => causeOf(one).cause)).toEqual(["agent"]);
  });
});
