// How long fencing may take and waits before, by what the model says: devices, delays, a pair's priorities, watchdogs.
import { expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { clusterView, fencingOf, fencingTime, longestFencing } from "../../src/lint/index.js";
import { bmc, cluster, never, PROPERTIES, set, workload } from "./cluster.js";

const longest = (model: ClusterModel): string => {
  const { delayMs, fenceMs } = longestFencing(clusterView(model, undefined));
  return `${delayMs} + ${fenceMs}`;
};
const properties = (more: Readonly<Record<string, string>>) => set("p", { ...PROPERTIES, ...more });
const WATCHDOG = { "stonith-watchdog-timeout": "70s" };

test.each<[string, string, ClusterModel]>([
  ["three nodes with a BMC each", "0 + 3000", cluster(3)],
  ["a pair, where the first node is given time", "5000 + 3000", cluster(2)],
  [
    "a pair where the busier node is to win",
    "15000 + 3000",
    cluster(2, { configuration: { properties: properties({ "priority-fencing-delay": "10s" }) } }),
  ],
  [
    "three nodes with the property of a pair, which means nothing to them",
    "0 + 3000",
    cluster(3, { configuration: { properties: properties({ "priority-fencing-delay": "10s" }) } }),
  ],
  [
    "watchdogs and nothing else",
    "0 + 70000",
    cluster(3, { configuration: { properties: properties(WATCHDOG), resources: [workload("a")] } }),
  ],
  [
    "a watchdog beside boards whose levels do not name it",
    "0 + 3000",
    cluster(3, {
      configuration: {
        properties: properties(WATCHDOG),
        fencingLevels: ["n1", "n2", "n3"].map((target) => ({
          ...{ id: `fl-${target}`, target, index: 1 },
          devices: [`fence-${target}`],
        })),
      },
    }),
  ],
  [
    "no fencing at all",
    "0 + 0",
    cluster(2, { configuration: { properties: properties({ "stonith-enabled": "false" }) } }),
  ],
])("%s: %s", (_, expected, model) => {
  expect(longest(model)).toBe(expected);
});

test("the node that takes longest counts, and of nodes that are lost together the longest of each part", () => {
  const delayed = [bmc("n1"), bmc("n2", { pcmk_delay_base: "2s" }), bmc("n3", { pcmk_delay_max: "4s" })];
  const model = cluster(3, {
    configuration: { resources: delayed, constraints: ["n1", "n2", "n3"].map((n) => never(`fence-${n}`, n)) },
  });
  expect(longest(model)).toBe("4000 + 3000");
  const fencing = fencingOf(clusterView(model, undefined));
  expect(fencingTime(fencing, ["n1"]).delayMs).toBe(0);
  expect(fencingTime(fencing, ["n1", "n2"]).delayMs).toBe(2_000);
});
