import { describe, expect, test } from "vitest";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { library } from "./group.js";

test("over a shared disk, a node waits before its cluster starts as long as the other's fencing may be delayed, too", () => {
  const group = (raceDelay: string) => {
    const text = `kind: NodeGroup
name: pair
policy: p
networks: [a, b]
nodes:
  - { name: n1, addresses: { a: 10.1.0.1, b: 10.2.0.1 }, fence: { sbd: { disks: [/dev/disk/by-id/x] } } }
  - { name: n2, addresses: { a: 10.1.0.2, b: 10.2.0.2 }, fence: { sbd: { disks: [/dev/disk/by-id/x], watchdog: /dev/watchdog1 } } }
---
kind: ClusterPolicy
name: p
nodes: { min: 2, max: 2 }
timing: { token: 5s }
fencing: { raceDelay: ${raceDelay} }
gate: { grace: 60s }
`;
    const { documents } = parseDocuments([{ file: "f", text }, ...library()]);
    const { group: resolved, findings } = resolveGroup(documents, "pair");
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    return resolved?.model;
  };
  // 2 × 15 s (watchdog: the time of a message) + 5 s (token) + 6 s (consensus) + the delay in whole seconds.
  expect(group("1s")?.watchdog?.delayStartMs).toBe(42_000);
  expect(group("7500ms")?.watchdog?.delayStartMs).toBe(49_000);
  // max(1.2 × 30 s (msgwait), 60 s) + 5 s (token) + 6 s (consensus); and the watchdog that a node names.
  expect(group("1s")?.configuration.properties[0]?.pairs).toContainEqual({
    id: "cib-bootstrap-options-stonith-timeout",
    name: "stonith-timeout",
    value: "71s",
  });
  expect(group("1s")?.watchdog?.device).toBe("/dev/watchdog1");
});

describe("without a disk, beside a quorum device", () => {
  const group = (policy: string, corosync = "") => {
    const text = `kind: NodeGroup
name: pair
policy: p
networks: [a, b]
quorumDevice: { address: 10.9.0.9, algorithm: ffsplit }
${corosync}
nodes:
  - { name: n1, addresses: { a: 10.1.0.1, b: 10.2.0.1 } }
  - { name: n2, addresses: { a: 10.1.0.2, b: 10.2.0.2 } }
---
kind: ClusterPolicy
name: p
nodes: { min: 2, max: 2 }
timing: { token: 5s }
fencing: { required: false, watchdog: { device: /dev/watchdog0${policy} } }
gate: { grace: 60s }
`;
    const { documents } = parseDocuments([{ file: "f", text }, ...library()]);
    return resolveGroup(documents, "pair");
  };

  test("the watchdog outlasts the wait for its vote, as corosync.conf says it", () => {
    expect(group("").group?.model.watchdog?.watchdogMs).toBe(35_000);
    const slow = group("", "corosync: { quorum: { device: { sync_timeout: 60000 } } }").group;
    expect(slow?.model.watchdog).toMatchObject({ watchdogMs: 65_000, delayStartMs: 141_000 });
    expect(slow?.timing.figures.find(({ name }) => name === "watchdog timeout")?.formula).toContain("60000");
  });

  test("a watchdog that is shorter than that is refused", () => {
    const { group: resolved, findings } = group(", timeout: 30s");
    expect(resolved).toBeUndefined();
    expect(findings.map(({ code }) => code)).toContain("WATCHDOG_SHORT_FOR_DEVICE");
  });
});
