// What weighs when the busier node of a pair is to win: work, and nothing that only looks after it (pacemaker-controld(7), "priority-fencing-delay").
import type { Clone, Primitive } from "../cluster/index.js";
import { attributeSet } from "./attribute-set.js";
import type { GroupTiming } from "./cluster-policy-timing.js";

/**
 * Fence devices and watchers of networks, without weight where a policy gives everything some (`survivor: busiest`): Pacemaker adds up the
 * priorities of all that runs on a node, so that one that happens to watch over more devices would win against the one that works.
 */
export function beside(
  resources: readonly (Primitive | Clone)[],
  times: GroupTiming | undefined,
): (Primitive | Clone)[] {
  return times?.fencing.resourceDefaults.length ? resources.map(weightless) : [...resources];
}

/** The resource with the meta attribute `priority` 0. */
function weightless<Kind extends Primitive | Clone>(resource: Kind): Kind {
  if (resource.kind === "clone") {
    const { member } = resource;
    return member.kind === "primitive" ? { ...resource, member: weightless(member) } : resource;
  }
  const { id, metaAttributes } = resource;
  const pairs = metaAttributes.flatMap((set) => set.pairs.map(({ name, value }) => [name, value] as const));
  const all = new Map<string, string>([...pairs, ["priority", "0"]]);
  return { ...resource, metaAttributes: [attributeSet(`${id}-meta_attributes`, all)] };
}
