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
