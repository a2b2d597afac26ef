// Every rule of lint is broken once, and a good cluster of each size breaks none.
import { describe, expect, test } from "vitest";
import type { ClusterModel, Primitive } from "../../src/cluster/index.js";
import { lintCluster } from "../../src/lint/index.js";
import {
  bmc,
  cluster,
  disabled,
  ipmi,
  LINK,
  never,
  op,
  order,
  PROPERTIES,
  said,
  section,
  set,
  TOTEM,
  together,
  workload,
} from "./cluster.js";

const VOTES = { provider: "corosync_votequorum" };
const DEVICE = section("device", { model: "net", votes: "1" }, [
  section("net", { host: "10.9.9.9", algorithm: "ffsplit" }),
]);
const three = cluster(3).configuration;

const properties = (values: Readonly<Record<string, string>>): ClusterModel =>
  cluster(3, { configuration: { properties: set("p", { ...PROPERTIES, ...values }) } });
const resources = (...list: Primitive[]): ClusterModel =>
  cluster(3, { configuration: { resources: [bmc("n1"), bmc("n2"), bmc("n3"), ...list] } });
const fences = (...list: Primitive[]): ClusterModel =>
  cluster(3, { configuration: { resources: [...list, workload("a")] } });
const constraints = (...list: ClusterModel["configuration"]["constraints"]): ClusterModel =>
  cluster(3, { configuration: { constraints: [...three.constraints, ...list] } });
const totem = (values: Readonly<Record<string, string>>): ClusterModel =>
  cluster(3, { totem: section("totem", { ...TOTEM, ...values }, [LINK]) });
const quorum = (count: number, values: Readonly<Record<string, string>>, device = false): ClusterModel =>
  cluster(count, { quorum: section("quorum", { ...VOTES, ...values }, device ? [DEVICE] : []) });
const watchdog = { device: "/dev/watchdog0", watchdogMs: 15_000, delayStartMs: 33_000, disks: [] };
const levelsOf = (...devices: string[]) =>
  devices.map((one, at) => ({ id: `l${at}`, target: "n1", index: at + 1, devices: [one] }));
const withWatchdog = (fencingLevels: ReturnType<typeof levelsOf>): ClusterModel => {
  const waits = set("p", { ...PROPERTIES, "stonith-watchdog-timeout": "30s" });
  return cluster(3, { configuration: { fencingLevels, properties: waits }, model: { watchdog } });
};
const room = (id: string, cores: string): Primitive =>
  workload(id, { utilization: set(`${id}-u`, { cores }) });
const nodesWithRoom = three.nodes.map((one) => ({
  ...one,
  utilization: set(`u-${one.name}`, { cores: "4" }),
}));
const roomy = (strategy: string, ...list: Primitive[]): ClusterModel =>
  cluster(3, {
    configuration: {
      nodes: nodesWithRoom,
      resources: [bmc("n1"), bmc("n2"), bmc("n3"), ...list],
      properties: set("p", { ...PROPERTIES, "placement-strategy": strategy }),
    },
  });

