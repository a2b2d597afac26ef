// What the quorum device and the watchdog need on a node is looked for before any node is touched: a cluster without it would look whole and not be.
import { expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { type ProbedNode, parseProbe } from "../../src/observation/index.js";
import { decide, notByImage, renderSbdConfig } from "../../src/plan/index.js";
import { cluster } from "../lint/cluster.js";

function refused(model: ClusterModel, ...facts: readonly string[]): string[] {
  const lines = [
    "hostname=dcn1",
    "corosync=3.1.7",
    "pacemaker=2.1.5",
    "schema=pacemaker-3.9",
    "feature-set=3.16.1",
  ];
  const probe = parseProbe([...lines, "python3=present", ...facts].join("\n"));
  const node: ProbedNode = {
    kind: "probed",
    access: "admin",
    node: "dcn1",
    probe,
    cib: undefined,
    corosyncConf: undefined,
  };
  const decision = decide({ model, nodes: [], secrets: new Map(), programs: new Map() }, [node]);
  return decision.kind === "refuse" ? decision.findings.map(({ code }) => code) : [];
}

const watchdog = { device: "/dev/watchdog0", watchdogMs: 15_000, delayStartMs: 32_200, disks: [] };

test("a node without corosync-qdevice, sbd or the watchdog is refused, each by its own code", () => {
  const quorumDevice = { host: "10.9.9.9", algorithm: "ffsplit", votes: 1, encrypted: true } as const;
  expect(refused(cluster(3))).toEqual([]);
  const pair = cluster(2, { model: { quorumDevice } });
  expect(refused(pair)).toEqual(["QDEVICE_MISSING"]);
  expect(refused(pair, "qdevice=present")).toEqual([]);
  const trio = cluster(3, { model: { watchdog } });
  expect(refused(trio)).toEqual(["SBD_MISSING", "NODE_WITHOUT_WATCHDOG"]);
  expect(refused(trio, "sbd=present", "watchdog./dev/watchdog1=present")).toEqual(["NODE_WITHOUT_WATCHDOG"]);
  expect(refused(trio, "sbd=present", "watchdog./dev/watchdog0=present")).toEqual([]);
  const shared = cluster(3, { model: { watchdog: { ...watchdog, disks: ["/dev/disk/by-id/a"] } } });
  expect(refused(shared, "sbd=present", "watchdog./dev/watchdog0=present")).toEqual([
    "SBD_DISKS_NOT_APPLIED",
  ]);
});

test("what an image does not bring to a group is said: its quorum device and its tickets", () => {
  const quorumDevice = { host: "10.9.9.9", algorithm: "ffsplit", votes: 1, encrypted: true } as const;
  const tickets = { sites: [], arbitrators: [], tickets: [] } as unknown as NonNullable<
    ClusterModel["tickets"]
  >;
  expect(notByImage({ model: cluster(3) })).toEqual([]);
  const found = notByImage({ model: cluster(2, { model: { quorumDevice, tickets } }) });
  expect(found.map(({ code, severity }) => [code, severity])).toEqual([
    ["NOT_BY_FIRST_BOOT", "warning"],
    ["NOT_BY_FIRST_BOOT", "warning"],
  ]);
  expect(found.map(({ text }) => text).join()).toMatch(/quorum device.*booth/);
});

test("sbd's configuration has whole seconds, rounded up", () => {
  const text = renderSbdConfig(watchdog);
  expect(text).toContain("SBD_WATCHDOG_DEV=/dev/watchdog0\nSBD_WATCHDOG_TIMEOUT=15\nSBD_DELAY_START=33\n");
});

test("a node that its boot gate holds back is no part of any change, and says so", () => {
  expect(refused(cluster(3), "gate=passed")).toEqual([]);
  expect(refused(cluster(3), "gate=held")).toEqual(["NODE_HELD"]);
});
