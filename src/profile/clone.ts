// Resources that run on every node, and those whose one instance leads (Pacemaker Explained, "Clones", "Promotable Clones").
import type {
  Clone,
  Constraint,
  Group,
  Operation,
  OrderAction,
  OrderConstraint,
  Primitive,
  Resource,
} from "../cluster/index.js";
import { metaSet } from "./recovery.js";

/** A promotable resource of a workload whose other resources run where it leads. */
export interface LeaderPart {
  readonly member: Primitive;
  readonly cloneMeta: readonly (readonly [name: string, value: string])[];
}

/** The id of a clone, as pcs gives it. */
export function cloneId({ id }: Primitive | Group): string {
  return `${id}-clone`;
}

/** A clone with pcs's id. With a leader its monitor is asked in each role, a second apart, as Pacemaker wants. */
export function cloneOf(
  member: Primitive | Group,
  form: "one-per-node" | "leader",
  more: LeaderPart["cloneMeta"] = [],
): Clone {
  const id = cloneId(member);
  const leads = form === "leader";
  const pairs = new Map<string, string>(
    leads
      ? [
          ["interleave", "true"],
          ["promotable", "true"],
          ["promoted-max", "1"],
        ]
      : [["interleave", "true"]],
  );
  for (const [name, value] of more) pairs.set(name, value);
  return {
    kind: "clone",
    id,
    member: leads && member.kind === "primitive" ? inBothRoles(member) : member,
    metaAttributes: metaSet(id, pairs),
  };
}

function inBothRoles(member: Primitive): Primitive {
  const operations = member.operations.flatMap((one): Operation[] => {
    if (one.name !== "monitor" || one.interval === "0s") return [one];
    const ms = one.interval.endsWith("ms")
      ? Number(one.interval.slice(0, -2))
      : Number(one.interval.slice(0, -1)) * 1_000;
    const later = (ms + 1_000) % 1_000 === 0 ? `${(ms + 1_000) / 1_000}s` : `${ms + 1_000}ms`;
    return [
      { ...one, role: "Promoted" },
      { ...one, id: `${member.id}-monitor-interval-${later}`, interval: later, role: "Unpromoted" },
    ];
  });
  return { ...member, operations };
}

/** The clones of leading parts, and what keeps `follower` on the node where each leads, started after it was promoted. */
export function clonesWithLeader(
  leaders: readonly LeaderPart[],
  follower: string,
): { readonly resources: readonly Resource[]; readonly constraints: readonly Constraint[] } {
  const resources = leaders.map(({ member, cloneMeta }) => cloneOf(member, "leader", cloneMeta));
  const constraints = resources.flatMap(({ id }): Constraint[] => [
    {
      kind: "colocation",
      id: `colocation-${follower}-${id}-INFINITY`,
      resource: follower,
      with: id,
      score: "INFINITY",
      role: "Started",
      withRole: "Promoted",
    },
    orderAfter(id, follower, "promote"),
  ]);
  return { resources, constraints };
}

/** `then` starts after `first` was started or promoted, and stops before it; with pcs's id. */
export function orderAfter(first: string, then: string, firstAction: OrderAction): OrderConstraint {
  const id = `order-${first}-${then}-mandatory`;
  return { kind: "order", id, first, then, firstAction, thenAction: "start", orderKind: "Mandatory" };
}
