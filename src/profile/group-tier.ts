// The `cib:` of one group beside what its workloads, constraints and nodes become.
import { renderedIds, unjoinedIds } from "../cib/index.js";
import type { ClusterConfiguration, ConfigurationElement } from "../cluster/index.js";
import { readTier, type Tier } from "./cib-tier.js";
import type { Origins } from "./origins.js";
import type { Report } from "./report.js";
import type { DocumentOf } from "./source.js";

/** The tier of a group; its faults were found with the document's shape. */
export function tierOf(document: DocumentOf<"NodeGroup">, origins: Origins): Tier {
  const tier = readTier(document.value.cib ?? {}, () => undefined);
  for (const [id, path] of tier.places) origins.at(id, document, ["cib", ...path]);
  return tier;
}

/** Ids that the tier has, and workloads, constraints, fencing or a set of the policy or a node became too. */
export function checkTierIds(tier: Tier, expanded: ClusterConfiguration, report: Report): void {
  if (tier.places.size === 0) return;
  for (const id of renderedIds(expanded)) {
    const path = tier.places.get(id);
    if (path === undefined) continue;
    const text = `the id ${id} is already that of something that workloads, constraints or nodes became`;
    report("DUPLICATE_ID", ["cib", ...path], text);
  }
  for (const id of unjoinedIds(expanded, tier.elements)) {
    const path = tier.places.get(id);
    if (path === undefined) continue;
    const text = `the id ${id} is already that of a set of the policy or the node, whose values would hold only where this set does`;
    report("DUPLICATE_ID", ["cib", ...path], text, { hint: `id: ${id}-rule, or another of its own` });
  }
}

/** True for a tier with a fence device of its own. */
export function hasFenceDevice(tier: Tier): boolean {
  const fences = (one: ConfigurationElement): boolean =>
    (one.name === "primitive" && one.attributes.class === "stonith") || one.children.some(fences);
  return tier.elements.some(fences);
}

/** The expanded configuration with the tier beside it. */
export function withTier(expanded: ClusterConfiguration, tier: Tier): ClusterConfiguration {
  return tier.elements.length > 0 ? { ...expanded, elements: tier.elements } : expanded;
}
