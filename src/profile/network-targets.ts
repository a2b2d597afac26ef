// Addresses that are asked whether a network is reached: none of a node, which reaches itself whatever is cut.
import { canonicalAddress } from "../lint/index.js";
import type { ConstraintScope } from "./constraint-scope.js";
import type { DocumentPath } from "./source.js";

/** Reports targets of needs-network that are nodes of the group. */
export function checkTargets(targets: readonly string[], path: DocumentPath, scope: ConstraintScope): void {
  for (const [index, target] of targets.entries()) {
    const asked = canonicalAddress(target);
    const owner = scope.nodes.find(({ addresses }) =>
      Object.values(addresses).some((address) => canonicalAddress(address) === asked),
    );
    if (owner === undefined) continue;
    const text = `${target} is the node ${owner.name}'s own: it reaches itself whatever is cut, and is away when the others need it`;
    const hint =
      "a gateway, a switch or a controller in this network; without targets the other nodes are asked";
    scope.report("TARGET_IS_NODE", [...path, index], text, { hint });
  }
}
