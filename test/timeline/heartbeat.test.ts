import { describe, expect, test } from "vitest";
import { doubleRunsOf, type Heartbeat, outagesOf, type PowerFact, runsOf } from "../../src/timeline/index.js";

const SECOND = 1e9;

/** Heartbeats of one instance, one a second. */
function beats(node: string, from: number, to: number): Heartbeat[] {
  return Array.from({ length: to - from + 1 }, (_, at) => ({
    event: at === 0 ? ("start" as const) : ("tick" as const),
    resource: "pulse",
    node,
    boot: `boot of ${node}`,
    monotonicNs: (from + at) * SECOND,
    pid: 7,
  }));
}

const frozen: PowerFact = { node: "dcn1", event: "frozen", monotonicNs: 10.5 * SECOND };
const gone: PowerFact = { node: "dcn1", event: "power-gone", monotonicNs: 15 * SECOND };

describe("an instance on a node that was frozen", () => {
  test("is away from its last heartbeat on, though it exists until its node has no power", () => {
    const runs = runsOf([...beats("dcn1", 1, 10), ...beats("dcn2", 18, 20)], [frozen, gone]);
    expect(runs[0]).toMatchObject({ node: "dcn1", toNs: gone.monotonicNs, heardNs: 10 * SECOND });
    expect(outagesOf(runs)).toEqual([
      { fromNs: 10 * SECOND, toNs: 18 * SECOND, ms: 8_000, fromNode: "dcn1", toNode: "dcn2" },
    ]);
    expect(doubleRunsOf(runs)).toEqual([]);
  });

  test("runs twice where the next begins before that", () => {
    const runs = runsOf([...beats("dcn1", 1, 10), ...beats("dcn2", 12, 20)], [frozen, gone]);
    expect(outagesOf(runs)).toMatchObject([{ ms: 2_000 }]);
    expect(doubleRunsOf(runs)).toMatchObject([{ nodes: ["dcn1", "dcn2"], ms: 3_000 }]);
  });
});

test("an instance whose node lost its power is away from its last heartbeat on", () => {
  const runs = runsOf([...beats("dcn1", 1, 10), ...beats("dcn2", 13, 20)], [gone]);
  expect(runs[0]).not.toHaveProperty("heardNs");
  expect(outagesOf(runs)).toMatchObject([{ fromNs: 10 * SECOND, ms: 3_000 }]);
});
