// Preferences for nodes that something else keeps a workload off.
import { expect, test } from "vitest";
import type { Constraint } from "../../src/cluster/index.js";
import { cluster, never, said } from "./cluster.js";

const like: Constraint = { kind: "location", id: "like", resource: "a", node: "n1", score: "100" };
const offByRule: Constraint = {
  kind: "location-rule",
  id: "only",
  resource: "a",
  rule: {
    id: "r",
    score: "-INFINITY",
    expressions: [{ id: "e", attribute: "#uname", operation: "ne", value: "n2" }],
  },
};

function about(...constraints: Constraint[]): string[] {
  const good = cluster(3).configuration.constraints;
  const all = said(cluster(3, { configuration: { constraints: [...good, ...constraints] } }));
  return all.filter((line) => line.includes("PREFERRED_IN_VAIN"));
}

test.each([
  ["avoids it too", never("a", "n1")],
  ["avoids it if possible", { ...like, id: "wish", score: "-1000" }],
  ["may run elsewhere only", offByRule],
])("a workload that %s prefers a node in vain", (_, other) => {
  expect(about(like, other)).toEqual(["warning PREFERRED_IN_VAIN constraint like"]);
});

test("other nodes may be avoided, and several preferred", () => {
  expect(about(like, never("a", "n2"), { ...like, id: "more", node: "n3", score: "50" })).toEqual([]);
});
