// How much a resource likes to stay where it is (Pacemaker Explained, "Resource Options"): a group's is the sum of its members'.
import type { AttributeSet } from "./attributes.js";
import type { Resource } from "./resource.js";

const NAME = "resource-stickiness";

/** The stickiness of all of a resource together; `inherited` is what holds where nothing is said, infinite for INFINITY. */
export function stickinessOf(resource: Resource, inherited: string): number {
  const own = valueIn(resource.metaAttributes) ?? inherited;
  switch (resource.kind) {
    case "primitive":
      return Number(own.replace("INFINITY", "Infinity")) || 0;
    case "group":
      return resource.members.reduce((sum, member) => sum + stickinessOf(member, own), 0);
    case "clone":
      return stickinessOf(resource.member, own);
  }
}

function valueIn(sets: readonly AttributeSet[]): string | undefined {
  return sets.flatMap(({ pairs }) => pairs).find(({ name }) => name === NAME)?.value;
}
