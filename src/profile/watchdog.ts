// What sbd on the nodes needs, from the policy's watchdog or from the shared disks of the nodes' fencing (sbd(8)).
import { sbdTimes, type WatchdogFencing } from "../cluster/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { GroupTiming } from "./cluster-policy-timing.js";
import type { NodeText } from "./node-group.js";

const DEFAULT_DEVICE = "/dev/watchdog";

/** sbd of every node; undefined where nothing needs it. */
export function watchdogFencing(
  times: GroupTiming,
  group: {
    readonly policy: ClusterPolicy;
    readonly disks: readonly string[];
    readonly nodes: readonly NodeText[];
  },
): WatchdogFencing | undefined {
  const { policy, disks, nodes } = group;
  // sbd's settings are the same on every node: the first that names a device names it for all.
  const named = nodes.find(({ fence }) => fence?.sbd?.watchdog !== undefined)?.fence?.sbd?.watchdog;
  const device = policy.fencing?.watchdog?.device ?? named ?? DEFAULT_DEVICE;
  const { sbd } = times.fencing;
  if (sbd === undefined && disks.length === 0) return undefined;
  const { watchdogMs, delayStartMs } = sbd ?? sbdTimes({ ...times.totem });
  // Over disks the other node may wait out its fencing delay before it writes the message that resets this one.
  const delayMs = disks.length === 0 ? 0 : Math.ceil(times.fencing.raceDelayMs / 1_000) * 1_000;
  return { device, watchdogMs, delayStartMs: delayStartMs + delayMs, disks };
}
