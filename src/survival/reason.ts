// Why a workload has no place among the nodes that are left: no room, a constraint, a network that nobody reaches, no partner.
import type { Constraint, LocationRule, Primitive } from "../cluster/index.js";
import { allowedNodes } from "../lint/index.js";
import type { Judged } from "./case.js";
import type { Scene } from "./scene.js";
import { baseOf, type Placed } from "./situation.js";
import { primitivesOf, type Workload } from "./workload.js";

/** The reason of a loss. */
export interface LossReason {
  readonly code:
    | "no-quorum"
    | "not-fenced"
    | "blocked"
    | "maintenance"
    | "no-room"
    | "constraint"
    | "no-network"
    | "too-few-copies"
    | "follows"
    | "unknown";
  readonly text: string;
  /** The constraint that it is about. */
  readonly constraint?: string;
}

/** The reason why the scheduler left a workload out. */
export function reasonOf(workload: Workload, judged: Judged): LossReason {
  const { scene, alive, one } = judged;
  const ids = idsOf(scene, workload);
  const alone = leftAlone(workload, judged);
  if (alone !== undefined) return alone;
  const open = ids.map((id) => allowedNodes(scene.view, id));
  const optIn = scene.view.isOff("symmetric-cluster");
  const allowed = [...alive].filter((node) =>
    optIn ? open.some((nodes) => nodes.includes(node)) : open.every((nodes) => nodes.includes(node)),
  );
  const network = networkNeeded(scene, ids);
  const cut = one.failure.cut.filter((lost) => lost.network === network?.network).map(({ node }) => node);
  const reaching = allowed.filter((node) => !cut.includes(node));
  if (network !== undefined && cut.length > 0 && reaching.length === 0) {
    const text = `no node that it may run on reaches the network ${network.network}`;
    return { code: "no-network", text, constraint: network.constraint };
  }
  if (allowed.length === 0) return notAllowed(scene, ids);
  const room = withoutRoom(workload, reaching, judged);
  if (room !== undefined) return { code: "no-room", text: room };
  return (
    apart(workload, ids, { judged, reaching }) ?? {
      code: "unknown",
      text: "Pacemaker's scheduler finds no node for it",
    }
  );
}

/** Where Pacemaker does nothing for it: it is FAILED and blocked, or the whole cluster is left to itself. */
function leftAlone({ primitives }: Workload, { scene, after }: Judged): LossReason | undefined {
  const stuck = after.filter((one) => one.stuck !== undefined && primitives.includes(baseOf(one.id)));
  const nodes = [...new Set(stuck.map(({ node }) => node))].join(", ");
  if (nodes !== "")
    return { code: "blocked", text: `it is FAILED and blocked on ${nodes} (crm_resource --cleanup)` };
  if (scene.view.isOn("maintenance-mode"))
    return {
      code: "maintenance",
      text: "the cluster is in maintenance mode: nothing is started or fenced (maintenance-mode)",
    };
  return undefined;
}

/** The ids of a workload by which constraints may name it. */
export function idsOf({ view }: Pick<Scene, "view">, { resource, primitives }: Workload): string[] {
  const top = view.model.configuration.resources.find(({ id }) => id === resource);
  const member = top?.kind === "clone" ? [top.member.id] : [];
  return [...new Set([resource, ...member, ...primitives])];
}

function networkNeeded({ view, things }: Scene, ids: readonly string[]) {
  for (const one of view.model.configuration.constraints) {
    if (one.kind !== "location-rule" || !ids.includes(one.resource) || one.rule.score !== "-INFINITY")
      continue;
    const network = things.watched.find((name) => asks(one.rule, `network-${name}`));
    if (network !== undefined) return { network, constraint: one.id };
  }
  return undefined;
}

function asks({ expressions }: LocationRule, attribute: string): boolean {
  return expressions.some((expression) => expression.attribute === attribute);
}

function notAllowed({ view, placeOf }: Scene, ids: readonly string[]): LossReason {
  const places = [
    ...new Set(ids.map((id) => allowedNodes(view, id)).sort((a, b) => a.length - b.length)[0] ?? []),
  ];
  const barring = view.model.configuration.constraints.find(
    (one) => isLocation(one) && ids.includes(one.resource) && scoreOf(one) === "-INFINITY",
  );
  const at =
    barring === undefined
      ? ""
      : ` (${[barring.id, placeOf(barring.id)].filter((part) => part !== undefined).join(", ")})`;
  const text =
    places.length === 0 ? `no node is left to it${at}` : `it may run on ${places.join(", ")} alone${at}`;
  return { code: "constraint", text, ...(barring === undefined ? {} : { constraint: barring.id }) };
}

