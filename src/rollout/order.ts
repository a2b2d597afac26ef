// Which node first: so that each workload moves least, and goes to nodes that have the new image already (docs/rollouts.md).

/** A workload that moves as one: a primitive or a group. */
export interface MovingWorkload {
  readonly name: string;
  /** Where it runs now; undefined: nowhere. */
  readonly on: string | undefined;
  /** Nodes that it may run on, with the preference for each. */
  readonly scores: Readonly<Record<string, number>>;
  /** How much better another node must be before it moves there by itself; Infinity: never. */
  readonly stickiness: number;
}

/** Where a workload would go; undefined: nowhere. `load`: how many workloads each node has then. */
export type Placement = (
  workload: MovingWorkload,
  candidates: readonly string[],
  load: ReadonlyMap<string, number>,
) => string | undefined;

/** What an order goes by. */
export interface OrderFacts {
  /** In the order in which somebody named them. */
  readonly nodes: readonly string[];
  readonly workloads: readonly MovingWorkload[];
  readonly dc: string | undefined;
  /** Nodes that have the new image already. */
  readonly updated: readonly string[];
  /** Nodes that a person has put in standby: they take no work, before and after. */
  readonly standby: readonly string[];
  readonly place?: Placement;
}

/** A move that is to be expected while `node` has its turn. */
export interface PredictedMove {
  readonly node: string;
  readonly workload: string;
  readonly from: string;
  /** Undefined: it stops until `node` is back. */
  readonly to: string | undefined;
}

/** An order, and what it costs. */
export interface PredictedOrder {
  readonly order: readonly string[];
  readonly moves: readonly PredictedMove[];
  readonly movesOf: ReadonlyMap<string, number>;
  /** No workload moves twice. */
  readonly isOnceEach: boolean;
  /** Workloads that stop for the time of a node's turn, as nobody else may run them. */
  readonly homeless: readonly PredictedMove[];
}

/** Up to so many nodes every order is tried: 720. */
const EXACT = 6;

/** The order that costs least; never worse than the one in which the nodes were named. */
export function rolloutOrder(facts: OrderFacts): PredictedOrder {
  const waiting = facts.nodes.filter((node) => !facts.updated.includes(node));
  const there = facts.nodes.filter((node) => facts.updated.includes(node));
  const load = loadOf(facts.workloads, new Map(facts.workloads.map(({ name, on }) => [name, on])));
  // Among equals: empty ones first, then who has least, the DC last.
  const rank = (node: string): number => (load.get(node) ?? 0) * 2 + (node === facts.dc ? 1 : 0);
  const ranked = [...waiting].sort((one, other) => rank(one) - rank(other));
  const candidates = waiting.length <= EXACT ? permutations(ranked) : [greedy(facts, ranked), waiting];
  let best = predictMoves(facts, [...there, ...ranked]);
  let least = costOf(facts, best);
  for (const one of candidates) {
    const predicted = predictMoves(facts, [...there, ...one]);
    const cost = costOf(facts, predicted);
    if (isLess(cost, least)) [best, least] = [predicted, cost];
  }
  return best;
}

/** What moves where, if the nodes are taken in this order. */
export function predictMoves(facts: OrderFacts, order: readonly string[]): PredictedOrder {
  const place = facts.place ?? asPacemakerDoes;
  const on = new Map(facts.workloads.map(({ name, on }) => [name, on]));
  const moves: PredictedMove[] = [];
  for (const node of order.filter((one) => !facts.updated.includes(one)))
    moves.push(...leave(facts, on, node, place), ...comeBack(facts, on, node));
  const movesOf = new Map(facts.workloads.map(({ name }) => [name, 0]));
  for (const { workload } of moves) movesOf.set(workload, (movesOf.get(workload) ?? 0) + 1);
  return {
    order,
    moves,
    movesOf,
    isOnceEach: [...movesOf.values()].every((count) => count <= 1),
    homeless: moves.filter(({ to }) => to === undefined),
  };
}

/** Best score, then least loaded, then as they were named. */
function asPacemakerDoes(
  { scores }: MovingWorkload,
  candidates: readonly string[],
  load: ReadonlyMap<string, number>,
): string | undefined {
  const worth = (node: string): readonly number[] => [-(scores[node] ?? 0), load.get(node) ?? 0];
  return candidates.reduce<string | undefined>(
    (best, node) => (best === undefined || isLess(worth(node), worth(best)) ? node : best),
    undefined,
  );
}

type Places = Map<string, string | undefined>;

function leave(facts: OrderFacts, on: Places, node: string, place: Placement): PredictedMove[] {
  return facts.workloads
    .filter(({ name }) => on.get(name) === node)
    .map((workload) => {
      const candidates = facts.nodes.filter(
        (one) => one !== node && !facts.standby.includes(one) && workload.scores[one] !== undefined,
      );
      const to =
        candidates.length === 0 ? undefined : place(workload, candidates, loadOf(facts.workloads, on));
      on.set(workload.name, to);
      return { node, workload: workload.name, from: node, to };
    });
}

/** Who stopped starts again on the node; who likes it better than stickiness holds him moves there. */
function comeBack(facts: OrderFacts, on: Places, node: string): PredictedMove[] {
  if (facts.standby.includes(node)) return [];
  return facts.workloads.flatMap(({ name, on: before, scores, stickiness }) => {
    const from = on.get(name);
    const score = scores[node];
    if (score === undefined) return [];
    if (from === undefined) {
      if (before !== undefined) on.set(name, node);
      return [];
    }
    if (from === node || score <= (scores[from] ?? 0) + stickiness) return [];
    on.set(name, node);
    return [{ node, workload: name, from, to: node }];
  });
}

function loadOf(workloads: readonly MovingWorkload[], on: Places): Map<string, number> {
  const load = new Map<string, number>();
  for (const { name } of workloads) {
    const node = on.get(name);
    if (node !== undefined) load.set(node, (load.get(node) ?? 0) + 1);
  }
  return load;
}

/** What counts, most first: who stops, who moves more than once, moves, nodes after the DC, places before which an empty one has to wait. */
function costOf(facts: OrderFacts, { order, moves, movesOf, homeless }: PredictedOrder): number[] {
  const again = [...movesOf.values()].reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  const dc = facts.dc === undefined ? -1 : order.indexOf(facts.dc);
  const isDcTodo = dc >= 0 && !facts.updated.includes(facts.dc ?? "");
  const used = new Set(facts.workloads.map(({ on }) => on));
  const waits = order.reduce((sum, node, index) => sum + (used.has(node) ? 0 : index), 0);
  return [homeless.length, again, moves.length, isDcTodo ? order.length - 1 - dc : 0, waits];
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}

/** Each next one is the one that costs least with the rest as ranked. */
function greedy(facts: OrderFacts, ranked: readonly string[]): string[] {
  const order: string[] = [];
  let rest = [...ranked];
  while (rest.length > 0) {
    const tried = rest.map((node) => {
      const after = rest.filter((one) => one !== node);
      return { node, cost: costOf(facts, predictMoves(facts, [...order, node, ...after])) };
    });
    const first = tried.reduce((best, one) => (isLess(one.cost, best.cost) ? one : best));
    order.push(first.node);
    rest = rest.filter((one) => one !== first.node);
  }
  return order;
}

function* permutations(items: readonly string[]): Generator<string[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (const first of items)
    for (const rest of permutations(items.filter((item) => item !== first))) yield [first, ...rest];
}
