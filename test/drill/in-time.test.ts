// What an invariant has to wait for: nodes that come back after a heal, and a partition that gets its DC.
import { expect, it } from "vitest";
import { judge, type LogEntry } from "../../src/drill/index.js";
import { goodLog, s } from "./good-log.js";

it("nodes that need not come back after the heal are not missed", () => {
  const gone = goodLog().filter((entry) => entry.kind !== "node" || entry.t <= 28 * s);
  const verdict = (backWithinMs: number | null) => {
    const log = gone.map((entry) => {
      if (entry.kind === "begin") return { ...entry, backWithinMs, bounds: {} };
      return entry.kind === "mark" && entry.what === "end" ? { ...entry, t: 200 * s } : entry;
    });
    return judge(log).invariants.find(({ id }) => id === "I15")?.state;
  };
  expect([verdict(120_000), verdict(null)]).toEqual(["violated", "not observed"]);
});

it("what the heal itself takes is no time of coming back", () => {
  // The heal goes on from second 30 to 150; dcn1 is back at 155.
  const log = goodLog()
    .filter((entry) => entry.kind !== "node" || entry.t <= 28 * s)
    .map((entry) => {
      if (entry.kind === "begin") return { ...entry, backWithinMs: 20_000, bounds: {} };
      if (entry.kind !== "mark") return entry;
      if (entry.what === "healed") return { ...entry, t: 150 * s };
      return entry.what === "end" ? { ...entry, t: 200 * s } : entry;
    });
  const looks = (atS: number) =>
    goodLog().flatMap((entry) =>
      entry.kind === "node" && entry.t < 2 * s ? [{ ...entry, t: entry.t + atS * s }] : [],
    );
  const state = (atS: number) =>
    judge([...log, ...looks(atS)].sort((one, other) => one.t - other.t)).invariants.find(
      ({ id }) => id === "I15",
    )?.state;
  expect([state(155), state(175)]).toEqual(["held", "violated"]);
});

it("a partition without a DC that came to its end is not the same when it comes again", () => {
  const without = (log: LogEntry[], fromS: number, toS: number) =>
    log.map((entry) =>
      entry.kind === "node" && entry.t > fromS * s && entry.t < toS * s ? { ...entry, dc: null } : entry,
    );
  // dcn1 is away from second 20 to 30, and no look has a DC for two seconds on either side.
  const log = without(without(goodLog(), 18, 20), 30, 32).map((entry) =>
    entry.kind === "begin" ? { ...entry, dcWithinMs: 5_000 } : entry,
  );
  expect(judge(log).violated).not.toContain("I9");
  expect(judge(without(log, 30, 37)).violated).toContain("I9");
});
