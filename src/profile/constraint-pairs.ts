// Constraints among workloads: together, apart, spread, order → colocations and orders with pcs's ids.
import type { ColocationConstraint, Constraint } from "../cluster/index.js";
import { orderAfter } from "./clone.js";
import type { ConstraintText } from "./constraint.js";
import { checkRoom } from "./constraint-room.js";
import { actionOf, type ConstraintScope, roleOf, workloadsOf } from "./constraint-scope.js";
import type { ResolvedWorkload } from "./resolved.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";
import { WISH } from "./wishes.js";

/** `together`: the first leads, the others follow it. */
export function together(
  constraint: ConstraintText,
  path: DocumentPath,
  scope: ConstraintScope,
): Constraint[] {
  const all = workloadsOf(constraint.together ?? [], [...path, "together"], scope);
  const score = constraint.ifPossible === true ? String(WISH) : "INFINITY";
  const [leader, ...others] = all;
  if (leader === undefined) return [];
  return others.map((other) => colocation(other, leader, score));
}

/** `apart` and `spread`: every pair of them; spread compares an attribute of their nodes. */
export function apart(constraint: ConstraintText, path: DocumentPath, scope: ConstraintScope): Constraint[] {
  const key = constraint.spread === undefined ? "apart" : "spread";
  const all = workloadsOf(constraint[key] ?? [], [...path, key], scope);
  for (const one of all.filter(({ form }) => form !== "single")) {
    const text = `${one.name} runs on every node: nothing can keep away from it`;
    scope.report("BAD_CONSTRAINT", [...path, key], text);
  }
  const wish = constraint.ifPossible === true;
  if (key === "spread" && !checkAttribute(constraint.over, path, scope)) return [];
  if (!wish) checkRoom(all.length, constraint, [...path, key], scope);
  const score = `-${wish ? WISH : "INFINITY"}`;
  return all.flatMap((one, index) =>
    all.slice(0, index).map((other) => ({
      ...colocation(one, other, score),
      ...(key === "spread" ? { nodeAttribute: constraint.over ?? "" } : {}),
    })),
  );
}

function colocation(one: ResolvedWorkload, other: ResolvedWorkload, score: string): ColocationConstraint {
  const [role, withRole] = [roleOf(one), roleOf(other)];
  const roles = role === "Started" && withRole === "Started" ? {} : { role, withRole };
  return {
    kind: "colocation",
    id: `colocation-${one.resourceId}-${other.resourceId}-${score}`,
    resource: one.resourceId,
    with: other.resourceId,
    score,
    ...roles,
  };
}

function checkAttribute(over: string | undefined, path: DocumentPath, scope: ConstraintScope): boolean {
  const known = [...new Set(scope.nodes.flatMap((node) => Object.keys(node.attributes)))];
  if (over === undefined) {
    scope.report("BAD_CONSTRAINT", path, "spread needs over, an attribute of nodes, as over: cabinet");
    return false;
  }
  const without = scope.nodes.filter((node) => !Object.hasOwn(node.attributes, over)).map(({ name }) => name);
  if (without.length === 0) return true;
  const text = `${without.join(", ")} ${without.length === 1 ? "has" : "have"} no attribute ${over}`;
  const hint = known.includes(over)
    ? `attributes: { ${over}: … }, as the other nodes have`
    : hintFor(over, known);
  scope.report("UNKNOWN_ATTRIBUTE", [...path, "over"], text, { hint });
  return false;
}

/** `order`: each after the one before it; of a workload with a leader, after its leader was made. */
export function ordered(
  constraint: ConstraintText,
  path: DocumentPath,
  scope: ConstraintScope,
): Constraint[] {
  const all = workloadsOf(constraint.order ?? [], [...path, "order"], scope);
  return all.slice(1).flatMap((then, index) => {
    const first = all[index];
    if (first === undefined) return [];
    return [orderAfter(first.resourceId, then.resourceId, actionOf(first))];
  });
}