/** What lint must say, of which broken cluster. */
const BROKEN: readonly (readonly [said: string, model: ClusterModel, promised?: number])[] = [
  ["error TWO_NODE_WITH_DEVICE corosync.conf", quorum(2, { two_node: "1" }, true)],
  ["error TWO_NODE_COUNT corosync.conf", quorum(3, { two_node: "1" })],
  ["error TIE_BREAKER_CONFLICT corosync.conf", quorum(4, { auto_tie_breaker: "1" }, true)],
  ["error EXPECTED_VOTES_DIFFER corosync.conf", quorum(3, { expected_votes: "2" })],
  [
    "error QUORUM_DEVICE_ON_NODE corosync.conf",
    cluster(2, {
      quorum: section("quorum", VOTES, [
        section("device", { model: "net" }, [section("net", { host: "10.2.0.1" })]),
      ]),
    }),
  ],
  ["warning EVEN_WITHOUT_TIE_BREAKER corosync.conf", quorum(4, {})],
  ["error SURVIVE_WITHOUT_QUORUM survive", cluster(3), 2],
  ["error UNKNOWN_COROSYNC_KEY corosync.conf", quorum(3, { twonode: "1" })],
  ["error UNKNOWN_COROSYNC_KEY corosync.conf", totem({ tokn: "1000" })],
  ["error CONSENSUS_TOO_SHORT corosync.conf", totem({ consensus: "1100" })],
  ["warning TOKEN_TOO_LONG corosync.conf", totem({ token: "100000000", consensus: "120000000" })],
  ["error TOKEN_BELOW_PINGS corosync.conf", totem({ token: "700" })],
  ["warning TRANSPORT_DEPRECATED corosync.conf", totem({ transport: "udpu" })],
  ["warning UNENCRYPTED corosync.conf", totem({ crypto_cipher: "none" })],
  ["error NEWER_PROPERTY_NAME property fencing-enabled", properties({ "fencing-enabled": "false" })],
  ["error UNKNOWN_PROPERTY property stonith-enabld", properties({ "stonith-enabld": "true" })],
  ["error BAD_TIME property dc-deadtime", properties({ "dc-deadtime": "2 x" })],
  ["warning FENCING_DISABLED property stonith-enabled", properties({ "stonith-enabled": "false" })],
  ["error QUORUM_IGNORED property no-quorum-policy", properties({ "no-quorum-policy": "ignore" })],
  ["warning STARTUP_FENCING_OFF property startup-fencing", properties({ "startup-fencing": "false" })],
  [
    "warning START_FAILURE_IS_FATAL property start-failure-is-fatal",
    properties({ "start-failure-is-fatal": "true" }),
  ],
  ["error HEALING_SWITCHED_OFF property maintenance-mode", properties({ "maintenance-mode": "true" })],
  ["note NODE_STAYS_OFF property stonith-action", properties({ "stonith-action": "off" })],
  ["note HEALING_THROTTLED property load-threshold", properties({ "load-threshold": "200%" })],
  ["error REMOVED_VALUE property stonith-action", properties({ "stonith-action": "poweroff" })],
  ["error DC_DEADTIME_WITHOUT_GATE property dc-deadtime", cluster(3, { model: { gateGraceMs: 0 } })],
  ["error MISSING_FENCE node n3", fences(bmc("n1"), bmc("n2"))],
  [
    "error MISSING_FENCE node n3",
    fences(bmc("n1"), bmc("n2"), { ...bmc("n3"), agent: { class: "stonith", type: "fence_kdump" } }),
  ],
  ["error MISSING_FENCE node n3", fences(bmc("n1"), bmc("n2"), disabled(bmc("n3")))],
  [
    "warning FENCE_DISABLED fence device fence-n3",
    fences(bmc("n1"), bmc("n2"), disabled(bmc("n3"), "stopped")),
  ],
  [
    "error MISSING_FENCE node n1",
    cluster(3, { configuration: { resourceDefaults: set("d", { "target-role": "Stopped" }) } }),
  ],
  [
    "warning FENCING_LEVEL_UNCLEAR node n1",
    cluster(3, {
      configuration: { fencingLevels: levelsOf("fence-n1").map((one) => ({ ...one, unclear: "x" })) },
    }),
  ],
  ["error FENCE_ON_OWN_NODE node n1", constraints(never("fence-n1", "n2"), never("fence-n1", "n3"))],
  [
    "error FENCE_SAME_POWER fence device fence-n2",
    fences(bmc("n1"), bmc("n2", { ip: "10.0.0.1" }), bmc("n3")),
  ],
  [
    "error FENCE_SAME_POWER fence device fence-n3",
    fences(bmc("n1"), ipmi("n2", { ip: "10.0.0.3" }), bmc("n3")),
  ],
  [
    "error FENCE_SAME_POWER fence device fence-n3",
    fences(bmc("n1"), ipmi("n2", { ip: "BMC3", ipport: "623" }), bmc("n3", { ip: "bmc3" })),
  ],
  [
    "warning FENCE_SINGLE_POINT fencing",
    fences(...["n1", "n2", "n3"].map((node) => bmc(node, { ip: "10.0.0.9", plug: node }))),
  ],
  [
    "error RACE_WITHOUT_DELAY fencing",
    cluster(2, { configuration: { resources: [bmc("n1"), bmc("n2"), workload("a")] } }),
  ],
  ["note RACE_DELAY_USELESS fencing", fences(bmc("n1", { pcmk_delay_base: "5s" }), bmc("n2"), bmc("n3"))],
  [
    "warning PRIORITY_DELAY_SHORT property priority-fencing-delay",
    cluster(2, {
      configuration: { properties: set("p", { ...PROPERTIES, "priority-fencing-delay": "9s" }) },
    }),
  ],
  [
    "warning PRIORITY_DELAY_WITHOUT_PRIORITY property priority-fencing-delay",
    properties({ "priority-fencing-delay": "10s" }),
  ],
  [
    "error UNKNOWN_FENCE_DEVICE fencing level 1 of n1",
    cluster(3, {
      configuration: { fencingLevels: [{ id: "l", target: "n1", index: 1, devices: ["fence-n9"] }] },
    }),
  ],
  [
    "error FENCING_LEVEL_INDEX fencing level 10 of n1",
    cluster(3, {
      configuration: { fencingLevels: [{ id: "l", target: "n1", index: 10, devices: ["fence-n1"] }] },
    }),
  ],
  [
    "error UNKNOWN_FENCE_DEVICE fencing level 2 of n1",
    cluster(3, { configuration: { fencingLevels: levelsOf("fence-n1", "watchdog") } }),
  ],
  ["warning WATCHDOG_NOT_IN_LEVELS node n1", withWatchdog(levelsOf("fence-n1"))],
  [
    "warning FENCE_NOT_MONITORED fence device fence-n1",
    fences({ ...bmc("n1"), operations: [] }, bmc("n2"), bmc("n3")),
  ],
  ["warning SECRET_IN_CIB fence device fence-n1", fences(bmc("n1", { password: "x" }), bmc("n2"), bmc("n3"))],
  [
    "error WATCHDOG_MISSING property stonith-watchdog-timeout",
    properties({ "stonith-watchdog-timeout": "30s" }),
  ],
  [
    "error WATCHDOG_TIMEOUT_SHORT property stonith-watchdog-timeout",
    { ...properties({ "stonith-watchdog-timeout": "10s" }), watchdog },
  ],
  ["error WATCHDOG_NEEDS_QUORUM fencing", cluster(2, { model: { watchdog } })],
  ["error EVEN_WITHOUT_TIE_BREAKER corosync.conf", { ...quorum(4, {}), watchdog }],
  [
    "warning FAILURES_NEVER_FORGOTTEN workload a",
    resources(workload("a", { metaAttributes: set("m", { "failure-timeout": "0" }) })),
  ],
  [
    "warning FAILURE_TIMEOUT_SHORT workload a",
    resources(workload("a", { metaAttributes: set("m", { "failure-timeout": "20s" }) })),
  ],
  [
    "error BAD_TIME workload a",
    resources(workload("a", { metaAttributes: set("m", { "failure-timeout": "soon" }) })),
  ],
  [
    "warning FAILURE_BLOCKS workload a",
    resources(workload("a", { operations: [op("monitor", "10s"), op("stop", "0s", { onFail: "block" })] })),
  ],
  [
    "warning FAILURE_IGNORED workload a",
    resources(workload("a", { operations: [op("monitor", "10s", { onFail: "ignore" })] })),
  ],
  ["warning STOP_FAILURE_BLOCKS workload a", properties({ "stonith-enabled": "no" })],
  [
    "warning NOT_MANAGED workload a",
    resources(workload("a", { metaAttributes: set("m", { "is-managed": "false" }) })),
  ],
  [
    "warning STARTS_UNFENCED workload a",
    resources(workload("a", { metaAttributes: set("m", { requires: "quorum" }) })),
  ],
  [
    "warning NOT_MONITORED workload a",
    resources(workload("a", { operations: [op("monitor", "0s"), op("start", "0s")] })),
  ],
  [
    "error INTERVAL_TWICE workload a",
    resources(workload("a", { operations: [op("monitor", "10s"), op("monitor", "10000ms")] })),
  ],
  [
    "error INTERVAL_MEANINGLESS workload a",
    resources(workload("a", { operations: [op("monitor", "10s"), op("start", "10s")] })),
  ],
  [
    "warning INTERVAL_TOO_SHORT workload a",
    resources(workload("a", { operations: [op("monitor", "200ms")] })),
  ],
  ["error BAD_TIME workload a", resources(workload("a", { operations: [op("monitor", "10x")] }))],
  [
    "error TIMEOUT_ZERO workload a",
    resources(workload("a", { operations: [op("monitor", "10s", { timeout: "0" })] })),
  ],
  ["error UNKNOWN_RESOURCE constraint z-a-INFINITY", constraints(together("z", "a"))],
  ["error UNKNOWN_NODE constraint never-a-n9", constraints(never("a", "n9"))],
  ["error TOGETHER_AND_APART workload a", constraints(together("a", "b"), together("a", "b", "-INFINITY"))],
  ["warning COLOCATION_CYCLE workload a", constraints(together("a", "b"), together("b", "a"))],
  ["error ORDER_CYCLE workload a", constraints(order("a", "b"), order("b", "a"))],
  ["error NOWHERE_TO_RUN workload a", constraints(never("a", "n1"), never("a", "n2"), never("a", "n3"))],
  ["warning ONE_NODE_ONLY workload a", constraints(never("a", "n1"), never("a", "n2"))],
  ["warning ROOM_NOT_COUNTED property placement-strategy", roomy("default", room("a", "1"))],
  [
    "warning NO_ROOM_AFTER_LOSS capacity cores",
    roomy("balanced", room("a", "4"), room("b", "4"), room("c", "1")),
  ],
  [
    "error NO_ROOM_AFTER_LOSS capacity cores",
    roomy("balanced", room("a", "4"), room("b", "4"), room("c", "1")),
    1,
  ],
];

