// From a group's model and what runs where now to what the order of a rollout goes by (Pacemaker Explained, "Resource Constraints", "Stickiness").
import { type AttributeSet, type ClusterModel, stickinessOf } from "../cluster/index.js";
import type { ClusterObservation } from "../observation/index.js";
import type { MovingWorkload, OrderFacts } from "./order.js";

/** What is known for an order: everything that runs at one place, with the nodes that it may run on. Clones run everywhere anyway and move nowhere. */
export function orderFacts(
  { configuration, corosync }: ClusterModel,
  cluster: ClusterObservation,
  updated: readonly string[],
): OrderFacts {
  const nodes = corosync.nodes.map(({ name }) => name);
  const isOptIn = valueIn(configuration.properties, "symmetric-cluster") === "false";
  const byDefault = valueIn(configuration.resourceDefaults, "resource-stickiness") ?? "1";
  const workloads = placesOf(cluster).map(([name, on]): MovingWorkload => {
    const scores = Object.fromEntries(
      nodes.flatMap((node) => {
        const given = configuration.constraints.flatMap((one) =>
          one.kind === "location" && one.resource === name && one.node === node ? [scoreOf(one.score)] : [],
        );
        const score = given.reduce((sum, value) => sum + value, 0);
        const isAllowed = score !== Number.NEGATIVE_INFINITY && (!isOptIn || given.length > 0);
        return isAllowed || on === node ? [[node, score] as const] : [];
      }),
    );
    const resource = configuration.resources.find(({ id }) => id === name);
    const stickiness = resource === undefined ? scoreOf(byDefault) : stickinessOf(resource, byDefault);
    return { name, on, scores, stickiness };
  });
  return {
    nodes,
    workloads,
    dc: cluster.dc?.name,
    updated,
    standby: cluster.nodes.filter(({ standby }) => standby === true).map(({ name }) => name),
  };
}

/** Groups count as one; instances of clones and bundles, and fence devices, are left out. */
function placesOf({ resources }: ClusterObservation): readonly (readonly [string, string | undefined])[] {
  const places = new Map<string, string | undefined>();
  for (const { id, within, agent, nodes, active } of resources) {
    if (agent?.startsWith("stonith:") === true) continue;
    const name = within[0] ?? id;
    const here = active === true ? nodes[0] : undefined;
    const others = resources.filter((one) => (one.within[0] ?? one.id) === name);
    const isOne = new Set(others.map((one) => one.id)).size === others.length;
    if (isOne) places.set(name, places.get(name) ?? here);
  }
  // What runs nowhere now moves nowhere either.
  return [...places].filter(([, on]) => on !== undefined);
}

function valueIn(sets: readonly AttributeSet[], name: string): string | undefined {
  return sets.flatMap(({ pairs }) => pairs).find((pair) => pair.name === name)?.value;
}

function scoreOf(text: string): number {
  if (/^\+?INFINITY$/.test(text)) return Number.POSITIVE_INFINITY;
  return text === "-INFINITY" ? Number.NEGATIVE_INFINITY : Number(text) || 0;
}