function isLocation(
  one: Constraint,
): one is Extract<Constraint, { readonly kind: "location" | "location-rule" }> {
  return one.kind === "location" || one.kind === "location-rule";
}

function scoreOf(one: Extract<Constraint, { readonly kind: "location" | "location-rule" }>): string {
  return one.kind === "location" ? one.score : one.rule.score;
}

/** Figures where every node that is left to it is too full; undefined where room is not the matter. */
function withoutRoom(workload: Workload, nodes: readonly string[], judged: Judged): string | undefined {
  const gap = shortage(judged.scene, workload, { placed: judged.after, nodes });
  if (gap === undefined) return undefined;
  return `it needs ${gap.needed} ${gap.name}, and ${gap.node} has the most left: ${gap.free}`;
}

/** What is missing for a workload on the node that has the most room left; undefined where some node has room. */
export function shortage(
  { view }: Pick<Scene, "view">,
  workload: Workload,
  { placed, nodes }: { readonly placed: readonly Placed[]; readonly nodes: readonly string[] },
) {
  if ([undefined, "default"].includes(view.property("placement-strategy"))) return undefined;
  const primitives = new Map(
    view.model.configuration.resources.flatMap(primitivesOf).map((one) => [one.id, one]),
  );
  const demand = (ids: readonly string[], name: string): number =>
    ids.reduce((sum, id) => sum + amount(primitives.get(id), name), 0);
  const names = new Set(
    [...primitives.values()].flatMap(({ utilization = [] }) =>
      utilization.flatMap(({ pairs }) => pairs.map(({ name }) => name)),
    ),
  );
  const gaps = nodes.map((node) => {
    const used = placed.filter((one) => one.node === node).map(({ id }) => baseOf(id));
    const set = view.model.configuration.nodes.find(({ name }) => name === node)?.utilization ?? [];
    const short = [...names].flatMap((name) => {
      const room = set.flatMap(({ pairs }) => pairs).find((pair) => pair.name === name)?.value;
      const [needed, free] = [demand(workload.primitives, name), Number(room ?? 0) - demand(used, name)];
      return needed > free && needed > 0 ? [{ node, name, needed, free }] : [];
    });
    return short[0];
  });
  if (gaps.length === 0 || gaps.includes(undefined)) return undefined;
  const known = gaps.flatMap((gap) => gap ?? []);
  return known.sort((one, other) => one.needed - one.free - (other.needed - other.free))[0];
}

function amount(primitive: Primitive | undefined, name: string): number {
  const pair = (primitive?.utilization ?? []).flatMap(({ pairs }) => pairs).find((one) => one.name === name);
  return Number(pair?.value ?? 0);
}

/** Everywhere that it may run, something runs that it must not be with. */
function apart(
  { primitives }: Workload,
  ids: readonly string[],
  { judged, reaching }: { readonly judged: Judged; readonly reaching: readonly string[] },
): LossReason | undefined {
  const { scene, after } = judged;
  const { constraints, resources } = scene.view.model.configuration;
  const bars = constraints.flatMap((one) => {
    if (one.kind !== "colocation" || one.score !== "-INFINITY") return [];
    const other = ids.includes(one.resource) ? one.with : ids.includes(one.with) ? one.resource : undefined;
    if (other === undefined) return [];
    const resource = resources.find(({ id }) => id === other);
    const theirs = new Set(resource === undefined ? [other] : primitivesOf(resource).map(({ id }) => id));
    const taken = after.filter(({ id }) => theirs.has(baseOf(id)) && !primitives.includes(baseOf(id)));
    return [
      {
        one,
        other,
        near: (node: string) => taken.some((at) => sameSide(scene, one.nodeAttribute, [node, at.node])),
      },
    ];
  });
  const barred = reaching.map((node) => ({ node, by: bars.find(({ near }) => near(node)) }));
  if (barred.some(({ by }) => by === undefined)) return undefined;
  const found = barred.flatMap(({ node, by }) => (by === undefined ? [] : [{ node, ...by }]));
  const said = found.map(({ node, other, one }) => {
    const at = [one.id, scene.placeOf(one.id)].filter((part) => part !== undefined).join(", ");
    return `on ${node} with ${other} (${at})`;
  });
  const [first] = found;
  const which =
    new Set(found.map(({ one }) => one.id)).size === 1 && first !== undefined
      ? { constraint: first.one.id }
      : {};
  return { code: "constraint", text: `it must not be ${said.join(", ")}`, ...which };
}

function sameSide(
  { things }: Scene,
  attribute: string | undefined,
  [one = "", other = ""]: readonly string[],
): boolean {
  if (attribute === undefined) return one === other;
  const value = (name: string): string | undefined =>
    things.nodes.find((node) => node.name === name)?.attributes[attribute];
  return value(one) === value(other);
}
