// Score cards: counts, trends against earlier runs, and what a CI server and a browser get of them.
import { expect, test } from "vitest";
import {
  cardOfHistory,
  cardPage,
  type DrillResult,
  describeCard,
  historyEntry,
  isGoodCard,
  junitReport,
  readHistory,
  scoreCard,
} from "../../src/drill/index.js";

const bound = { totalMs: 4_000, terms: [{ name: "token", ms: 1_000, source: "computed" as const }] };
const base: DrillResult = {
  drill: "power-loss",
  outcome: "passed",
  checks: [],
  invariants: [],
  injected: [],
  seed: 7,
};
const passed = (outageMs: number): DrillResult => ({
  ...base,
  outageMs,
  bound,
  checks: [{ name: "workload", ok: true, text: "it went from a to b" }],
});
const failed: DrillResult = {
  ...passed(9_000),
  drill: "<frozen>",
  outcome: "failed",
  checks: [{ name: "outage", ok: false, text: "9.00 s & more" }],
};
const dull: DrillResult = { ...base, drill: "loss-5", outcome: "not-injected", why: "no packet was lost" };

const lines = [3_000, 3_200, 8_000].map((ms, at) =>
  JSON.stringify(historyEntry(passed(ms), { at: `2026-01-0${at + 1}`, where: "lab" })),
);
const earlier = readHistory(`${lines.join("\n")}\n{"at":"2026-01-04","where":"lab","resu`);
const card = scoreCard([passed(3_100), failed, dull], earlier, { group: "g", where: "lab", seed: 7 });
const plain = (_colour: string, text: string) => text;

test("a history survives a line that was cut short, and gives the median", () => {
  expect(earlier).toHaveLength(3);
  expect(card.lines[0]?.trend).toEqual({ runs: 3, medianMs: 3_200 });
  expect(card).toMatchObject({ passed: 1, failed: 1, notInjected: 1, notApplicable: 0 });
});

test("the text has verdicts, outage beside bound and trend, what failed, and the terms", () => {
  const text = describeCard(card, plain);
  expect(text).toContain("outage 3.10 s of 4.00 s, median of 3 before 3.20 s");
  expect(text).toContain("outage: 9.00 s & more");
  expect(text).toContain("not injected");
  expect(text).toContain("bound 4.00 s: token 1.00 s computed");
});

test("an invariant that nothing could have shown is not observed, never nought", () => {
  const invariants = [
    { id: "I1", applicable: true, checked: 900, violations: [] },
    { id: "I5", applicable: true, checked: 3, violations: ["gone"] },
    { id: "I10", applicable: false, checked: 0, violations: [] },
  ];
  const seen = scoreCard([{ ...base, invariants }], [], { group: "g", where: "lab", seed: 7 });
  const last = describeCard(seen, plain).split("\n").at(-1);
  expect(last).toBe("invariants, times checked: I1 900, I5 3 (1 VIOLATED), I10 not observed");
});

test("an outage that was sampled says how exact it is, in the table and on the page", () => {
  const sampled = { ...passed(3_100), inexactMs: 900 };
  const about = { group: "g", where: "group", seed: 7 };
  const rough = scoreCard([sampled], earlier, about);
  expect(describeCard(rough, plain)).toContain("outage 3.10 s ± 0.90 s of 4.00 s");
  expect(cardPage(rough, "now")).toContain("3.10 s ± 0.90 s of 4.00 s");
});

test("the last call of a history makes the card of drill report", () => {
  expect(cardOfHistory("g", [])).toBeUndefined();
  expect(cardOfHistory("g", earlier)?.lines.map(({ trend }) => trend?.runs)).toEqual([2]);
});

test("JUnit: a failure with its text, a fault that did not bite as an error, nothing unescaped", () => {
  const xml = junitReport(card);
  expect(xml).toContain('tests="3" failures="1" errors="1" skipped="0"');
  expect(xml).toContain('name="&#60;frozen&#62;"');
  expect(xml).toContain('<failure message="outage: 9.00 s &#38; more">');
  expect(xml).toContain('<error message="no packet was lost"/>');
});

test("a card is good where something passed and nothing else came of the rest than that it did not fit", () => {
  const cardOf = (...results: DrillResult[]) => scoreCard(results, [], { group: "g", where: "lab", seed: 7 });
  const unfit: DrillResult = { ...base, drill: "pair-split", outcome: "not-applicable" };
  expect(isGoodCard(cardOf(passed(1), unfit))).toBe(true);
  for (const bad of [[], [unfit], [passed(1), dull], [passed(1), failed]])
    expect(isGoodCard(cardOf(...bad))).toBe(false);
  expect(cardPage(cardOf(passed(1), dull), "now")).toContain('<p class="bad">');
});

test("the page needs nothing beside itself", () => {
  const page = cardPage(card, "now");
  expect(page).not.toMatch(/<(script|link|img)|https?:/);
  expect(page).toContain("&#60;frozen&#62;");
});
