// A clock that tests turn by hand, or that sleepers turn themselves.
import type { Clock } from "../../src/time/index.js";

export interface FakeClock extends Clock {
  /** Moves time on and wakes who slept until then. */
  advance(ms: number): Promise<void>;
  /** How long each sleep was to be, in order. */
  sleeps(): readonly number[];
}

/** With `auto`, each sleep passes at once and time moves on by it; else it waits for `advance`. */
export function createFakeClock(options: { readonly auto?: boolean } = {}): FakeClock {
  let nowMs = 1_000;
  const lengths: number[] = [];
  const sleepers = new Set<{ readonly untilMs: number; wake(): void }>();
  return {
    nowMs: () => nowMs,
    wallMs: () => Date.UTC(2026, 0, 1) + nowMs,
    sleeps: () => [...lengths],
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        lengths.push(ms);
        const onAbort = (): void =>
          reject(signal?.reason instanceof Error ? signal.reason : new Error(String(signal?.reason)));
        if (signal?.aborted === true) {
          onAbort();
          return;
        }
        if (options.auto === true) {
          nowMs += ms;
          resolve();
          return;
        }
        signal?.addEventListener("abort", onAbort, { once: true });
        const wake = (): void => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        };
        sleepers.add({ untilMs: nowMs + ms, wake });
      }),
    advance: async (ms) => {
      nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.untilMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      // Let those who were awoken go on to their next sleep.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
