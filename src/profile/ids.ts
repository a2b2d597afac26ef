// Ids are one name space in a CIB (IDs and references in pacemaker.rng).
import type { Constraint, Resource } from "../cluster/index.js";
import type { Report } from "./report.js";

/** Counts the location constraints with rules of each resource, as pcs does: `location-x`, then `location-x-1`. */
export function ruleIds(): (resource: string) => string {
  const seen = new Map<string, number>();
  return (resource) => {
    const number = seen.get(resource) ?? 0;
    seen.set(resource, number + 1);
    return number === 0 ? `location-${resource}` : `location-${resource}-${number}`;
  };
}

/** What stands more than once, once each, in order of its second time. */
function twice(ids: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(ids.filter((id) => seen.size === seen.add(id).size));
}

/** Reports ids that come out twice: of resources, members of groups and clones, fence devices and constraints. */
export function checkIds(
  all: { resources: readonly Resource[]; constraints: readonly Constraint[] },
  report: Report,
): void {
  const resources = all.resources.flatMap(idsOf);
  const constraints = all.constraints.map((one) => one.id);
  for (const id of twice(constraints))
    report("DUPLICATE_CONSTRAINT", ["constraints"], `the constraint ${id} comes out twice`);
  for (const id of twice([...resources, ...new Set(constraints)])) {
    report("DUPLICATE_ID", ["workloads"], `the id ${id} comes out twice: rename a workload`);
  }
}

function idsOf(resource: Resource): string[] {
  switch (resource.kind) {
    case "primitive":
      return [resource.id];
    case "group":
      return [resource.id, ...resource.members.map((member) => member.id)];
    case "clone":
      return [resource.id, ...idsOf(resource.member)];
  }
}
