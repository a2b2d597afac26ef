// A rollout over many groups: several at a time, and an end to it when too many halt.
import { describe, expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import type { RolloutRecord } from "../../src/rollout/index.js";
import { type GroupJob, type GroupResult, runWaves } from "../../src/workflows/index.js";

const record = (state: RolloutRecord["state"]): RolloutRecord => ({
  id: "00000000-0000",
  revision: 1,
  name: "v2",
  state,
  since: "",
  standby: [],
  order: [],
  denied: [],
  nodes: {},
});

/** Groups that end as they are told, and note when they run. */
function site(ends: Readonly<Record<string, RolloutRecord["state"] | "fails">>) {
  const begun: string[] = [];
  const running = { now: 0, most: 0 };
  const job = (group: string): GroupJob => ({
    group,
    run: async () => {
      begun.push(group);
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await new Promise((resolve) => setImmediate(resolve));
      running.now -= 1;
      const end = ends[group] ?? "done";
      if (end === "fails") throw new DcnError("busy", "LOCK_HELD", "somebody is at it");
      return record(end);
    },
  });
  return { begun, running, jobs: (...groups: string[]) => groups.map(job) };
}
const options = { parallel: 2, failures: 0, approved: new Set<string>() };
const ends = (results: readonly GroupResult[]): string[] =>
  results.map((one) => `${one.group} ${one.kind === "record" ? one.record.state : one.kind}`);
const wave = (name: string, jobs: readonly GroupJob[], needsApproval = false) => ({
  name,
  jobs,
  needsApproval,
});

describe("waves", () => {
  test("go one after the other, and within one so many groups at a time", async () => {
    const { begun, running, jobs } = site({});
    const waves = [wave("canary", jobs("a")), wave("rest", jobs("b", "c", "d"))];
    expect(ends(await runWaves(waves, options))).toEqual(["a done", "b done", "c done", "d done"]);
    expect(begun[0]).toBe("a");
    expect(running.most).toBe(2);
  });

  test("stop at a group that halts or fails, unless the budget allows for it; the results name everybody", async () => {
    for (const end of ["halted", "fails"] as const) {
      const { jobs } = site({ a: end });
      const waves = [wave("canary", jobs("a")), wave("rest", jobs("b"))];
      const results = await runWaves(waves, options);
      expect(ends(results)).toEqual([end === "fails" ? "a failed" : "a halted", "b not-begun"]);
      expect(ends(await runWaves(waves, { ...options, failures: 1 }))[1]).toBe("b done");
    }
  });

  test("let a group that is at it go on when another one halts", async () => {
    const { begun, jobs } = site({ a: "halted" });
    const results = await runWaves([wave("all", jobs("a", "b", "c"))], options);
    expect(ends(results)).toEqual(["a halted", "b done", "c not-begun"]);
    expect(begun).toEqual(["a", "b"]);
  });

  test("wait for an approval where one is asked for", async () => {
    const { begun, jobs } = site({});
    const waves = [wave("canary", jobs("a")), wave("rest", jobs("b"), true)];
    const results = await runWaves(waves, options);
    expect(ends(results)).toEqual(["a done", "b not-begun"]);
    expect(results[1]).toMatchObject({ why: "the wave rest awaits its approval" });
    await runWaves(waves, { ...options, approved: new Set(["rest"]) });
    expect(begun).toEqual(["a", "a", "b"]);
  });
});
