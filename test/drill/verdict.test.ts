// A drill's verdict from facts that no clock and no cluster made: what is expected beside what was seen.
import { describe, expect, test } from "vitest";
import { castFor, type DrillFacts, type Injected, verdictOf } from "../../src/drill/index.js";
import type { Drill } from "../../src/profile/index.js";
import { before, drill, POWER, traits } from "./drills.js";

const SECOND = 1e9;

const injected: Injected = {
  fault: "power-off",
  parameters: { node: "a" },
  atNs: 10 * SECOND,
  evidence: "gone",
};

/** a ran until second 10, and b from second 14 to now, second 30; a was fenced at 12. */
function facts(change: Partial<DrillFacts> = {}): DrillFacts {
  return {
    before,
    beganNs: 9 * SECOND,
    injected: [injected],
    truth: {
      nowNs: 30 * SECOND,
      runs: [
        { node: "a", boot: "1", fromNs: SECOND, toNs: 10 * SECOND, stopped: false },
        { node: "b", boot: "2", fromNs: 14 * SECOND, toNs: 30 * SECOND, stopped: false },
      ],
      fencings: [{ node: "a", askedNs: 12 * SECOND, goneNs: 12.5 * SECOND }],
      inexactMs: 0,
    },
    after: before,
    wellNs: 25 * SECOND,
    bound: { totalMs: 4_000, terms: [] },
    ...change,
  };
}

const cast = castFor(before, traits, 0);
const verdict = (document: Drill, seen: DrillFacts) =>
  verdictOf(document, seen, { cast, seed: 7, invariants: [] });
const bad = (document: Drill, seen: DrillFacts) =>
  verdict(document, seen)
    .checks.filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe("a drill that went as promised", () => {
  test("has passed, with its times", () => {
    expect(verdict(drill(POWER), facts())).toMatchObject({
      outcome: "passed",
      outageMs: 4_000,
      fenceMs: 2_500,
      rejoinMs: 15_000,
      seed: 7,
    });
  });
});

describe("each expectation fails by itself", () => {
  const { truth } = facts();
  const [first, second] = truth.runs;
  if (first === undefined || second === undefined) throw new Error("two runs");

  test.each<[string, Partial<DrillFacts>, string[]]>([
    ["too late", { bound: { totalMs: 3_000, terms: [] } }, ["outage"]],
    ["not fenced", { truth: { ...truth, fencings: [] } }, ["fenced"]],
    [
      "somebody else fenced too",
      { truth: { ...truth, fencings: [...truth.fencings, { node: "c", askedNs: 1 }] } },
      ["fenced"],
    ],
    [
      "asked for, and refused",
      { truth: { ...truth, fencings: [{ node: "a", askedNs: 12 * SECOND }] } },
      ["fenced"],
    ],
    ["fenced only once it was mended", { mendingNs: 12.2 * SECOND }, ["fenced"]],
    ["it ran nowhere since", { truth: { ...truth, runs: [first] } }, ["workload"]],
    [
      "it came back on its node",
      { truth: { ...truth, runs: [first, { ...second, node: "a" }] } },
      ["workload"],
    ],
    [
      "twice at once",
      { truth: { ...truth, runs: [first, { ...second, fromNs: 9.5 * SECOND }] } },
      ["one copy"],
    ],
    [
      "not well in the end",
      { after: { ...before, troubles: ["node a offline"] }, wellNs: undefined as never },
      ["well again"],
    ],
  ])("%s", (_name, change, names) => {
    const changed = { ...facts(), ...change };
    if (changed.wellNs === undefined) delete (changed as { wellNs?: number }).wellNs;
    expect(bad(drill(POWER), changed)).toEqual(names);
    expect(verdict(drill(POWER), changed).outcome).toBe("failed");
  });

  test("a violated invariant, unless the document leaves it out", () => {
    const invariants = [{ id: "I3", applicable: true, checked: 9, violations: ["early"] }];
    const more = { cast, seed: 0, invariants };
    expect(verdictOf(drill(POWER), facts(), more).outcome).toBe("failed");
    expect(verdictOf(drill(`${POWER}invariants: [I1]\n`), facts(), more).outcome).toBe("passed");
  });
});

