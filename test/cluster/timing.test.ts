import { expect, test } from "vitest";
import {
  consensusMs,
  deviceTimeoutMs,
  effectiveTokenMs,
  knetPing,
  outageBound,
  SHORTEST_TOKEN_MS,
} from "../../src/cluster/index.js";

test("the token grows with each node beyond two, as corosync computes it", () => {
  expect([1, 2, 3, 4, 16].map((nodes) => effectiveTokenMs(1_000, 650, nodes))).toEqual([
    1000, 1000, 1650, 2300, 10100,
  ]);
  expect(effectiveTokenMs(1_000, 0, 16)).toBe(1_000);
});

test("consensus is never below 1.2 times the token", () => {
  expect([1_000, 1_650, 3_000, 1_001, 333].map(consensusMs)).toEqual([1_200, 1_980, 3_600, 1_202, 400]);
  for (let token = SHORTEST_TOKEN_MS; token < 20_000; token += 7) {
    expect(consensusMs(token)).toBeGreaterThanOrEqual(Math.floor(token * 1.2));
    expect(consensusMs(token)).toBeLessThan(token * 1.2 + 1);
  }
});

test("a dead link is left before the token is lost, and knet's limits hold", () => {
  for (let token = SHORTEST_TOKEN_MS; token < 20_000; token += 7) {
    const { intervalMs, timeoutMs } = knetPing(token);
    expect(intervalMs).toBeGreaterThanOrEqual(200);
    expect(timeoutMs).toBeGreaterThanOrEqual(2 * intervalMs);
    expect(intervalMs + timeoutMs).toBeLessThan(token);
  }
});

test("the bound is the sum of its terms, and each says where it comes from", () => {
  const timing = { tokenMs: 1_000, consensusMs: 1_200 };
  const assumed = { ms: 300, source: "assumed" } as const;
  const bound = outageBound({ timing, fencingDelayMs: 5_000, fenceMs: 570, startMs: assumed, dcLost: true });
  expect(bound).toEqual({
    totalMs: 8_870,
    terms: [
      { name: "token", ms: 1_000, source: "computed" },
      { name: "consensus", ms: 1_200, source: "computed" },
      { name: "membership sync", ms: 100, source: "assumed" },
      { name: "election", ms: 500, source: "assumed" },
      { name: "fencing delay", ms: 5_000, source: "computed" },
      { name: "fence device", ms: 570, source: "measured" },
      { name: "scheduling", ms: 200, source: "assumed" },
      { name: "workload start", ms: 300, source: "assumed" },
    ],
  });
  const kept = outageBound({ timing, fencingDelayMs: 0, fenceMs: 570, startMs: 100, dcLost: false });
  expect(kept.totalMs).toBe(3_170);
  expect(kept.terms.map((term) => term.name)).not.toContain("election");
});

test("the quorum device's vote is waited for only where its silence has to be longer than that of a node", () => {
  const wait = (tokenMs: number) => {
    const times = { tokenMs, consensusMs: consensusMs(tokenMs) };
    const timing = { ...times, deviceTimeoutMs: deviceTimeoutMs(times) };
    const { terms } = outageBound({ timing, fencingDelayMs: 0, fenceMs: 570, startMs: 100, dcLost: false });
    return [timing.deviceTimeoutMs, terms.find(({ name }) => name === "quorum device's vote")?.ms];
  };
  expect([800, 1_000, 3_000, 5_000, 60_000].map(wait)).toEqual([
    [3_000, 1_840],
    [3_000, 1_400],
    [5_500, undefined],
    [9_166, undefined],
    [10_000, undefined],
  ]);
});
