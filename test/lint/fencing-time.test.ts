// How long fencing may take and waits before, by what the model says: devices, delays, a pair's priorities, watchdogs.
import { describe, expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { actionsMs, clusterView, fencingOf, fencingTime, longestFencing } from "../../src/lint/index.js";
import { bmc, cluster, never, PROPERTIES, set, workload } from "./cluster.js";

const longest = (model: ClusterModel): string => {
  const { delayMs, fenceMs } = longestFencing(clusterView(model, undefined));
  return `${delayMs} + ${fenceMs}`;
};
const properties = (more: Readonly<Record<string, string>>) => set("p", { ...PROPERTIES, ...more });
const SBD = { device: "/dev/watchdog0", watchdogMs: 20_000, delayStartMs: 43_000, disks: ["/dev/sdb"] };
const fencedBy = (type: string, model: Partial<ClusterModel> = {}): ClusterModel => {
  const resources = ["n1", "n2", "n3"].map((node) => ({ ...bmc(node), agent: { class: "stonith", type } }));
  return cluster(3, { configuration: { resources }, model });
};
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
  ["boards that are asked by IPMI", "0 + 8000", fencedBy("fence_ipmilan")],
  ["a message on a disk, with the usual watchdog", "0 + 31000", fencedBy("fence_sbd")],
  ["a message on a disk, with the group's watchdog", "0 + 41000", fencedBy("fence_sbd", { watchdog: SBD })],
  [
    "two outlets, each after its delay",
    "4000 + 6000",
    cluster(2, {
      configuration: {
        resources: ["n1", "n2"].map((name) => ({ ...bmc("n1", { pcmk_delay_base: "2s" }), id: name })),
        fencingLevels: [{ id: "fl", target: "n1", index: 1, devices: ["n1", "n2"] }],
        constraints: [],
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

test("outlets fence where the boards lost their power with the nodes", () => {
  const outlets = ["n1", "n2", "n3"].flatMap((node) => [
    bmc(node),
    { ...bmc(node), id: `a-${node}` },
    { ...bmc(node), id: `b-${node}` },
  ]);
  const levels = ["n1", "n2", "n3"].flatMap((target) =>
    [[`fence-${target}`], [`a-${target}`, `b-${target}`]].map((devices, index) => ({
      ...{ id: `fl-${target}-${index}`, target, devices, index: index + 1 },
    })),
  );
  const model = cluster(3, { configuration: { resources: outlets, fencingLevels: levels } });
  const fencing = fencingOf(clusterView(model, undefined));
  expect(fencingTime(fencing, ["n1"]).fenceMs).toBe(3_000);
  expect(fencingTime(fencing, ["n1"], new Set(["fence-n1"])).fenceMs).toBe(6_000);
});

describe("nodes that are lost together", () => {
  const NODES = ["n1", "n2", "n3", "n4", "n5"];
  const outlet = (id: string, values: Readonly<Record<string, string>> = {}) => ({
    ...bmc("n1", { pcmk_host_list: NODES.join(" "), ...values }),
    id,
  });
  const timeOf = (
    lost: readonly string[],
    configuration: Partial<ClusterModel["configuration"]>,
    more: Readonly<Record<string, string>> = { "concurrent-fencing": "true" },
  ): string => {
    const model = cluster(5, {
      configuration: { properties: properties(more), constraints: [], ...configuration },
    });
    const { delayMs, fenceMs } = fencingTime(fencingOf(clusterView(model, undefined)), lost);
    return `${delayMs} + ${fenceMs}`;
  };
  const levels = (...rows: readonly (readonly [target: string, ...devices: string[]])[]) =>
    rows.map(([target, ...devices]) => ({ id: `fl-${target}`, target, index: 1, devices }));

  test.each([
    ["0 + 6000", ["n1", "n2"], {}],
    ["0 + 9000", ["n1", "n2", "n3"], {}],
    ["4000 + 6000", ["n1", "n2"], { pcmk_delay_base: "2s" }],
    ["0 + 6000", ["n1", "n2"], { pcmk_action_limit: "0" }],
    ["0 + 3000", ["n1", "n2"], { pcmk_action_limit: "2" }],
    ["0 + 9000", ["n1", "n2", "n3"], { pcmk_action_limit: "2" }],
    ["2000 + 3000", ["n1", "n2", "n3"], { pcmk_action_limit: "-1", pcmk_delay_base: "2s" }],
  ])("wait for one another at one device: %s for %j with %j", (expected, lost, values) => {
    expect(timeOf(lost, { resources: [outlet("outlet", values)] })).toBe(expected);
  });

  test("do not wait where each has a device of its own, unless fencing is not concurrent", () => {
    const configuration = { resources: NODES.map((node) => bmc(node)) };
    expect(timeOf(["n1", "n2"], configuration)).toBe("0 + 3000");
    expect(timeOf(["n1", "n2"], configuration, { "concurrent-fencing": "false" })).toBe("0 + 6000");
    // Pacemaker 2.1's own default.
    expect(timeOf(["n1", "n2"], configuration, {})).toBe("0 + 6000");
  });

  test("wait for whoever has one device of their level, in a row", () => {
    const resources = ["a", "b", "c", "d"].map((id) => outlet(id));
    const fencingLevels = levels(["n1", "a", "b"], ["n2", "b", "c"], ["n3", "c"], ["n4", "d"]);
    expect(timeOf(["n1", "n2", "n3", "n4"], { resources, fencingLevels })).toBe("0 + 15000");
    expect(timeOf(["n1", "n3", "n4"], { resources, fencingLevels })).toBe("0 + 6000");
  });

  test("are off after their watchdogs' time, all in the same", () => {
    const watchdogs = { "stonith-watchdog-timeout": "70s" };
    const resources = [workload("a")];
    expect(timeOf(["n1", "n2"], { resources }, { ...watchdogs, "concurrent-fencing": "true" })).toBe(
      "0 + 70000",
    );
    expect(timeOf(["n1", "n2"], { resources }, watchdogs)).toBe("0 + 140000");
  });

  test("take as long as all that may fence them, where nobody can tell which levels they have", () => {
    const resources = ["a", "b", "c"].map((id) => outlet(id));
    const fencingLevels = levels(["n1", "a"]).map((one) => ({ ...one, unclear: "why" }));
    expect(timeOf(["n1"], { resources, fencingLevels })).toBe("0 + 9000");
  });
});

test("what systemd starts is asked for again only after two seconds", () => {
  const unit = workload("u", { agent: { class: "systemd", type: "historian" } });
  const view = clusterView(cluster(3, { configuration: { resources: [unit, workload("a")] } }), undefined);
  expect(actionsMs(view, ["u"])).toBe(2_000);
  expect(actionsMs(view, ["a", "u", "web-podman-0"])).toBe(4_000);
});
