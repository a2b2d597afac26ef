// Room on nodes and what workloads need of it → utilization attributes (Pacemaker Explained, "Utilization and Placement Strategy").
import type { AttributeSet } from "../cluster/index.js";
import { setsOf } from "./attribute-set.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { NodeGroup } from "./node-group.js";
import type { Report } from "./report.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";
import { sizeBytes, sizeText } from "./values.js";
import type { CapacityText } from "./workload-text.js";

const MIB = 2 ** 20;

/** Whole numbers as the cluster counts them: sizes in MiB, a need rounded up and room rounded down. */
export function capacityOf(capacity: CapacityText | undefined, kind: "need" | "room"): Map<string, number> {
  const round = kind === "need" ? Math.ceil : Math.floor;
  const entries = Object.entries(capacity ?? {}).map(([name, value]) => {
    const amount = typeof value === "number" ? value : round((sizeBytes(value) ?? 0) / MIB);
    return [name, amount] as const;
  });
  return new Map(entries);
}

/** The same as a set of the resource or node with that id. */
export function utilization(
  id: string,
  capacity: CapacityText | undefined,
  kind: "need" | "room",
): AttributeSet[] {
  return setsOf(`${id}-utilization`, capacityOf(capacity, kind));
}

/** The policy that makes the cluster look at room where a workload needs some; what the policy says itself stands. */
export function withRoom(policy: ClusterPolicy, group: NodeGroup): ClusterPolicy {
  const needed = (group.workloads ?? []).some((workload) => capacityOf(workload.capacity, "need").size > 0);
  return needed
    ? { ...policy, properties: { "placement-strategy": "balanced", ...policy.properties } }
    : policy;
}

/** Kinds of capacity that are sizes: their amounts count as MiB. */
export function sizeKinds(group: NodeGroup): ReadonlySet<string> {
  return new Set(amountsOf(group).flatMap(({ kind, amount }) => (typeof amount === "string" ? [kind] : [])));
}

/** Reports needs that no node can meet, where such a workload would never start, and rooms that nobody told. */
export function checkCapacity(group: NodeGroup, report: Report): void {
  const rooms = group.nodes.map((node) => capacityOf(node.capacity, "room"));
  const kinds = [...new Set(rooms.flatMap((room) => [...room.keys()]))];
  for (const [index, workload] of (group.workloads ?? []).entries()) {
    for (const [kind, need] of capacityOf(workload.capacity, "need")) {
      const path = ["workloads", index, "capacity", kind] as const;
      const most = Math.max(0, ...rooms.map((room) => room.get(kind) ?? 0));
      if (!kinds.includes(kind)) {
        report("UNKNOWN_CAPACITY", path, `no node says how much ${kind} it has`, {
          hint: hintFor(kind, kinds),
          atKey: true,
        });
      } else if (need > most) {
        const words = (amount: number): string =>
          typeof workload.capacity?.[kind] === "string" ? sizeText(amount * MIB) : String(amount);
        const text = `${workload.name} needs ${words(need)} of ${kind}, but the roomiest node has ${words(most)}`;
        report("NO_ROOM", path, text);
      }
    }
  }
  checkSilentNodes(group, kinds, report);
  checkUnits(group, report);
}

/** To the cluster a node that does not say how much it has, has nothing. */
function checkSilentNodes(group: NodeGroup, kinds: readonly string[], report: Report): void {
  for (const kind of kinds) {
    const needy = (group.workloads ?? []).filter(({ capacity }) => Object.hasOwn(capacity ?? {}, kind));
    if (needy.length === 0) continue;
    for (const [index, { name, capacity }] of group.nodes.entries()) {
      if (Object.hasOwn(capacity ?? {}, kind)) continue;
      const who = needy.map((workload) => workload.name).join(", ");
      const text = `${name} does not say how much ${kind} it has: ${who}, which ${needy.length === 1 ? "needs" : "need"} some, can never run there`;
      report("CAPACITY_NOT_SAID", ["nodes", index, "capacity"], text, {
        severity: "warning",
        hint: `capacity: { ${kind}: … }, with ${kind}: 0 where that is meant`,
      });
    }
  }
}

function checkUnits(group: NodeGroup, report: Report): void {
  const sizes = sizeKinds(group);
  for (const { kind, amount, path } of amountsOf(group)) {
    if (typeof amount !== "number" || amount === 0 || !sizes.has(kind)) continue;
    const text = `${kind} is a size elsewhere: beside sizes, ${amount} counts as ${sizeText(amount * MIB)}`;
    report("CAPACITY_WITHOUT_UNIT", path, text, { severity: "warning", hint: "with a unit, as 512MiB" });
  }
}

interface Amount {
  readonly kind: string;
  readonly amount: CapacityText[string];
  readonly path: DocumentPath;
}

function amountsOf({ nodes, workloads = [] }: NodeGroup): Amount[] {
  return Object.entries({ nodes, workloads }).flatMap(([part, list]) =>
    list.flatMap(({ capacity = {} }, index) =>
      Object.entries(capacity).map(([kind, amount]) => ({
        kind,
        amount,
        path: [part, index, "capacity", kind],
      })),
    ),
  );
}
