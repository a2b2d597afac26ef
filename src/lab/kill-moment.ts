// When to kill an apply so that it dies in the middle: each machine is as fast as it is, so that one try tells the next.

/** Where in the life of an apply a kill came. `too late`: it had come to its end. */
export type KillHit = "too early" | "in the middle" | "too late";

/** Between these times since its start lies its middle, as far as earlier tries have shown. */
export interface KillWindow {
  readonly earlyMs: number;
  readonly lateMs?: number;
}

/** Nearer than this nothing is found any more: then what an earlier try had shown holds for this one no longer. */
const NARROW_MS = 50;

/** When to kill the next one. */
export function nextKillMs({ earlyMs, lateMs }: KillWindow): number {
  return lateMs === undefined ? Math.max(400, earlyMs * 1.5) : (earlyMs + lateMs) / 2;
}

/** What is known after a try that missed; `ms` is when it was killed, or had ended. */
export function narrowed(window: KillWindow, { hit, ms }: { hit: KillHit; ms: number }): KillWindow {
  const { earlyMs, lateMs } = window;
  if (hit === "too late") return { earlyMs: ms - earlyMs < NARROW_MS ? ms / 2 : earlyMs, lateMs: ms };
  return lateMs === undefined || lateMs - ms < NARROW_MS ? { earlyMs: ms } : { earlyMs: ms, lateMs };
}
