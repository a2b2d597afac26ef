// Waiting for something in the cluster to become true, which is always polling with a limit and a word on what is still missing.
import { DcnError } from "../errors/index.js";
import type { Clock } from "./clock.js";

/** What one look found: the value that was waited for, or why it is not there yet. */
export type Probe<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly reason: string };

/** How long to wait, how often to look, and for what (`"dcn2 to join"`). */
export interface Waiting {
  readonly timeoutMs: number;
  /** From the end of one look to the start of the next. */
  readonly intervalMs: number;
  readonly what: string;
  readonly signal?: AbortSignal;
}

/**
 * Looks until `probe` is done and returns its value; looks at least once, and a last time when the time is up. A retryable DcnError of the probe counts
 * as "not yet", any other error ends the wait. `probe` gets the milliseconds that are left, for its own limits; a look under way is not cut short.
 * Throws DcnError failed TIMEOUT that names `what` and the last reason; rejects with the signal's reason.
 */
export async function waitUntil<T>(
  clock: Clock,
  waiting: Waiting,
  probe: (remainingMs: number) => Promise<Probe<T>>,
): Promise<T> {
  const endMs = clock.nowMs() + waiting.timeoutMs;
  for (;;) {
    waiting.signal?.throwIfAborted();
    const remainingMs = Math.max(0, endMs - clock.nowMs());
    const seen = await look(probe, remainingMs);
    if (seen.done) return seen.value;
    const leftMs = endMs - clock.nowMs();
    if (remainingMs === 0 || leftMs <= 0) throw timeout(waiting, seen);
    await clock.sleep(Math.min(waiting.intervalMs, leftMs), waiting.signal);
  }
}

type Seen<T> = Probe<T> & { readonly cause?: DcnError };

async function look<T>(
  probe: (remainingMs: number) => Promise<Probe<T>>,
  remainingMs: number,
): Promise<Seen<T>> {
  try {
    return await probe(remainingMs);
  } catch (error) {
    if (error instanceof DcnError && error.retryable)
      return { done: false, reason: error.message, cause: error };
    throw error;
  }
}

function timeout(waiting: Waiting, seen: { readonly reason: string; readonly cause?: DcnError }): DcnError {
  const seconds = Number((waiting.timeoutMs / 1_000).toFixed(1));
  const options = seen.cause === undefined ? {} : { cause: seen.cause };
  const node = seen.cause?.node === undefined ? {} : { node: seen.cause.node };
  return new DcnError(
    "failed",
    "TIMEOUT",
    `waited ${seconds} s for ${waiting.what}; last seen: ${seen.reason}`,
    {
      ...options,
      ...node,
    },
  );
}
