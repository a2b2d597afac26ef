// When to kill an apply so that it dies in the middle, on machines that are as fast or slow as they like.
import { expect, test } from "vitest";
import { type KillHit, type KillWindow, narrowed, nextKillMs } from "../../src/lab/kill-moment.js";

interface Life {
  readonly fromMs: number;
  readonly toMs: number;
  readonly endMs: number;
}

/** How many tries it takes until a kill comes between the times of each life. */
function tries(lifeOf: (turn: number) => Life): number {
  let window: KillWindow = { earlyMs: 0 };
  for (let turn = 0; turn < 50; turn += 1) {
    const { fromMs, toMs, endMs } = lifeOf(turn);
    const atMs = nextKillMs(window);
    const hit: KillHit =
      atMs >= endMs ? "too late" : atMs < fromMs || atMs > toMs ? "too early" : "in the middle";
    if (hit === "in the middle") return turn + 1;
    window = narrowed(window, { hit, ms: Math.min(atMs, endMs) });
  }
  return Number.POSITIVE_INFINITY;
}

test.each([
  ["as seen on two processors", { fromMs: 800, toMs: 1_500, endMs: 1_600 }],
  ["quick", { fromMs: 150, toMs: 260, endMs: 300 }],
  ["slow", { fromMs: 9_000, toMs: 14_000, endMs: 15_000 }],
  ["narrow", { fromMs: 1_000, toMs: 1_080, endMs: 1_100 }],
])("%s: found within twelve tries", (_name, life) => {
  expect(tries(() => life)).toBeLessThanOrEqual(12);
});

test("a first apply that was slower, or quicker, than the ones after it does not mislead for long", () => {
  const usual = { fromMs: 300, toMs: 500, endMs: 600 };
  for (const first of [
    { fromMs: 2_000, toMs: 3_000, endMs: 4_000 },
    { fromMs: 100, toMs: 150, endMs: 200 },
  ])
    expect(tries((turn) => (turn < 2 ? first : usual))).toBeLessThanOrEqual(12);
});
