// Times of watchdog fencing by sbd: a node that lost its quorum resets itself (sbd(8); Pacemaker Explained, "stonith-watchdog-timeout").
import { type Figure, figure } from "./figure.js";

/** What the times follow from, in milliseconds. */
export interface SbdInput {
  readonly tokenMs: number;
  readonly consensusMs: number;
  /** Timeout of the watchdog device as wished; absent: the usual one for this cluster. */
  readonly watchdogMs?: number | undefined;
  /** How long corosync waits for the quorum device's vote; absent without one. */
  readonly deviceSyncMs?: number | undefined;
}

/** Times of sbd without a disk, in milliseconds, and how each came about. */
export interface SbdTimes {
  readonly watchdogMs: number;
  /** Pacemaker takes a lost node for gone after this long: `stonith-watchdog-timeout`. */
  readonly selfFenceMs: number;
  /** `stonith-timeout`. */
  readonly fencingMs: number;
  /** SBD_DELAY_START: a node that was reset starts its cluster only after the others saw it go. */
  readonly delayStartMs: number;
  readonly figures: readonly Figure[];
}

const WATCHDOG_MS = 15_000;
const WATCHDOG_WITH_DEVICE_MS = 35_000;
const MARGIN_MS = 5_000;
const SHORTEST_FENCING_MS = 60_000;

/** The times of diskless sbd; all rounded up to whole seconds, in which sbd and Pacemaker take them. */
export function sbdTimes(input: SbdInput): SbdTimes {
  const { tokenMs, consensusMs, deviceSyncMs } = input;
  const usual =
    deviceSyncMs === undefined ? WATCHDOG_MS : Math.max(WATCHDOG_WITH_DEVICE_MS, deviceSyncMs + MARGIN_MS);
  const watchdogMs = wholeSeconds(input.watchdogMs ?? usual);
  const selfFenceMs = 2 * watchdogMs;
  const fencingMs = wholeSeconds(
    Math.max(1.2 * Math.max(selfFenceMs, 2 * watchdogMs), SHORTEST_FENCING_MS) + tokenMs + consensusMs,
  );
  const delayStartMs = wholeSeconds(2 * watchdogMs + tokenMs + consensusMs);
  const why =
    deviceSyncMs === undefined
      ? "usual value"
      : `usual value max(35000, sync_timeout ${deviceSyncMs} + 5000)`;
  const ring = `${tokenMs} (token) + ${consensusMs} (consensus)`;
  return {
    watchdogMs,
    selfFenceMs,
    fencingMs,
    delayStartMs,
    figures: [
      figure("watchdog timeout", watchdogMs, input.watchdogMs === undefined ? why : "policy", "sbd(8)"),
      figure("stonith-watchdog-timeout", selfFenceMs, `2 × ${watchdogMs} (watchdog)`, "Pacemaker Explained"),
      figure(
        "stonith-timeout",
        fencingMs,
        `max(1.2 × ${selfFenceMs}, ${SHORTEST_FENCING_MS}) + ${ring}`,
        "Pacemaker Explained",
      ),
      figure("SBD_DELAY_START", delayStartMs, `2 × ${watchdogMs} (watchdog) + ${ring}`, "sbd(8)"),
    ],
  };
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000;
}
