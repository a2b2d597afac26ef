// A policy's token → totem's timeouts (corosync.conf(5): token, token_coefficient, consensus, knet_ping_interval).
import {
  consensusMs,
  deviceTimeoutMs,
  effectiveTokenMs,
  type Figure,
  figure,
  knetPing,
} from "../cluster/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import { durationMs } from "./values.js";

/** What timeouts depend on besides the policy. */
export interface GroupSize {
  readonly nodes: number;
  readonly networks: number;
  readonly quorumDevice?: boolean;
  /** Times that a part `corosync:` sets, in milliseconds. */
  readonly forced?: {
    readonly tokenMs?: number;
    readonly consensusMs?: number;
    /** How long corosync waits for the quorum device's vote. */
    readonly deviceSyncMs?: number;
    /** How long the quorum device may be silent. */
    readonly deviceTimeoutMs?: number;
  };
}

/** The timeouts that corosync runs with, in milliseconds. */
export interface TotemTiming {
  readonly tokenMs: number;
  readonly consensusMs: number;
  readonly knetPingIntervalMs: number;
  readonly knetPingTimeoutMs: number;
  /** `quorum.device.timeout`, where there is a quorum device. */
  readonly deviceTimeoutMs?: number;
}

const DEFAULT_TOKEN_MS = 1_000;

/** Totem's timeouts under a policy for a group of this size. */
export function totemTiming(policy: ClusterPolicy, size: GroupSize): TotemTiming {
  const { baseMs, perNodeMs, oneNetworkMs } = tokenParts(policy, size);
  const tokenMs = size.forced?.tokenMs ?? effectiveTokenMs(baseMs, perNodeMs, size.nodes) + oneNetworkMs;
  const ping = knetPing(tokenMs);
  const times = { tokenMs, consensusMs: size.forced?.consensusMs ?? consensusMs(tokenMs) };
  const device = size.forced?.deviceTimeoutMs ?? deviceTimeoutMs(times);
  return {
    ...times,
    ...(size.quorumDevice === true ? { deviceTimeoutMs: device } : {}),
    knetPingIntervalMs: ping.intervalMs,
    knetPingTimeoutMs: ping.timeoutMs,
  };
}

/** The same timeouts with their arithmetic. */
export function totemFigures(policy: ClusterPolicy, size: GroupSize): Figure[] {
  const { baseMs, perNodeMs, oneNetworkMs } = tokenParts(policy, size);
  const timing = totemTiming(policy, size);
  const { tokenMs } = timing;
  const extra = Math.max(0, size.nodes - 2);
  const network = oneNetworkMs > 0 ? ` + ${oneNetworkMs} (one network)` : "";
  const conf = "corosync.conf(5)";
  const forcedToken = size.forced?.tokenMs === undefined ? undefined : "corosync: totem.token";
  const forcedConsensus = size.forced?.consensusMs === undefined ? undefined : "corosync: totem.consensus";
  return [
    figure(
      "token",
      tokenMs,
      forcedToken ?? `${baseMs} + ${extra} (nodes beyond two) × ${perNodeMs}${network}`,
      conf,
    ),
    figure("consensus", timing.consensusMs, forcedConsensus ?? `1.2 × ${tokenMs} (token), rounded up`, conf),
    figure("knet_ping_interval", timing.knetPingIntervalMs, `max(200, ${tokenMs} (token) / 4)`, conf),
    figure("knet_ping_timeout", timing.knetPingTimeoutMs, `max(400, ${tokenMs} (token) / 2)`, conf),
    figure(
      "detection of a lost node",
      tokenMs + timing.consensusMs,
      `${tokenMs} (token) + ${timing.consensusMs} (consensus)`,
      "corosync, exec/totemsrp.c",
    ),
    ...deviceFigure(timing, size),
  ];
}

function deviceFigure(
  { tokenMs, consensusMs: consensus, deviceTimeoutMs: ms }: TotemTiming,
  size: GroupSize,
): Figure[] {
  if (ms === undefined) return [];
  const computed = `(${tokenMs} (token) + ${consensus} (consensus)) / 1.2, at least 3000, at most 10000`;
  const formula = size.forced?.deviceTimeoutMs === undefined ? computed : "corosync: quorum.device.timeout";
  return [figure("quorum.device.timeout", ms, formula, "corosync-qdevice(8)")];
}

function tokenParts(policy: ClusterPolicy, size: GroupSize) {
  const { token, tokenPerExtraNode = "0ms", tokenWithOneNetwork = "0ms" } = policy.timing;
  return {
    baseMs: durationMs(token) ?? DEFAULT_TOKEN_MS,
    perNodeMs: durationMs(tokenPerExtraNode) ?? 0,
    oneNetworkMs: size.networks === 1 ? (durationMs(tokenWithOneNetwork) ?? 0) : 0,
  };
}
