// A daemon killed again and again: each kill counts, and a turn that killed nothing is told, or was no fault.
import { describe, expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { killInTurns } from "../../src/lab/faults/kill-turns.js";
import { createFakeClock } from "../time/fake-clock.js";

/** A node on which the daemon is there at the times in which `runs` says so, and which is in the boot that `boots` says. */
function killing(runs: (ms: number) => boolean, boots: (ms: number) => string = () => "1") {
  const clock = createFakeClock({ auto: true });
  const begun = clock.nowMs();
  const now = () => clock.nowMs() - begun;
  let pid = 100;
  const victim = {
    node: "a",
    daemon: "corosync",
    kill: () => {
      if (!runs(now()))
        return Promise.reject(new DcnError("failed", "FAULT_WITHOUT_EFFECT", "it does not run"));
      pid += 1;
      return Promise.resolve([String(pid)]);
    },
    boot: () => Promise.resolve(boots(now())),
  };
  return killInTurns(clock, victim, { times: 3, pauseMs: 3_000 });
}

describe("a daemon is killed three times", () => {
  test("where it is there each time", async () => {
    expect(await killing(() => true)).toBe("a: corosync (process 101, 102, 103) gone 3 of 3 times");
  });

  test("where it takes a while to be there again", async () => {
    expect(await killing((ms) => ms < 10 || ms > 5_000)).toMatch(/3 of 3 times$/);
  });

  test("but for the turns in which its node was down", async () => {
    const text = await killing(
      (ms) => ms < 10 || ms > 5_500,
      (ms) => (ms < 2_500 ? "1" : ms < 4_000 ? "" : "2"),
    );
    expect(text).toBe("a: corosync (process 101, 102) gone 2 of 3 times, its node went down in between");
  });

  test("is no fault where it did not run and its node had not gone down", async () => {
    await expect(killing((ms) => ms < 10)).rejects.toMatchObject({ code: "FAULT_WITHOUT_EFFECT" });
    await expect(killing(() => false)).rejects.toMatchObject({ code: "FAULT_WITHOUT_EFFECT" });
  });
});
