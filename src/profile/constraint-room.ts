// Whether workloads that must be apart find places: at all, and after the losses that the group promises to survive.
import type { ConstraintText } from "./constraint.js";
import { nodesLost } from "./constraint-claims.js";
import type { ConstraintScope } from "./constraint-scope.js";
import type { SurviveClaim } from "./resolved.js";
import type { DocumentPath } from "./source.js";

/** Reports where so many workloads have too few nodes, or values of the attribute of `spread`. */
export function checkRoom(
  count: number,
  constraint: ConstraintText,
  path: DocumentPath,
  scope: ConstraintScope,
): void {
  const { over } = constraint;
  const values = new Set(
    scope.nodes.map((node, index) => (over === undefined ? index : node.attributes[over])),
  );
  const places = values.size;
  const place = over ?? "node";
  const promised = Math.max(0, ...claimsOf(scope).map((claim) => placesLost(claim, over, scope.nodes)));
  const lost = count > places ? 0 : Math.max(1, promised);
  const left = Math.max(0, places - lost);
  if (count <= left) return;
  const there =
    lost === 0
      ? numbered(left, place)
      : `with ${lost === 1 ? "one" : lost} ${plural(place, lost)} lost, ${numbered(left, place)} ${left === 1 ? "is" : "are"} left`;
  const down = count - left === 1 ? "one stays down" : `${count - left} stay down`;
  const text = `${there} for ${count} workloads that must be apart: ${down}${lost === 0 ? " from the start" : ""}`;
  // A promise that cannot be kept is an error; without one it may be meant so.
  const severity = lost === 0 || promised > 0 ? "error" : "warning";
  const hint = `add ifPossible: true to let them share a ${place}`;
  scope.report("APART_NEEDS_NODES", path, text, { severity, hint });
}

function numbered(count: number, word: string): string {
  return `${count} ${plural(word, count)}`;
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** What the group promises to survive, wherever among its constraints that stands. */
function claimsOf({ group }: ConstraintScope): SurviveClaim[] {
  return (group.value.constraints ?? []).flatMap(({ survive = {} }) =>
    Object.entries(survive).map(([what, count = 0]) => ({ what, count })),
  );
}

/** How many places, nodes or values of an attribute, go at worst with the losses of a claim. */
function placesLost(claim: SurviveClaim, over: string | undefined, nodes: ConstraintScope["nodes"]): number {
  if (over === undefined) return nodesLost(claim, nodes);
  if (claim.what === `${over}s`) return claim.count;
  if (claim.what !== "nodes") return 0;
  const sizes = new Map<string, number>();
  for (const { attributes } of nodes) {
    const value = attributes[over] ?? "";
    sizes.set(value, (sizes.get(value) ?? 0) + 1);
  }
  // The smallest go first: a place is lost with the last of its nodes.
  let lost = 0;
  let nodesLeft = claim.count;
  for (const size of [...sizes.values()].sort((one, other) => one - other)) {
    nodesLeft -= size;
    if (nodesLeft >= 0) lost += 1;
  }
  return lost;
}
