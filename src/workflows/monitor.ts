// `monitor --interval`: asks the nodes over and over, and tells what happened between two looks; for groups whose nodes keep no events.
import type { ClusterModel } from "../cluster/index.js";
import { createLooker } from "../monitor/index.js";
import type { Clock } from "../time/index.js";
import { addSample, emptyTimeline, type Sample, type TimelineEvent } from "../timeline/index.js";
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
  const looker = createLooker({ ...options, model: options.group.model });
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
