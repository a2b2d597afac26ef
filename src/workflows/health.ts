// Whether a group is as it should be: everything that is not, in words (docs/status.md).
import type { GroupStatus, NodeStatus, WorkloadStatus } from "./group-status.js";

// A node in standby or maintenance is where somebody put it: drift, and no trouble.
const BAD_STATES: ReadonlySet<NodeStatus["state"]> = new Set(["offline", "pending", "unclean", "unknown"]);

/** What is not as it should be; empty where the group is healthy. What is unknown is not healthy. */
export function troublesOf(status: Omit<GroupStatus, "troubles">): string[] {
  const { quorate, dc, maintenanceMode, nodes, workloads, fenceDevices, unknown } = status;
  const quorum = quorate === true ? [] : [quorate === false ? "no quorum" : "quorum unknown"];
  return [
    ...quorum,
    ...(dc === undefined ? ["no DC known"] : []),
    ...(maintenanceMode === true ? ["maintenance mode: nothing is healed"] : []),
    ...nodes.filter(({ state }) => BAD_STATES.has(state)).map(({ name, state }) => `node ${name} ${state}`),
    ...nodes.flatMap(unwrittenWords),
    ...idle(workloads.filter(({ workload }) => workload !== undefined)).map((id) => `${id} does not run`),
    ...idle(fenceDevices).map((id) => `fence device ${id} is not watched by any node`),
    ...broken([...workloads, ...fenceDevices]),
    ...unknown,
  ];
}

/** What the node would come back with after a power cut is not what it runs with (docs/on-call/disk-full.md). */
function unwrittenWords({ name, unwritten }: NodeStatus): string[] {
  if (unwritten === undefined) return [];
  const { held, kept = "none" } = unwritten;
  return [
    `${name} writes no configuration to its disk any more: it holds ${held}, ${kept} is on the disk; make room, then pkill -PIPE -x pacemaker-based on it, and a change`,
  ];
}

/** Of a clone one running instance is enough: others may be kept away from their nodes. */
function idle(all: readonly WorkloadStatus[]): string[] {
  const running = new Set(all.filter(({ nodes }) => nodes.length > 0).map(({ id }) => id));
  return [...new Set(all.filter(({ shouldRun, id }) => shouldRun && !running.has(id)).map(({ id }) => id))];
}

/** What runs twice is as bad as what has failed, but for a moment of a live migration. Instances of a clone are each its own. */
function broken(all: readonly WorkloadStatus[]): string[] {
  const said = all.flatMap(({ id, remarks }) => {
    const isInMotion = remarks.some((remark) => remark.startsWith("in motion"));
    const bad = isInMotion ? /^(failed|blocked)/ : /^(failed|blocked|runs on several nodes)/;
    return remarks.filter((remark) => bad.test(remark)).map((remark) => `${id} ${remark}`);
  });
  return [...new Set(said)];
}
