// Constraints on numbers: keep-running (how many instances) and survive (what a proof has to show).
import type { Resource } from "../cluster/index.js";
import type { ConstraintText } from "./constraint.js";
import { type ConstraintScope, workloadOf } from "./constraint-scope.js";
import { metaSet } from "./recovery.js";
import type { DocumentPath } from "./source.js";

const CABINET = "cabinet";

/** `keep-running`: notes how many instances a workload has. */
export function keepRunning(constraint: ConstraintText, path: DocumentPath, scope: ConstraintScope): void {
  const workload = workloadOf(constraint["keep-running"] ?? "", [...path, "keep-running"], scope);
  const { count } = constraint;
  if (count === undefined || count < 1) {
    scope.report("BAD_CONSTRAINT", path, "keep-running needs count, how many of it run, as count: 2");
    return;
  }
  if (workload === undefined) return;
  if (workload.form !== "one-per-node") {
    scope.report("BAD_CONSTRAINT", [...path, "keep-running"], `${workload.name} runs once`, {
      hint: "add one-per-node: true to the workload",
    });
    return;
  }
  const nodes = scope.nodes.length;
  if (count > nodes)
    scope.report("BAD_CONSTRAINT", [...path, "count"], `${count} instances, but there are ${nodes} nodes`);
  else if (count > nodes - 1)
    scope.report("KEEP_NEEDS_NODES", [...path, "count"], `with one node lost, only ${nodes - 1} can run`, {
      severity: "warning",
    });
  scope.wants.running.set(workload.resourceId, count);
}

/** The resources with the numbers that constraints ask for. */
export function withNumbers(
  resources: readonly Resource[],
  running: ReadonlyMap<string, number>,
): readonly Resource[] {
  return resources.map((one) => {
    const count = running.get(one.id);
    if (count === undefined || one.kind !== "clone") return one;
    const pairs = one.metaAttributes.flatMap((set) =>
      set.pairs.map(({ name, value }) => [name, value] as const),
    );
    return { ...one, metaAttributes: metaSet(one.id, [...pairs, ["clone-max", count] as const]) };
  });
}

/** `survive`: notes the claims; what places, networks and attributes make impossible is said at once. */
export function survive(constraint: ConstraintText, path: DocumentPath, scope: ConstraintScope): void {
  const { nodes, networks, cabinets } = constraint.survive ?? {};
  const at = [...path, "survive"];
  const all = Object.entries({ nodes, networks, cabinets });
  if (all.every(([, count]) => count === undefined))
    scope.report("BAD_CONSTRAINT", at, "survive names no loss", { hint: "as survive: { nodes: 1 }" });
  for (const [what, count] of all) {
    if (count !== undefined && count > 0) scope.wants.survive.push({ what, count });
  }
  if (networks !== undefined && networks >= scope.networks.length) {
    const there = scope.networks.length;
    const text =
      there === 1
        ? "the only network lost: the nodes would not see each other"
        : `${networks} of ${there} networks lost: the nodes would not see each other`;
    scope.report("CANNOT_SURVIVE", [...at, "networks"], text);
  }
  if (cabinets === undefined) return;
  const without = scope.nodes.filter((node) => node.attributes[CABINET] === undefined);
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(", ");
    const text = `nobody knows in which cabinet ${names} ${without.length === 1 ? "is" : "are"}`;
    scope.report("UNKNOWN_ATTRIBUTE", [...at, "cabinets"], text, { hint: "attributes: { cabinet: a }" });
  }
}

/** How many nodes go with the losses of a claim, at worst: of cabinets, those with the most nodes. */
export function nodesLost(
  claim: { readonly what: string; readonly count: number },
  nodes: readonly { readonly attributes: Readonly<Record<string, string>> }[],
): number {
  if (claim.what === "nodes") return claim.count;
  if (claim.what !== "cabinets") return 0;
  const sizes = new Map<string, number>();
  for (const { attributes } of nodes) {
    const cabinet = attributes[CABINET] ?? "";
    sizes.set(cabinet, (sizes.get(cabinet) ?? 0) + 1);
  }
  const largest = [...sizes.values()].sort((a, b) => b - a).slice(0, claim.count);
  return largest.reduce((sum, size) => sum + size, 0);
}
