// Time until a lost node is gone and its workload runs again: corosync.conf(5) "token", "consensus"; Pacemaker's own parts as measured.

/** Where a term of the bound comes from. */
export type TermSource = "computed" | "measured" | "assumed";

/** One term of an outage bound, in milliseconds. */
export interface BoundTerm {
  readonly name: string;
  readonly ms: number;
  readonly source: TermSource;
}

/** A time that somebody measured, or that we assume for want of a measurement. */
export interface Duration {
  readonly ms: number;
  readonly source: "measured" | "assumed";
}

/** What the bound is made of; a bare number for `fenceMs` and `startMs` counts as measured. */
export interface OutageBoundInput {
  /** Effective token and consensus timeouts of the running corosync, and the timeout of its quorum device where it has one. */
  readonly timing: {
    readonly tokenMs: number;
    readonly consensusMs: number;
    readonly deviceTimeoutMs?: number | undefined;
  };
  readonly fencingDelayMs: number;
  readonly fenceMs: number | Duration;
  readonly startMs: number | Duration;
  /** Whether the lost node was the DC, so that the rest elects a new one first. */
  readonly dcLost: boolean;
}

/** An upper bound of an outage and the terms whose sum it is. */
export interface OutageBound {
  readonly totalMs: number;
  readonly terms: readonly BoundTerm[];
}

const MEMBERSHIP_SYNC_MS = 100;
const ELECTION_MS = 500;
const SCHEDULING_MS = 200;
/** corosync refuses a consensus below 1.2 × token. */
const CONSENSUS_FACTOR = 1.2;
/** Below this kronosnet marks links down for mere scheduling delays (pcs 0.12.2 refuses less). */
const KNET_MINIMUM_MS = 200;

/** The token timeout that totem uses for this many nodes (corosync.conf(5), token_coefficient). */
export function effectiveTokenMs(tokenMs: number, coefficientMs: number, nodes: number): number {
  return nodes < 3 ? tokenMs : tokenMs + (nodes - 2) * coefficientMs;
}

const SHORTEST_DEVICE_MS = 3_000;
/** corosync's own quorum.device.timeout (votequorum(5)). */
export const DEFAULT_DEVICE_MS = 10_000;
/** A node sends to the device each 0.8 × timeout, and corosync-qnetd drops it after 1.5 times that in silence (corosync-qdevice(8), corosync-qnetd(8)). */
const DEVICE_SILENCE = 1.2;

/**
 * `quorum.device.timeout` in milliseconds: as long as the nodes take to miss one another, so that the device's vote for those who are left is
 * not waited for; at least 3 s, since a lone node stops its workloads when its line to the device is silent for longer; at most corosync's own 10 s.
 */
export function deviceTimeoutMs(timing: { readonly tokenMs: number; readonly consensusMs: number }): number {
  const unnoticed = Math.floor((timing.tokenMs + timing.consensusMs) / DEVICE_SILENCE);
  return Math.min(DEFAULT_DEVICE_MS, Math.max(SHORTEST_DEVICE_MS, unnoticed));
}

/** How much later than its nodes a quorum device misses a node that ended without a word, in milliseconds: until then it gives nobody its vote. */
export function deviceWaitMs({
  tokenMs,
  consensusMs,
  deviceTimeoutMs: timeoutMs,
}: OutageBoundInput["timing"]): number {
  return timeoutMs === undefined
    ? 0
    : Math.max(0, Math.round(timeoutMs * DEVICE_SILENCE) - tokenMs - consensusMs);
}

/** The consensus timeout for a token timeout: corosync's own default of 1.2 × token, rounded up. */
export function consensusMs(tokenMs: number): number {
  return Math.ceil(Number((tokenMs * CONSENSUS_FACTOR).toFixed(6)));
}

/** Ping interval and timeout of a knet link: a quarter and a half of the token, so that a dead link is left before the token is lost. */
export function knetPing(tokenMs: number): { readonly intervalMs: number; readonly timeoutMs: number } {
  const intervalMs = Math.max(KNET_MINIMUM_MS, Math.floor(tokenMs / 4));
  return { intervalMs, timeoutMs: Math.max(2 * KNET_MINIMUM_MS, Math.floor(tokenMs / 2)) };
}

/** The shortest token for which a dead link (one ping interval and one timeout) is noticed before the token is lost. */
export const SHORTEST_TOKEN_MS = 4 * KNET_MINIMUM_MS;

/** Bound of the outage when a node is lost: the sum of token, consensus, sync, election, fencing, scheduling and start, with its terms. */
export function outageBound(input: OutageBoundInput): OutageBound {
  const { timing } = input;
  const deviceMs = deviceWaitMs(timing);
  const terms: BoundTerm[] = [
    { name: "token", ms: timing.tokenMs, source: "computed" },
    { name: "consensus", ms: timing.consensusMs, source: "computed" },
    ...(deviceMs === 0 ? [] : [{ name: "quorum device's vote", ms: deviceMs, source: "computed" } as const]),
    { name: "membership sync", ms: MEMBERSHIP_SYNC_MS, source: "assumed" },
    ...(input.dcLost ? [{ name: "election", ms: ELECTION_MS, source: "assumed" } as const] : []),
    { name: "fencing delay", ms: input.fencingDelayMs, source: "computed" },
    { name: "fence device", ...duration(input.fenceMs) },
    { name: "scheduling", ms: SCHEDULING_MS, source: "assumed" },
    { name: "workload start", ...duration(input.startMs) },
  ];
  return { totalMs: terms.reduce((sum, term) => sum + term.ms, 0), terms };
}

function duration(value: number | Duration): Duration {
  return typeof value === "number" ? { ms: value, source: "measured" } : value;
}
