// The end of a monitor, for what may take a moment longer.
import type { Clock } from "../time/index.js";

/** Aborted so long after `signal`. */
export function later(signal: AbortSignal, ms: number, clock: Clock): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort(new Error("the monitor ended before there was an answer"));
  const begin = (): void => void clock.sleep(ms).then(end);
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return controller.signal;
}
