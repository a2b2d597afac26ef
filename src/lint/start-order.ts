// What waits for what when it starts: orders between resources, followed to their ends (Pacemaker Explained, "Ordering Constraints").
import type { Constraint } from "../cluster/index.js";
import type { ClusterView } from "./view.js";

/** The primitives on both sides of some, by their ids. */
export interface Neighbours {
  /** They start before, and stop after. */
  readonly before: ReadonlySet<string>;
  /** They start after, and stop before. */
  readonly after: ReadonlySet<string>;
}

type Edge = readonly [first: string, then: string];
interface Graph {
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  readonly after: ReadonlyMap<string, ReadonlySet<string>>;
}

const graphs = new WeakMap<ClusterView, Graph>();

/** All that is ordered before or after these primitives by constraints, at any distance; the order within a group is not looked at. */
export function orderedAround(view: ClusterView, primitives: readonly string[]): Neighbours {
  let graph = graphs.get(view);
  if (graph === undefined) {
    graph = graphOf(view);
    graphs.set(view, graph);
  }
  return { before: reached(graph.before, primitives), after: reached(graph.after, primitives) };
}

function reached(ways: ReadonlyMap<string, ReadonlySet<string>>, from: readonly string[]): Set<string> {
  const found = new Set(from);
  for (const id of found) for (const next of ways.get(id) ?? []) found.add(next);
  for (const id of from) found.delete(id);
  return found;
}

function graphOf(view: ClusterView): Graph {
  const members = membersOf(view);
  const [before, after] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  const add = (to: Map<string, Set<string>>, id: string, other: string): void => {
    const known = to.get(id);
    if (known === undefined) to.set(id, new Set([other]));
    else known.add(other);
  };
  for (const [first, then] of view.model.configuration.constraints.flatMap(edgesOf)) {
    for (const one of members.get(first) ?? []) {
      for (const other of members.get(then) ?? []) {
        add(before, other, one);
        add(after, one, other);
      }
    }
  }
  return { before, after };
}

/** A constraint may name a primitive, or the group or clone around it. */
function membersOf({ workloads }: ClusterView): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const { primitive, group, clone } of workloads) {
    for (const id of [primitive.id, group?.id, clone?.id])
      if (id !== undefined) members.set(id, [...(members.get(id) ?? []), primitive.id]);
  }
  return members;
}

const BEGINS = new Set([undefined, "start", "promote"]);

function edgesOf(one: Constraint): Edge[] {
  if (one.kind === "order") {
    const { first, then, firstAction, thenAction, orderKind } = one;
    const starts = BEGINS.has(firstAction) && BEGINS.has(thenAction);
    return starts && orderKind !== "Serialize" ? [[first, then]] : [];
  }
  if (one.kind !== "order-sets" || one.orderKind === "Serialize") return [];
  const sets = one.sets.filter(({ action }) => BEGINS.has(action));
  const between = sets.slice(1).flatMap(({ resources }, index) => {
    const firsts = sets[index]?.resources ?? [];
    return firsts.flatMap((first) => resources.map((then): Edge => [first, then]));
  });
  const within = sets
    .filter(({ sequential }) => sequential !== false)
    .flatMap(({ resources }) =>
      resources.slice(1).map((then, index): Edge => [resources[index] ?? "", then]),
    );
  return [...between, ...within];
}
