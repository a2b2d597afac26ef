// `monitor --interval`: asks the nodes over and over, and tells what happened between two looks; for groups whose nodes keep no events.
import type { ClusterModel } from "../cluster/index.js";
import { createLooker, REFUSED_WAIT_MS } from "../monitor/index.js";
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
  | { readonly kind: "event"; readonly wallMs: number; readonly event: TimelineEvent }
  /** Nobody answers, and a node does not let us in. */
  | { readonly kind: "refused"; readonly wallMs: number; readonly text: string };

/** Watches until aborted, then returns. Nodes that refuse us are asked again, but seldom. */
export async function* monitorGroup(options: MonitorOptions): AsyncGenerator<MonitorNews, void> {
  const { clock, intervalMs, signal } = options;
  const { tokenMs, consensusMs } = options.group.timing;
  const lag = { nodeLossMs: tokenMs + consensusMs + MEMBERSHIP_SYNC_MS };
  const looker = createLooker({ ...options, model: options.group.model });
  let state = emptyTimeline;
  let found = false;
  let told: string | undefined;
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
    const { refusal } = looker;
    if (refusal !== undefined && refusal !== told)
      yield { kind: "refused", wallMs, text: `no node answers; asked again every 30 s: ${refusal}` };
    told = refusal;
    const waitMs = refusal === undefined ? intervalMs : Math.max(intervalMs, REFUSED_WAIT_MS);
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }
}
