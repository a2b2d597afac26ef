// What samples over SSH say of runs and fencings: a dead node runs nothing, a silence says nothing, old fencings do not count.
import { expect, test } from "vitest";
import { coarseness, fencingsFrom, runsFrom, type Sample } from "../../src/workflows/drill-samples.js";
import type { GroupStatus } from "../../src/workflows/index.js";

function at(
  second: number,
  seen: { on?: string | string[]; dead?: string; fenced?: string[] } | undefined,
): Sample {
  const time = { fromNs: second * 1e9, atNs: (second + 0.5) * 1e9 };
  if (seen === undefined) return { ...time, status: undefined };
  const { on, dead, fenced = [] } = seen;
  const status = {
    nodes: ["a", "b"].map((name) => ({ name, state: name === dead ? "unclean" : "online", links: [] })),
    workloads: [{ id: "w", nodes: [on ?? []].flat(), role: "Started", remarks: [] }],
    fencing: fenced.map((completed) => ({ target: "a", action: "reboot", status: "success", completed })),
  };
  return { ...time, status: status as unknown as GroupStatus };
}

const samples = [
  at(0, { on: "a", fenced: ["yesterday"] }),
  at(1, { on: "a", fenced: ["yesterday"] }),
  at(2, { on: "a", dead: "a", fenced: ["yesterday"] }),
  at(3, undefined),
  at(6, { on: "b", dead: "a", fenced: ["yesterday", "now"] }),
  at(7, { on: "b", fenced: ["yesterday", "now"] }),
];

test("a run ends with its node, and the next begins where it is first seen", () => {
  expect(runsFrom(samples, "w").map(({ node, fromNs, toNs }) => [node, fromNs / 1e9, toNs / 1e9])).toEqual([
    ["a", 0.5, 1],
    ["b", 6.5, 7],
  ]);
});

test("what runs on two nodes at once is two runs beside each other", () => {
  const both = [0, 1, 2].map((second) => at(second, { on: ["a", "b"] }));
  const runs = runsFrom([at(-1, { on: "a" }), ...both, at(3, { on: "b" })], "w");
  expect(runs.map(({ node, fromNs, toNs }) => [node, fromNs / 1e9, toNs / 1e9])).toEqual([
    ["a", -0.5, 2],
    ["b", 0.5, 3],
  ]);
});

test("nobody answering ends no run", () => {
  expect(runsFrom([at(0, { on: "a" }), at(1, undefined), at(2, { on: "a" })], "w")).toHaveLength(1);
});

test("a fencing that another node tells of by its own clock is the same one; a later one is not", () => {
  const told = [
    "2026-11-20 11:00:00.123456Z",
    "2026-11-20 11:00:07Z",
    "2026-11-20 12:00:02.5 +01:00",
    "2026-11-20 11:02:00.000001Z",
    "2026-11-20 12:02:04.000001 +01:00",
  ];
  const seen = told.map((completed, second) => at(second, { on: "b", fenced: [completed] }));
  expect(fencingsFrom(seen).map(({ askedNs }) => askedNs / 1e9)).toEqual([3.5]);
});

test("only new fencings count, and gaps between answers say how exact all is", () => {
  expect(fencingsFrom(samples).map(({ node, askedNs }) => [node, askedNs / 1e9])).toEqual([["a", 6.5]]);
  expect(coarseness(samples)).toBe(4_500);
});
