// When something happened on a node, by the controller's clock: the node's own may be wrong, and may be set right while it runs.
import type { SpoolEvent, SpoolHeader } from "../observation/index.js";

/** What a node's clocks said when it was asked, and what ours did. */
export interface ClockReading {
  readonly node: Pick<SpoolHeader, "boot" | "epochMs" | "upMs">;
  readonly wallMs: number;
}

/** Clocks closer than this are taken for equal: the way to the node takes longer. */
const TOLERANCE_MS = 1_000;
/** Pacemaker may have said of an event long before the alert agent of a busy node began: that is no step of a clock. */
const SLOW_AGENT_MS = 5_000;

/**
 * The time of an event by the controller's clock, never later than now. In the boot in which the node was asked, its time since boot tells by
 * how much its clock was set in between; of an earlier boot nothing does.
 */
export function wallOf(
  event: Pick<SpoolEvent, "boot" | "wallMs" | "upMs">,
  { node, wallMs }: ClockReading,
  nowMs: number,
): number {
  const offsetMs = wallMs - node.epochMs;
  const stepMs =
    event.upMs === undefined || event.boot !== node.boot
      ? 0
      : node.epochMs - node.upMs - (event.wallMs - event.upMs);
  const isStep = stepMs > SLOW_AGENT_MS || stepMs < -TOLERANCE_MS;
  const ours = event.wallMs + (Math.abs(offsetMs) < TOLERANCE_MS ? 0 : offsetMs) + (isStep ? stepMs : 0);
  return Math.min(ours, nowMs);
}
