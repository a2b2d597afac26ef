// What orders put before and after a primitive, at any distance, by whatever name a constraint has for it.
import { expect, test } from "vitest";
import type { Constraint } from "../../src/cluster/index.js";
import { clusterView, orderedAround } from "../../src/lint/index.js";
import { cluster, workload } from "./cluster.js";

const order = (first: string, then: string, more: object = {}): Constraint => ({
  ...{ kind: "order", id: `${first}-${then}`, first, then },
  ...more,
});
const sets = (...lists: (readonly string[])[]): Constraint => ({
  kind: "order-sets",
  id: "sets",
  sets: lists.map((resources, index) => ({ id: `set-${index}`, resources, sequential: index === 0 })),
});

test.each<[string, readonly Constraint[], string]>([
  ["no order", [], " | "],
  ["one, at any distance", [order("a", "b"), order("b", "g"), order("g", "d")], "a b | d"],
  ["one by the name of a member or a clone", [order("k", "g2"), order("g1", "c1")], "c1 | c1"],
  ["a ring ends", [order("a", "g"), order("g", "a")], "a | a"],
  ["one of stops alone", [order("a", "g", { firstAction: "stop" })], " | "],
  ["one that only keeps apart", [order("a", "g", { orderKind: "Serialize" })], " | "],
  ["sets", [sets(["a", "b"], ["g1", "d"])], "a b | "],
])("%s", (_, constraints, expected) => {
  const model = cluster(3, {
    configuration: {
      constraints,
      resources: [
        ...["a", "b", "d"].map((id) => workload(id)),
        { kind: "group", id: "g", members: [workload("g1"), workload("g2")], metaAttributes: [] },
        { kind: "clone", id: "k", member: workload("c1"), metaAttributes: [] },
      ],
    },
  });
  const { before, after } = orderedAround(clusterView(model, undefined), ["g1", "g2"]);
  const said = `${[...before].sort().join(" ")} | ${[...after].sort().join(" ")}`;
  expect(said).toBe(expected);
});
