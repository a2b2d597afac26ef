import { expect, test } from "vitest";
import { type Breakable, failuresOf, upTo } from "../../src/survival/failure.js";
import { failureName } from "../../src/survival/index.js";

const THINGS: Breakable = {
  nodes: ["a1", "a2", "b1", "c1"].map((name) => ({ name, attributes: { cabinet: name.slice(0, 1) } })),
  networks: ["site", "process"],
  watched: ["process"],
  quorumDevice: "10.0.0.9",
  fenceDevices: ["fence-a1"],
};

const named = (claims: Parameters<typeof failuresOf>[1], failures?: number): string[] =>
  failuresOf(THINGS, claims, failures).map((one) => `${one.promised ? "" : "~"}${failureName(one)}`);

test("everything that can fail alone is looked at; without a promise one node is meant", () => {
  expect(named([])).toEqual([
    "nothing",
    ...["a1", "a2", "b1", "c1"],
    ...["~cabinet a", "~cabinet b", "~cabinet c"],
    ...["~network site", "~network process"],
    ...["~process at a1", "~process at a2", "~process at b1", "~process at c1"],
    "quorum device 10.0.0.9",
    "fence device fence-a1",
  ]);
});

test("who promises to survive a cabinet promises its nodes too, and not each pair", () => {
  const cabinets = named([{ what: "cabinets", count: 1 }]);
  expect(cabinets.slice(1, 8)).toEqual(["a1", "a2", "b1", "c1", "cabinet a", "cabinet b", "cabinet c"]);
  const two = named([{ what: "cabinets", count: 2 }]);
  expect(two).toContain("cabinet b + c");
  expect(two).not.toContain("a1 + b1");
});

test("more at once: by promise, or because somebody asks", () => {
  expect(named([{ what: "nodes", count: 2 }])).toContain("a1 + b1");
  expect(named([], 2)).toContain("a1 + b1");
  expect(named([], 2).filter((name) => name.includes("+"))).toHaveLength(6);
  // Of all nodes at once nothing can be left.
  expect(named([], 4).filter((name) => name.split("+").length === 4)).toEqual([]);
  expect(named([{ what: "networks", count: 1 }])).toContain("process at a1");
});

test("sets are whole, without doubles, the small ones first", () => {
  expect(upTo(["a", "b", "c"], 2)).toEqual([["a"], ["b"], ["c"], ["a", "b"], ["a", "c"], ["b", "c"]]);
  expect(upTo([1, 2, 3, 4, 5], 5)).toHaveLength(31);
});