test("a fault that did not bite is no pass, and two copies at once fail even then", () => {
  const dull: Injected = { ...injected, evidence: undefined, why: "frozen" };
  expect(verdict(drill(POWER), facts({ injected: [dull] }))).toMatchObject({
    outcome: "not-injected",
    why: "power-off a: frozen",
  });
  const { truth } = facts();
  const runs = truth.runs.map((run) => (run.node === "b" ? { ...run, fromNs: 9.5 * SECOND } : run));
  expect(verdict(drill(POWER), facts({ injected: [dull], truth: { ...truth, runs } })).outcome).toBe(
    "failed",
  );
  const invariants = [{ id: "I3", applicable: true, checked: 9, violations: ["early"] }];
  const seen = facts({ injected: [dull] });
  expect(verdictOf(drill(POWER), seen, { cast, seed: 0, invariants }).outcome).toBe("failed");
});

describe("a fencing that was asked for and not done", () => {
  const vain = [{ node: "a", askedNs: 12 * SECOND }];
  const done = facts().truth.fencings;
  const seen = (fencings: DrillFacts["truth"]["fencings"], change: Partial<DrillFacts> = {}) =>
    facts({ truth: { ...facts().truth, fencings }, ...change });
  const expecting = (words: string) =>
    drill(`steps: [{ fault: freeze, node: holder }]\nexpect: { workload: moved, ${words} }\n`);

  test("has no time", () => {
    expect(verdict(drill(POWER), seen(vain))).not.toHaveProperty("fenceMs");
  });

  test("may be expected: not done before it was mended, and done for all one cares afterwards", () => {
    const document = expecting("fencedInVain: [holder]");
    expect(bad(document, seen(vain))).toEqual([]);
    expect(bad(document, seen([...vain, ...done], { mendingNs: 12.2 * SECOND }))).toEqual([]);
    for (const other of [[], done]) expect(bad(document, seen(other))).toEqual(["fenced"]);
  });

  test("does not count among so many, and is one too many where nobody may be", () => {
    expect(bad(expecting("fencedCount: 1"), seen(vain))).toEqual(["fenced"]);
    expect(bad(expecting("fencedCount: 1"), seen([...done, { node: "b", askedNs: 1 }]))).toEqual([]);
    expect(bad(expecting("fenced: []"), seen(vain))).toEqual(["fenced"]);
  });
});

describe("where it was sampled", () => {
  const { truth } = facts();
  const [first, second] = truth.runs;
  if (first === undefined || second === undefined) throw new Error("two runs");
  // The last look began at second 27, and ended now.
  const looked = { ...truth, inexactMs: 3_000 };
  const seen = { ...second, toNs: 27 * SECOND };

  test("a look that took longer than two seconds ends no run", () => {
    const stays = drill("steps: [{ fault: power-off, node: dc }]\nexpect: { workload: stays }\n");
    const runs = [{ ...first, toNs: 27 * SECOND }];
    const whole = facts({ truth: { ...looked, runs, fencings: [] } });
    expect(bad(stays, whole)).toEqual([]);
    expect(bad(stays, facts({ truth: { ...whole.truth, inexactMs: 0 } }))).toEqual(["workload"]);
    const recovers = drill(
      "steps: [{ fault: power-off, node: holder }]\nexpect: { workload: recovers, mayFence: [holder] }\n",
    );
    expect(bad(recovers, facts({ truth: { ...looked, runs: [first, seen] } }))).toEqual([]);
    expect(bad(recovers, facts({ truth: { ...truth, runs: [first, seen] } }))).toEqual(["workload"]);
  });

  test("the result says how exact its outage is", () => {
    const result = verdict(drill(POWER), facts({ truth: { ...looked, runs: [first, seen] } }));
    expect(result).toMatchObject({ outageMs: 4_000, inexactMs: 3_000 });
    expect(result.checks.find(({ name }) => name === "outage")?.text).toContain("4.00 s ± 3.00 s, at most");
    expect(verdict(drill(POWER), facts())).not.toHaveProperty("inexactMs");
  });
});

test("stopped: nothing may begin before it is mended, and may afterwards", () => {
  const document = drill(
    "steps: [{ fault: power-off, node: holder }]\nexpect: { workload: stopped, mayFence: [holder] }\n",
  );
  expect(bad(document, facts({ mendingNs: 13 * SECOND }))).toEqual([]);
  expect(bad(document, facts({ mendingNs: 15 * SECOND }))).toEqual(["workload"]);
});

test("moved-if-hit: another node's loss must not move it", () => {
  const document = drill(
    "steps: [{ fault: power-off, node: dc }]\nexpect: { workload: moved-if-hit, mayFence: [every] }\n",
  );
  expect(bad(document, facts())).toEqual([]);
  const elsewhere = { ...injected, parameters: { node: "b" } };
  expect(bad(document, facts({ injected: [elsewhere] }))).toEqual(["workload"]);
});
