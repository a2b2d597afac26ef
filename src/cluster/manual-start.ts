// Workloads that a person starts: which resources of a configuration wait for somebody (docs: recovery start manual).
import type { ClusterConfiguration } from "./model.js";
import type { Resource } from "./resource.js";

/** The transient node attribute that lets a workload with a manual start run on that node. */
export function startAttribute(workload: string): string {
  return `start-${workload}`;
}

/**
 * Ids of primitives that stay stopped until somebody releases them: those held by a rule on a start attribute, and what such a group or
 * clone is made of. That such a resource does not run is as it should be.
 */
export function startedByHand({
  constraints,
  resources,
}: Pick<ClusterConfiguration, "constraints" | "resources">): ReadonlySet<string> {
  const held = new Set(
    constraints.flatMap((one) =>
      one.kind === "location-rule" &&
      one.rule.score === "-INFINITY" &&
      one.rule.expressions.some(
        ({ attribute, operation }) => operation === "not_defined" && attribute.startsWith(startAttribute("")),
      )
        ? [one.resource]
        : [],
    ),
  );
  return new Set(resources.filter(({ id }) => held.has(id)).flatMap(primitivesOf));
}

function primitivesOf(resource: Resource): string[] {
  switch (resource.kind) {
    case "primitive":
      return [resource.id];
    case "group":
      return resource.members.map(({ id }) => id);
    case "clone":
      return primitivesOf(resource.member);
  }
}
