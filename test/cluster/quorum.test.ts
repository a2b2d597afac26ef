import { describe, expect, test } from "vitest";
import {
  decidesEvenSplit,
  deviceVotes,
  type QuorumRules,
  quorumVotes,
  sbdServiceTimeoutMs,
  sbdTimes,
  survivableLosses,
} from "../../src/cluster/index.js";

const plain = (nodes: number, more: Partial<QuorumRules> = {}): QuorumRules => ({
  nodes,
  deviceVotes: 0,
  twoNode: false,
  autoTieBreaker: false,
  ...more,
});

describe("votes", () => {
  test("a majority goes on, so that fewer than half may be lost", () => {
    expect([2, 3, 4, 5, 6, 16].map((nodes) => quorumVotes(plain(nodes)))).toEqual([2, 2, 3, 3, 4, 9]);
    expect([2, 3, 4, 5, 6, 16].map((nodes) => survivableLosses(plain(nodes)))).toEqual([0, 1, 1, 2, 2, 7]);
  });

  test("two_node and devices let more be lost", () => {
    expect(survivableLosses(plain(2, { twoNode: true }))).toBe(1);
    const withDevice = (algorithm: "ffsplit" | "lms", nodes: number): number =>
      survivableLosses(plain(nodes, { deviceVotes: deviceVotes(algorithm, nodes) }));
    expect([2, 4, 6].map((nodes) => withDevice("ffsplit", nodes))).toEqual([1, 2, 3]);
    expect([2, 3, 8].map((nodes) => withDevice("lms", nodes))).toEqual([1, 2, 7]);
  });

  test("two halves can never both go on", () => {
    for (let nodes = 2; nodes <= 16; nodes += 1) {
      for (const votes of [0, 1, nodes - 1]) {
        const rules = plain(nodes, { deviceVotes: votes });
        const least = quorumVotes(rules);
        for (let one = 0; one <= nodes; one += 1) {
          // The device votes for one side only.
          expect(one + votes >= least && nodes - one >= least).toBe(false);
        }
      }
    }
  });

  test("an even cut needs somebody who decides", () => {
    expect(decidesEvenSplit(plain(4))).toBe(false);
    expect(decidesEvenSplit(plain(4, { autoTieBreaker: true }))).toBe(true);
    expect(decidesEvenSplit(plain(4, { deviceVotes: 1 }))).toBe(true);
    expect(decidesEvenSplit(plain(5))).toBe(true);
  });
});

describe("watchdog fencing", () => {
  test("the usual times", () => {
    const times = sbdTimes({ tokenMs: 1_000, consensusMs: 1_200 });
    expect(times).toMatchObject({
      watchdogMs: 15_000,
      selfFenceMs: 30_000,
      fencingMs: 63_000,
      delayStartMs: 33_000,
    });
    expect(times.figures.map((one) => one.ms)).toEqual([15_000, 30_000, 63_000, 33_000]);
  });

  test("with a quorum device the watchdog waits longer than its vote", () => {
    expect(sbdTimes({ tokenMs: 1_000, consensusMs: 1_200, deviceSyncMs: 30_000 }).watchdogMs).toBe(35_000);
    const slow = sbdTimes({ tokenMs: 1_000, consensusMs: 1_200, deviceSyncMs: 60_000 });
    expect(slow).toMatchObject({ watchdogMs: 65_000, selfFenceMs: 130_000, fencingMs: 159_000 });
  });

  test("a longer stonith-watchdog-timeout of one's own makes fencing wait longer, a shorter one does not shorten it", () => {
    const ring = { tokenMs: 1_000, consensusMs: 1_200 };
    expect(sbdTimes({ ...ring, selfFenceMs: 100_000 })).toMatchObject({
      selfFenceMs: 100_000,
      fencingMs: 123_000,
      delayStartMs: 33_000,
    });
    const slow = sbdTimes({ ...ring, watchdogMs: 60_000, selfFenceMs: 61_000 });
    expect(slow).toMatchObject({ messageMs: 120_000, fencingMs: 147_000, delayStartMs: 123_000 });
  });

  test("systemd's patience grows with the delay, where that is longer than its own", () => {
    expect([33_000, 75_000, 76_000, 123_000].map(sbdServiceTimeoutMs)).toEqual([
      90_000, 90_000, 92_000, 148_000,
    ]);
  });

  test("a node is never taken for gone before its watchdog fired", () => {
    for (let watchdogMs = 500; watchdogMs < 120_000; watchdogMs += 731) {
      const times = sbdTimes({ tokenMs: 3_000, consensusMs: 3_600, watchdogMs });
      expect(times.selfFenceMs).toBeGreaterThan(times.watchdogMs);
      expect(times.fencingMs).toBeGreaterThan(times.selfFenceMs);
      expect(times.delayStartMs).toBeGreaterThan(times.selfFenceMs);
    }
  });
});
