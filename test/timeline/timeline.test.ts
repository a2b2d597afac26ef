import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addSample,
  describeEvent,
  emptyTimeline,
  type NodeState,
  type Sample,
  type TimelineEvent,
} from "../../src/timeline/index.js";

/** A sample of dcn1 and dcn2 with soft-control on the nodes given. */
function look(
  atMs: number,
  states: readonly [NodeState, NodeState],
  where: readonly string[],
  extra: Partial<Sample> = {},
): Sample {
  const [first, second] = states;
  return {
    fromMs: atMs,
    atMs,
    quorate: true,
    coordinator: "dcn1",
    nodes: [
      { name: "dcn1", state: first },
      { name: "dcn2", state: second },
    ],
    workloads: [{ name: "soft-control", nodes: where }],
    fencings: [],
    ...extra,
  };
}

/** Outages by lost nodes may be this much longer than what was seen of them. */
const lag = { nodeLossMs: 700 };

function told(samples: readonly Sample[]): TimelineEvent[] {
  let state = emptyTimeline;
  return samples.flatMap((sample) => {
    const step = addSample(state, sample, lag);
    state = step.state;
    return step.events;
  });
}

const lines = (samples: readonly Sample[]) => told(samples).map(describeEvent);

describe("a timeline", () => {
  it("tells nothing about what the first sample merely finds, nor when nothing changes", () => {
    expect(lines([look(0, ["online", "unclean"], []), look(500, ["online", "unclean"], [])])).toEqual([]);
  });

  it("tells a failover from loss to start, with the outage between its bounds", () => {
    const fenced = [
      { id: "12:00:03", target: "dcn2", action: "reboot", by: "dcn1", outcome: "done" as const },
    ];
    const events = told([
      look(0, ["online", "online"], ["dcn2"]),
      look(1000, ["online", "unclean"], ["dcn2"]),
      look(2000, ["online", "lost"], [], { fencings: fenced }),
      look(3000, ["online", "lost"], ["dcn1"], { fencings: fenced }),
      look(9000, ["online", "online"], ["dcn1"], { fencings: fenced }),
    ]);
    expect(events.map(describeEvent)).toEqual([
      "node dcn2 lost without a clean shutdown; it must be fenced before its workloads move",
      "soft-control stopped on dcn2",
      "node dcn2 lost",
      "node dcn2 fenced (reboot) by dcn1",
      "soft-control started on dcn1, outage 1.0 to 3.7 s",
      "node dcn2 online",
    ]);
    expect(events.find(({ kind }) => kind === "workload-started")).toMatchObject({
      outage: { atLeastMs: 1000, atMostMs: 3700 },
    });
  });

  it("tells a move between two samples as a stop and a start", () => {
    expect(
      lines([look(0, ["online", "online"], ["dcn1"]), look(800, ["online", "online"], ["dcn2"])]),
    ).toEqual(["soft-control stopped on dcn1", "soft-control started on dcn2, outage 0.0 to 0.8 s"]);
  });

  it("adds what nobody could see yet where the whole failover fell between two samples", () => {
    const seen = lines([look(0, ["online", "online"], ["dcn2"]), look(800, ["online", "lost"], ["dcn1"])]);
    expect(seen).toContain("soft-control started on dcn1, outage 0.0 to 1.5 s");
  });

  it("calls a second instance no end of an outage", () => {
    const [event] = told([
      look(0, ["online", "online"], ["dcn1"]),
      look(800, ["online", "online"], ["dcn1", "dcn2"]),
    ]);
    expect(event).toEqual({ atMs: 800, kind: "workload-started", workload: "soft-control", node: "dcn2" });
  });

  it("keeps an outage open while no node answers", () => {
    const events = told([
      look(0, ["online", "online"], ["dcn2"]),
      look(1000, ["online", "online"], []),
      { fromMs: 2000, atMs: 2000 },
      { fromMs: 3000, atMs: 3000 },
      look(4000, ["online", "online"], ["dcn1"]),
    ]);
    expect(events.map(describeEvent)).toEqual([
      "soft-control stopped on dcn2",
      "no node can say how the cluster is; what happens now is unknown",
      "the cluster can be seen again",
      "soft-control started on dcn1, outage 0.0 to 4.7 s",
    ]);
  });

  it("counts the time that a look took for doubt, not for outage", () => {
    const slow = (atMs: number, where: readonly string[]) => ({
      ...look(atMs, ["online", "online"], where),
      fromMs: atMs - 400,
    });
    expect(lines([slow(1000, ["dcn1"]), slow(2000, []), slow(3000, []), slow(4000, ["dcn2"])])).toEqual([
      "soft-control stopped on dcn1",
      "soft-control started on dcn2, outage 0.6 to 3.4 s",
    ]);
  });

  it("tells each fencing once, old ones never, failed ones as failed", () => {
    const fencing = (id: string, outcome: "done" | "failed" | "pending") => ({
      id,
      target: "dcn2",
      action: "off",
      outcome,
    });
    const states = ["online", "online"] as const;
    expect(
      lines([
        look(0, states, [], { fencings: [fencing("a", "done")] }),
        look(1, states, [], { fencings: [fencing("a", "done"), fencing("b", "pending")] }),
        look(2, states, [], { fencings: [fencing("a", "done"), fencing("b", "failed")] }),
        look(3, states, [], {
          fencings: [fencing("a", "done"), fencing("b", "failed"), fencing("c", "done")],
        }),
      ]),
    ).toEqual(["fencing of node dcn2 (off) failed", "node dcn2 fenced (off)"]);
  });

  it("tells quorum and DC", () => {
    const states = ["online", "online"] as const;
    expect(
      lines([
        look(0, states, []),
        look(1, states, [], { quorate: false }),
        look(2, states, [], { coordinator: "dcn2" }),
      ]),
    ).toEqual(["quorum lost", "quorum regained", "DC is dcn2"]);
  });

  const times = {
    periodMs: fc.integer({ min: 50, max: 2000 }),
    stopMs: fc.integer({ min: 3000, max: 20_000 }),
    outageMs: fc.integer({ min: 0, max: 30_000 }),
  };

  /** Samples every `periodMs` until the workload, down from `stopMs` on, was seen back. */
  function outageSeen(
    times: { periodMs: number; stopMs: number; outageMs: number },
    at: (atMs: number) => Sample,
  ) {
    const samples: Sample[] = [];
    for (let atMs = 0; atMs <= times.stopMs + times.outageMs + times.periodMs; atMs += times.periodMs) {
      samples.push(at(atMs));
    }
    const started = told(samples).find(({ kind }) => kind === "workload-started");
    if (started?.kind !== "workload-started" || started.outage === undefined)
      throw new Error("no start told");
    return started.outage;
  }

  it("always brackets the true outage of a workload that stops and comes back once", () => {
    fc.assert(
      fc.property(fc.record(times), (one) => {
        const { stopMs, outageMs } = one;
        const outage = outageSeen(one, (atMs) => {
          const where = atMs < stopMs ? ["dcn1"] : atMs < stopMs + outageMs ? [] : ["dcn2"];
          return look(atMs, ["online", "online"], where);
        });
        expect(outage.atLeastMs).toBeLessThanOrEqual(outageMs);
        expect(outage.atMostMs).toBeGreaterThanOrEqual(outageMs);
      }),
    );
  });

  it("always brackets it too where a node dies and its peers notice later, at most by the lag", () => {
    const noticeMs = fc.integer({ min: 0, max: lag.nodeLossMs });
    fc.assert(
      fc.property(fc.record({ ...times, noticeMs }), (one) => {
        const { stopMs, outageMs, noticeMs } = one;
        const backMs = stopMs + noticeMs + outageMs;
        const outage = outageSeen({ ...one, outageMs: noticeMs + outageMs }, (atMs) => {
          if (atMs < stopMs + noticeMs) return look(atMs, ["online", "online"], ["dcn1"]);
          return look(atMs, ["unclean", "online"], atMs < backMs ? ["dcn1"] : ["dcn2"]);
        });
        expect(outage.atLeastMs).toBeLessThanOrEqual(noticeMs + outageMs);
        expect(outage.atMostMs).toBeGreaterThanOrEqual(noticeMs + outageMs);
      }),
    );
  });
});
