import { expect, test } from "vitest";
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
  - { name: n2, addresses: { a: 10.1.0.2, b: 10.2.0.2 }, fence: { sbd: { disks: [/dev/disk/by-id/x] } } }
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
    return resolved?.model.watchdog;
  };
  // 2 × 15 s (watchdog: the time of a message) + 5 s (token) + 6 s (consensus) + the delay in whole seconds.
  expect(group("1s")?.delayStartMs).toBe(42_000);
  expect(group("7500ms")?.delayStartMs).toBe(49_000);
});
