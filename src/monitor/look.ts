// One look at a cluster: all nodes are asked that do not owe an answer, and the first one with quorum speaks. A node that hangs delays nobody.
import type { ClusterModel } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import { type NodeView, observeView, speaksForCluster } from "../observe/index.js";
import type { Clock } from "../time/index.js";
import { type Sample, sampleOf } from "../timeline/index.js";
import type { Transport } from "../transport/index.js";

/** Whom to look at. */
export interface LookerOptions {
  readonly model: ClusterModel;
  readonly transport: Transport;
  readonly clock: Clock;
  /** A look that took this long saw nobody; default 2000. */
  readonly patienceMs?: number | undefined;
  /** Nodes that are not asked now; by default none. */
  readonly spared?: (node: string) => boolean;
  readonly signal: AbortSignal;
}

/** Something that can look again and again. */
export interface Looker {
  /** What the first node with quorum says. Nodes that refuse us are as if they were away; `refusal` says what they said. */
  look(): Promise<Sample>;
  /** Why the last look had no answer from anybody, where a node refused us. */
  readonly refusal: string | undefined;
}

/** A looker at all nodes of a group. */
export function createLooker(options: LookerOptions): Looker {
  const { model, transport, clock, patienceMs = 2_000, spared = () => false, signal } = options;
  const names = model.corosync.nodes.map((node) => node.name);
  const busy = new Set<string>();
  let refusal: string | undefined;

  const ask = async (node: string): Promise<NodeView | undefined> => {
    busy.add(node);
    try {
      return await observeView(transport, node, { timeoutMs: 5_000, signal });
    } catch (error) {
      if (error instanceof DcnError && error.kind === "refused") refusal = error.message;
      else if (!(error instanceof DcnError) && !signal.aborted) throw error;
      return undefined;
    } finally {
      busy.delete(node);
    }
  };

  const look = async (): Promise<Sample> => {
    const fromMs = clock.nowMs();
    refusal = undefined;
    const views = names.filter((node) => !busy.has(node) && !spared(node)).map(ask);
    // A sleep of its own that ends with the look: an interrupted one ends with its questions.
    const over = new AbortController();
    const view = await firstWithQuorum(views, clock.sleep(patienceMs, over.signal));
    over.abort();
    if (view !== undefined) refusal = undefined;
    return sampleOf(view?.cluster, { fromMs, atMs: clock.nowMs() });
  };
  return {
    look,
    get refusal() {
      return refusal;
    },
  };
}

/** The first view with quorum that may speak for the cluster; after all came or `patience` ended, any that may. */
function firstWithQuorum(
  views: readonly Promise<NodeView | undefined>[],
  patience: Promise<void>,
): Promise<NodeView | undefined> {
  return new Promise((resolve, reject) => {
    let second: NodeView | undefined;
    const consider = (view: NodeView | undefined) => {
      if (view === undefined || !speaksForCluster(view)) return;
      if (view.quorum?.quorate === true) resolve(view);
      else second ??= view;
    };
    const finish = () => resolve(second);
    Promise.all(views.map((view) => view.then(consider))).then(finish, reject);
    patience.then(finish, finish);
  });
}
