// sbd on the nodes in the words of `pcs stonith sbd enable` (pcs(8), sbd(8)): forming a cluster with pcs disables it.
import { type ClusterModel, sbdSeconds, type WatchdogFencing } from "../cluster/index.js";
import { cannotForm } from "./cluster-setup.js";
import type { PcsCall } from "./command.js";
import { isUnsaid, nameValue, sentence, type Unsaid } from "./saying.js";

/**
 * The step that enables sbd on all nodes, before their cluster starts; none where nothing needs it.
 * Throws DcnError invalid PCS_CANNOT_FORM for a device that cannot be given to pcs.
 */
export function sbdCommands({ name, watchdog, corosync }: ClusterModel): PcsCall[] {
  if (watchdog === undefined) return [];
  const nodes = corosync.nodes.map((node) => node.name);
  const words = sentence(["stonith", "sbd", "enable"], ...settings(watchdog, nodes));
  if (isUnsaid(words)) throw cannotForm(`sbd of ${name}: ${words.reason}`);
  return [{ tool: "pcs", comment: "sbd, which pcs cluster setup disabled", on: "nodes", options: [], words }];
}

function settings(watchdog: WatchdogFencing, nodes: readonly string[]): (string[] | Unsaid)[] {
  const { watchdogS, delayStartS } = sbdSeconds(watchdog);
  return [
    ...onAll("watchdog", watchdog.device, nodes),
    ...watchdog.disks.flatMap((disk) => onAll("device", disk, nodes)),
    ["SBD_STARTMODE=always", `SBD_WATCHDOG_TIMEOUT=${watchdogS}`, `SBD_DELAY_START=${delayStartS}`],
  ];
}

/** One word for all nodes; behind an @ pcs expects a node, so that a path with one is said for each node. */
function onAll(option: string, path: string, nodes: readonly string[]): (string[] | Unsaid)[] {
  if (!path.includes("@")) return [nameValue(option, path)];
  return nodes.map((node) => nameValue(option, `${path}@${node}`));
}
