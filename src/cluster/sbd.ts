// Times of watchdog fencing by sbd: a node that lost its quorum resets itself (sbd(8); Pacemaker Explained, "stonith-watchdog-timeout").
import { type Figure, figure } from "./figure.js";

/** What the times follow from, in milliseconds. */
export interface SbdInput {
  readonly tokenMs: number;
  readonly consensusMs: number;
  /** Timeout of the watchdog device as wished; absent: the usual one for this cluster. */
  readonly watchdogMs?: number | undefined;
  /** `stonith-watchdog-timeout` as wished; absent: twice the watchdog. */
  readonly selfFenceMs?: number | undefined;
  /** How long corosync waits for the quorum device's vote; absent without one. */
  readonly deviceSyncMs?: number | undefined;
}

/** Times of sbd, in milliseconds, and how each came about. */
export interface SbdTimes {
  readonly watchdogMs: number;
  /** Pacemaker takes a lost node for gone after this long: `stonith-watchdog-timeout`. */
  readonly selfFenceMs: number;
  /** `stonith-timeout`. */
  readonly fencingMs: number;
  /** SBD_DELAY_START: a node that was reset starts its cluster only after the others saw it go. */
  readonly delayStartMs: number;
  /** What a message on a disk takes at most: msgwait, twice the watchdog. */
  readonly messageMs: number;
  readonly figures: readonly Figure[];
}

/**
 * The name by which fencing levels mean a node's own watchdog. Pacemaker makes this device itself on each node that has
 * one; where a node has levels, it counts on the watchdog only if one of them says this name.
 */
export const WATCHDOG_DEVICE = "watchdog";

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
  const messageMs = 2 * watchdogMs;
  const selfFenceMs = input.selfFenceMs ?? 2 * watchdogMs;
  const longestMs = Math.max(selfFenceMs, messageMs);
  const fencingMs = wholeSeconds(Math.max(1.2 * longestMs, SHORTEST_FENCING_MS) + tokenMs + consensusMs);
  const delayStartMs = wholeSeconds(messageMs + tokenMs + consensusMs);
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
    messageMs,
    figures: [
      figure("watchdog timeout", watchdogMs, input.watchdogMs === undefined ? why : "policy", "sbd(8)"),
      figure("stonith-watchdog-timeout", selfFenceMs, `2 × ${watchdogMs} (watchdog)`, "Pacemaker Explained"),
      figure(
        "stonith-timeout",
        fencingMs,
        `max(1.2 × ${longestMs}, ${SHORTEST_FENCING_MS}) + ${ring}`,
        "Pacemaker Explained",
      ),
      figure("SBD_DELAY_START", delayStartMs, `2 × ${watchdogMs} (watchdog) + ${ring}`, "sbd(8)"),
    ],
  };
}

/** Times of sbd in whole seconds, as its configuration has them: SBD_WATCHDOG_TIMEOUT and SBD_DELAY_START. */
export function sbdSeconds(times: { readonly watchdogMs: number; readonly delayStartMs: number }): {
  readonly watchdogS: number;
  readonly delayStartS: number;
} {
  return {
    watchdogS: wholeSeconds(times.watchdogMs) / 1_000,
    delayStartS: wholeSeconds(times.delayStartMs) / 1_000,
  };
}

/** systemd's own patience with a service that starts (systemd-system.conf(5)). */
const SYSTEMD_PATIENCE_MS = 90_000;

/** TimeoutSec of sbd.service, which counts SBD_DELAY_START among its start: without it systemd ends a start that only waits. */
export function sbdServiceTimeoutMs(delayStartMs: number): number {
  return Math.max(SYSTEMD_PATIENCE_MS, wholeSeconds(1.2 * delayStartMs));
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000;
}
