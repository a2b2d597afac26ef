import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { type Probe, systemClock, waitUntil } from "../../src/time/index.js";
import { createFakeClock } from "./fake-clock.js";

const notYet = (reason: string): Promise<Probe<never>> => Promise.resolve({ done: false, reason });

test("looks at each interval until it is there, and tells how much time is left", async () => {
  const clock = createFakeClock({ auto: true });
  const left: number[] = [];
  const value = await waitUntil(clock, { timeoutMs: 10_000, intervalMs: 500, what: "x" }, (remainingMs) => {
    left.push(remainingMs);
    return left.length < 3 ? notYet("no") : Promise.resolve({ done: true, value: "there" });
  });
  expect(value).toBe("there");
  expect(clock.sleeps()).toEqual([500, 500]);
  expect(left).toEqual([10_000, 9_500, 9_000]);
});

test("looks a last time when the time is up, and names what it waited for and the last reason", async () => {
  const clock = createFakeClock({ auto: true });
  let looks = 0;
  const waiting = waitUntil(clock, { timeoutMs: 1_200, intervalMs: 500, what: "dcn2 to join" }, () => {
    looks += 1;
    return notYet(`seen ${looks} times`);
  });
  await expect(waiting).rejects.toMatchObject({ kind: "failed", code: "TIMEOUT" });
  await expect(waiting).rejects.toThrow("waited 1.2 s for dcn2 to join; last seen: seen 4 times");
  expect(clock.sleeps()).toEqual([500, 500, 200]);
});

test("looks once even with no time, and does not look again after a look that took too long", async () => {
  const clock = createFakeClock();
  const none = await waitUntil(clock, { timeoutMs: 0, intervalMs: 1, what: "x" }, () =>
    Promise.resolve({ done: true, value: 7 }),
  );
  expect(none).toBe(7);
  let looks = 0;
  const slow = waitUntil(clock, { timeoutMs: 100, intervalMs: 1, what: "x" }, async () => {
    looks += 1;
    await clock.advance(500);
    return notYet("slow");
  });
  await expect(slow).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(looks).toBe(1);
});

test("a retryable error is a reason to go on, any other ends the wait", async () => {
  const clock = createFakeClock({ auto: true });
  const rebooting = new DcnError("unreachable", "NODE_UNREACHABLE", "dcn2 cannot be reached", {
    node: "dcn2",
    retryable: true,
  });
  const waiting = waitUntil(clock, { timeoutMs: 1_000, intervalMs: 500, what: "x" }, () =>
    Promise.reject(rebooting),
  );
  await expect(waiting).rejects.toMatchObject({ code: "TIMEOUT", node: "dcn2", cause: rebooting });
  const broken = waitUntil(clock, { timeoutMs: 1_000, intervalMs: 500, what: "x" }, () =>
    Promise.reject(new Error("bug")),
  );
  await expect(broken).rejects.toThrow("bug");
});

test.each(["fake", "system"])("an aborted wait rejects with the signal's reason (%s clock)", async (kind) => {
  const clock = kind === "fake" ? createFakeClock() : systemClock;
  const cancel = new AbortController();
  const waiting = waitUntil(
    clock,
    { timeoutMs: 60_000, intervalMs: 60_000, what: "x", signal: cancel.signal },
    () => notYet("no"),
  );
  setTimeout(() => cancel.abort(new Error("Ctrl-C")), 20);
  await expect(waiting).rejects.toThrow(/^Ctrl-C$/);
});

test("the system clock sleeps, in milliseconds, and never goes back", async () => {
  const before = systemClock.nowMs();
  await systemClock.sleep(30);
  const slept = systemClock.nowMs() - before;
  expect(slept).toBeGreaterThanOrEqual(29);
  expect(slept).toBeLessThan(5_000);
  expect(Math.abs(systemClock.wallMs() - Date.now())).toBeLessThan(1_000);
});
