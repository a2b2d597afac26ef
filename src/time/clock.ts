// Time as a parameter: monotonic for durations and deadlines, wall clock only for people.
import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes back. */
  nowMs(): number;
  /** Milliseconds since 1970, for display only. */
  wallMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  wallMs: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node wraps the reason into an AbortError.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
