// What an apply does not set up yet it refuses before any node is touched: a cluster without it would look whole and not be.
import { expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { decide } from "../../src/plan/index.js";
import { cluster } from "../lint/cluster.js";

function refused(model: ClusterModel): string[] {
  const decision = decide({ model, nodes: [], secrets: new Map(), programs: new Map() }, []);
  return decision.kind === "refuse" ? decision.findings.map(({ code }) => code) : [];
}

test("a quorum device and a watchdog are refused, each by its own code", () => {
  const quorumDevice = { host: "10.9.9.9", algorithm: "ffsplit", votes: 1 } as const;
  const watchdog = { device: "/dev/watchdog0", watchdogMs: 15_000, delayStartMs: 33_000, disks: [] };
  expect(refused(cluster(3))).toEqual([]);
  expect(refused(cluster(2, { model: { quorumDevice } }))).toEqual(["QUORUM_DEVICE_NOT_APPLIED"]);
  expect(refused(cluster(3, { model: { watchdog } }))).toEqual(["WATCHDOG_NOT_APPLIED"]);
});
