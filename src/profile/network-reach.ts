// Watching a network from every node → a clone of ocf:dcn-ha:network-reach, which keeps a node attribute (docs/adr/0007).
import type { Clone } from "../cluster/index.js";
import { attributeSet, operation, setsOf } from "./attribute-set.js";
import { cloneOf } from "./clone.js";
import type { ResolvedNode } from "./resolved.js";

/** The transient node attribute that is 1 where a node reaches the network. */
export function networkAttribute(network: string): string {
  return `network-${network}`;
}

/** The watcher of one network; `targets` are asked instead of the other nodes where there are some. */
export function networkReach(
  network: string,
  nodes: readonly ResolvedNode[],
  targets: readonly string[],
): Clone {
  const id = networkAttribute(network);
  const peers = nodes.map((node) => `${node.name}=${node.addresses[network] ?? ""}`).join(" ");
  const pairs: (readonly [string, string])[] = [
    ["attribute", id],
    ["peers", peers],
    ...(targets.length === 0 ? [] : [["targets", targets.join(" ")] as const]),
  ];
  return cloneOf(
    {
      kind: "primitive",
      id,
      agent: { class: "ocf", provider: "dcn-ha", type: "network-reach" },
      instanceAttributes: setsOf(`${id}-instance_attributes`, pairs),
      // It has nowhere else to go: a watcher that gave up would leave its last word standing, and nobody would notice a cut.
      metaAttributes: [
        attributeSet(`${id}-meta_attributes`, [
          ["failure-timeout", "10min"],
          ["migration-threshold", "INFINITY"],
        ]),
      ],
      // Generous, because a computer that is too busy to look in time shall not be punished for it: a failed stop gets it fenced.
      operations: [
        operation(id, "monitor", { interval: "1s", timeout: "30s" }),
        operation(id, "start", { interval: "0s", timeout: "60s" }),
        operation(id, "stop", { interval: "0s", timeout: "60s" }),
      ],
    },
    "one-per-node",
  );
}
