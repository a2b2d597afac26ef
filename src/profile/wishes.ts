// What a wish may cost: whether the workload that is placed first heeds the one that keeps away from it (Pacemaker Explained, "Colocation", `influence`).
import { type Constraint, type Resource, stickinessOf } from "../cluster/index.js";

/** The score of a wish: less than any preference for a node that people would write with INFINITY, and more than small ones. */
export const WISH = 1_000;

/**
 * Keeps wishes to be apart from moving what runs: one of the two whose place is worth less to it than the wish would be driven off its node
 * by one that never moves. It does not heed the other then while it runs, and may join it when it has to move; any other does heed it.
 * `defaults` are the policy's `rsc_defaults`.
 */
export function calmWishes(
  constraints: readonly Constraint[],
  resources: readonly Resource[],
  defaults: Readonly<Record<string, string | number | boolean>>,
): Constraint[] {
  const holding = new Set(
    resources.filter((one) => holds(one, defaults["resource-stickiness"])).map(({ id }) => id),
  );
  return constraints.map((one) => {
    const driven = one.kind === "colocation" && one.score === `-${WISH}` && !holding.has(one.with);
    return driven ? { ...one, influence: false } : one;
  });
}

function holds(resource: Resource, byDefault: string | number | boolean = 0): boolean {
  return stickinessOf(resource, String(byDefault)) >= WISH;
}