describe("lint", () => {
  test.each([2, 3, 5])("says nothing about a good cluster of %i nodes", (count) => {
    expect(said(cluster(count), { nodes: 1 })).toEqual([]);
  });

  test.each(BROKEN.map(([expected, model, promised]) => ({ expected, model, promised })))(
    "$expected",
    ({ expected, model, promised }) => {
      expect(said(model, { nodes: promised })).toContain(expected);
      for (const { text, hint = "" } of lintCluster(model, { nodes: promised })) {
        expect(`${text} ${hint}`).not.toMatch(/undefined|NaN|\[object/);
      }
    },
  );

  test("puts errors first", () => {
    const severities = lintCluster(totem({ token: "100000000", tokn: "1" })).map(
      (finding) => finding.severity,
    );
    expect(severities).toEqual([...severities].sort());
    expect(severities[0]).toBe("error");
  });
});

describe("what is no fault", () => {
  const good: readonly (readonly [string, ClusterModel, number?])[] = [
    ["four nodes with a tie breaker", quorum(4, { auto_tie_breaker: "1", auto_tie_breaker_node: "lowest" })],
    ["two nodes with a device", quorum(2, {}, true), 1],
    ["a workload that lacks room for nothing", roomy("balanced", room("a", "4"), room("b", "4")), 1],
    ["apart without together", constraints(together("a", "b", "-INFINITY"))],
    ["together, in order", constraints(together("a", "b"), order("b", "a"))],
    ["levels that end with the watchdog", withWatchdog(levelsOf("fence-n1", "watchdog"))],
    ["a watchdog without levels", withWatchdog([])],
    [
      "a wish to be apart of two that are together",
      constraints(together("a", "b"), together("b", "a", "-1000")),
    ],
  ];
  test.each(good.map(([what, model, promised]) => ({ what, model, promised })))(
    "$what",
    ({ model, promised }) => {
      expect(said(model, { nodes: promised }).filter((line) => !line.startsWith("note"))).toEqual([]);
    },
  );
});
