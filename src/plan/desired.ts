// What a group's nodes are to hold, as data with digests, ready to be compared with what they hold (docs/apply.md).
import {
  type ClusterModel,
  sbdSeconds,
  sbdServiceTimeoutMs,
  type WatchdogFencing,
} from "../cluster/index.js";

/** A file by its logical name (`corosync-conf`, `gate-config`): content and SHA-256. */
export interface DesiredFile {
  readonly content: string;
  readonly sha256: string;
}

/** One node: its name and the files that it is to hold, by logical name. */
export interface DesiredNode {
  readonly name: string;
  readonly files: ReadonlyMap<string, DesiredFile>;
}

/** A whole group. */
export interface DesiredGroup {
  readonly model: ClusterModel;
  readonly nodes: readonly DesiredNode[];
  /** SHA-256 of the secrets that each node is to hold, by name; the values stay with the caller. */
  readonly secrets: ReadonlyMap<string, string>;
  /** SHA-256 of the node programs of this release by the name under which a probe shows them. */
  readonly programs: ReadonlyMap<string, string>;
}

/** The port on which nodes answer each other before the cluster starts (dcn-ha-gate.socket). */
const GATE_PORT = 5410;

/** gate.json of one node: whom it waits for, where, and for how long at most. */
export function renderGateConfig(
  model: Pick<ClusterModel, "name" | "corosync" | "gateGraceMs">,
  node: string,
): string {
  const peers = model.corosync.nodes
    .filter((other) => other.name !== node)
    .map(({ name, addresses }) => ({ name, addresses }));
  const config = { cluster: model.name, node, peers, graceMs: model.gateGraceMs, port: GATE_PORT };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** A drop-in of sbd.service: how long its start may take, SBD_DELAY_START included (systemd.service(5), TimeoutSec). */
export function renderSbdUnit({ delayStartMs }: WatchdogFencing): string {
  const seconds = Math.ceil(sbdServiceTimeoutMs(delayStartMs) / 1_000);
  return `# Written by dcn-ha: its start waits ${Math.ceil(delayStartMs / 1_000)} s (SBD_DELAY_START).\n[Service]\nTimeoutSec=${seconds}\n`;
}

/** sbd's configuration, /etc/default/sbd or /etc/sysconfig/sbd; the same on every node, without disks (sbd(8), times in seconds). */
export function renderSbdConfig(watchdog: WatchdogFencing): string {
  const { watchdogS, delayStartS } = sbdSeconds(watchdog);
  const lines = [
    `SBD_PACEMAKER=yes`,
    `SBD_STARTMODE=always`,
    `SBD_WATCHDOG_DEV=${watchdog.device}`,
    `SBD_WATCHDOG_TIMEOUT=${watchdogS}`,
    `SBD_DELAY_START=${delayStartS}`,
    `SBD_OPTS=`,
  ];
  return `# Written by dcn-ha; a change of it needs a restart of the whole cluster.\n${lines.join("\n")}\n`;
}
