// `monitor`: asks the nodes over and over, and tells what happened between two looks. A node that hangs delays nobody.
import type { ClusterModel } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import { type NodeView, observeView, speaksForCluster } from "../observe/index.js";
import type { Clock } from "../time/index.js";
import { addSample, emptyTimeline, type Sample, sampleOf, type TimelineEvent } from "../timeline/index.js";
import type { Transport } from "../transport/index.js";

/** The effective totem timeouts of the group. */
interface Timing {
  readonly tokenMs: number;
  readonly consensusMs: number;
}

const MEMBERSHIP_SYNC_MS = 100;

/** Whom to watch and how often. */
export interface MonitorOptions {
  readonly group: { readonly model: ClusterModel; readonly timing: Timing };
  readonly transport: Transport;
  readonly clock: Clock;
  /** From the end of one look to the start of the next; the precision of every outage. */
  readonly intervalMs: number;
  /** A look that took this long saw nobody; default 2000. */
  readonly patienceMs?: number;
  readonly signal: AbortSignal;
}

/** What a monitor tells: first what it found, then what happens; `wallMs` is for people. */
export type MonitorNews =
  | { readonly kind: "found"; readonly wallMs: number; readonly sample: Sample }
  | { readonly kind: "event"; readonly wallMs: number; readonly event: TimelineEvent };

/** Watches until aborted, then returns. Throws DcnError `refused` when a node refuses us: that does not mend itself. */
export async function* monitorGroup(options: MonitorOptions): AsyncGenerator<MonitorNews, void> {
  const { clock, intervalMs, signal } = options;
  const { tokenMs, consensusMs } = options.group.timing;
  const lag = { nodeLossMs: tokenMs + consensusMs + MEMBERSHIP_SYNC_MS };
  const looker = createLooker(options);
  let state = emptyTimeline;
  let found = false;
  const isOver = () => signal.aborted;
  for (;;) {
    const sample = await looker.look();
    if (isOver()) return;
    const wallMs = clock.wallMs();
    if (!found && sample.nodes !== undefined) {
      found = true;
      yield { kind: "found", wallMs, sample };
    }
    const step = addSample(state, sample, lag);
    state = step.state;
    for (const event of step.events) yield { kind: "event", wallMs, event };
    await clock.sleep(intervalMs, signal).catch(() => undefined);
  }
}

/** Asks all nodes that do not owe an answer; the first one with quorum speaks for the cluster. */
function createLooker(options: MonitorOptions): { look(): Promise<Sample> } {
  const { group, transport, clock, patienceMs = 2_000, signal } = options;
  const names = group.model.corosync.nodes.map((node) => node.name);
  const busy = new Set<string>();
  let refused: DcnError | undefined;

  const ask = async (node: string): Promise<NodeView | undefined> => {
    busy.add(node);
    try {
      return await observeView(transport, node, { timeoutMs: 5_000, signal });
    } catch (error) {
      if (error instanceof DcnError && error.kind === "refused") refused = error;
      else if (!(error instanceof DcnError) && !signal.aborted) throw error;
      return undefined;
    } finally {
      busy.delete(node);
    }
  };

  const look = async (): Promise<Sample> => {
    const fromMs = clock.nowMs();
    const views = names.filter((node) => !busy.has(node)).map(ask);
    // A sleep of its own that ends with the look: an interrupted one ends with its questions.
    const over = new AbortController();
    const view = await firstWithQuorum(views, clock.sleep(patienceMs, over.signal));
    over.abort();
    if (refused !== undefined && view === undefined) throw refused;
    return sampleOf(view?.cluster, { fromMs, atMs: clock.nowMs() });
  };
  return { look };
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
