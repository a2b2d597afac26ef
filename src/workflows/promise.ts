// How long an outage may last by promise: what `monitor` and drills on real machines hold a failover against.
import { asNouns } from "../cib/index.js";
import { type OutageBound, outageBound } from "../cluster/index.js";
import { actionsMs, clusterView, longestFencing, orderedAround } from "../lint/index.js";
import type { ResolvedGroup } from "../profile/index.js";

/** What a workload is away for at most, whichever node is lost; `primitives` are the ids of what has to start, in order. */
export type Promised = (primitives: readonly string[], dcLost: boolean) => OutageBound;

/** The promises of a group. Its fencing is read once, since it may have many workloads. */
export function promisesOf({ model, timing }: Pick<ResolvedGroup, "model" | "timing">): Promised {
  const view = clusterView({ ...model, configuration: asNouns(model.configuration) }, undefined);
  const { delayMs, fenceMs } = longestFencing(view);
  return (primitives, dcLost) => {
    // What it is ordered after may have been lost with it, and starts first.
    const starts = [...orderedAround(view, primitives).before, ...primitives];
    return outageBound({
      timing,
      fencingDelayMs: delayMs,
      fenceMs: { ms: fenceMs, source: "assumed" },
      startMs: { ms: actionsMs(view, starts), source: "assumed" },
      dcLost,
    });
  };
}
