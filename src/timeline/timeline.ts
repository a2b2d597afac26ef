// Samples in, events out. A workload on a node that is gone counts as stopped, although the cluster lists it there until
// the node is fenced (Pacemaker Explained, "Fencing"); what a sample does not say is unknown and ends no outage.
import type { OutageBounds, TimelineEvent } from "./event.js";
import type { Fencing, NodeState, Sample } from "./sample.js";

interface WorkloadTrack {
  /** Where it was seen alive in the last sample that knew; empty while it is down. */
  readonly nodes: readonly string[];
  /** A time when it was surely alive for the last time: the beginning of that look. Undefined if never. */
  readonly aliveMs?: number;
  /** Between these it was surely down: end of the first look that saw it so, beginning of the last. */
  readonly downFromMs?: number;
  readonly downToMs?: number;
  /** How long it may have been down already when it was first seen so. */
  readonly unseenMs?: number;
}

/** How far what a cluster says lags behind what is true. */
export interface Lag {
  /** From the death of a node to the first look that can show it: token, consensus and membership sync, in milliseconds. */
  readonly nodeLossMs: number;
}

/** What the timeline remembers between samples. */
export interface TimelineState {
  readonly seeing: boolean;
  readonly quorate?: boolean;
  readonly coordinator?: string;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly workloads: ReadonlyMap<string, WorkloadTrack>;
  /** Fencings already told, by target, id and outcome. */
  readonly fencings?: ReadonlySet<string>;
}

/** The state before the first sample. The first one tells no events about what it merely finds. */
export const emptyTimeline: TimelineState = { seeing: true, nodes: new Map(), workloads: new Map() };

/**
 * Adds one sample; samples come in the order of `atMs`. Returns the new state and what happened since the one before.
 * An outage that a lost node caused is bounded with `lag`; that of a workload which failed on a healthy node begins,
 * as the cluster sees it, with the failed monitor.
 */
export function addSample(
  state: TimelineState,
  sample: Sample,
  lag: Lag,
): { readonly state: TimelineState; readonly events: readonly TimelineEvent[] } {
  const seeing = sample.nodes !== undefined;
  const events: TimelineEvent[] = [];
  if (seeing !== state.seeing) {
    events.push({ atMs: sample.atMs, kind: seeing ? "view-regained" : "view-lost" });
  }
  if (!seeing) return { state: { ...state, seeing }, events };
  const nodes = new Map([
    ...state.nodes,
    ...(sample.nodes ?? []).map((node) => [node.name, node.state] as const),
  ]);
  const workloads = new Map(state.workloads);
  events.push(...nodeEvents(state.nodes, sample));
  events.push(...fencingEvents(state.fencings, sample));
  events.push(...clusterEvents(state, sample));
  for (const { name, nodes: listed } of sample.workloads ?? []) {
    const before = state.workloads.get(name);
    const look = {
      fromMs: sample.fromMs,
      atMs: sample.atMs,
      nodes: listed.filter((node) => isUp(nodes.get(node))),
      unseenMs: wasInSight(before, nodes, state) ? 0 : lag.nodeLossMs,
    };
    if (before !== undefined) events.push(...workloadEvents(name, before, look));
    workloads.set(name, track(before, look));
  }
  const quorate = sample.quorate ?? state.quorate;
  const coordinator = sample.coordinator ?? state.coordinator;
  const fencings = told(state.fencings, sample.fencings);
  return {
    state: {
      seeing,
      nodes,
      workloads,
      ...(quorate === undefined ? {} : { quorate }),
      ...(coordinator === undefined ? {} : { coordinator }),
      ...(fencings === undefined ? {} : { fencings }),
    },
    events,
  };
}

/** Whether the nodes where it ran are still there, and nothing could have come and gone while nobody looked. */
function wasInSight(
  before: WorkloadTrack | undefined,
  nodes: ReadonlyMap<string, NodeState>,
  state: TimelineState,
): boolean {
  return state.seeing && before?.nodes.every((node) => isUp(nodes.get(node))) === true;
}

function isUp(state: NodeState | undefined): boolean {
  return state !== "lost" && state !== "unclean";
}

function nodeEvents(before: ReadonlyMap<string, NodeState>, sample: Sample): TimelineEvent[] {
  return (sample.nodes ?? [])
    .filter(({ name, state }) => before.has(name) && before.get(name) !== state)
    .map(({ name, state }) => ({ atMs: sample.atMs, kind: `node-${state}`, node: name }));
}

function keyOf(fencing: Fencing): string {
  return `${fencing.target} ${fencing.id} ${fencing.outcome}`;
}

function told(
  before: ReadonlySet<string> | undefined,
  now: Sample["fencings"],
): ReadonlySet<string> | undefined {
  if (now === undefined) return before;
  return new Set([...(before ?? []), ...now.map(keyOf)]);
}

function fencingEvents(before: ReadonlySet<string> | undefined, sample: Sample): TimelineEvent[] {
  if (before === undefined) return [];
  return (sample.fencings ?? []).flatMap((fencing): TimelineEvent[] => {
    if (fencing.outcome === "pending" || before.has(keyOf(fencing))) return [];
    const { target: node, action, by } = fencing;
    const kind = fencing.outcome === "done" ? "fenced" : "fence-failed";
    return [{ atMs: sample.atMs, kind, node, action, ...(by === undefined ? {} : { by }) }];
  });
}

function clusterEvents(before: TimelineState, sample: Sample): TimelineEvent[] {
  const { atMs, quorate, coordinator } = sample;
  const events: TimelineEvent[] = [];
  if (quorate !== undefined && before.quorate !== undefined && quorate !== before.quorate) {
    events.push({ atMs, kind: quorate ? "quorum-regained" : "quorum-lost" });
  }
  if (coordinator !== undefined && before.coordinator !== undefined && coordinator !== before.coordinator) {
    events.push({ atMs, kind: "coordinator", node: coordinator });
  }
  return events;
}

/** One workload in one sample: where it is alive, and how long what ended since the last look may have ended before. */
interface WorkloadLook {
  readonly fromMs: number;
  readonly atMs: number;
  readonly nodes: readonly string[];
  readonly unseenMs: number;
}

function workloadEvents(workload: string, before: WorkloadTrack, now: WorkloadLook): TimelineEvent[] {
  const { atMs } = now;
  const left = before.nodes.filter((node) => !now.nodes.includes(node));
  const joined = now.nodes.filter((node) => !before.nodes.includes(node));
  // A second instance beside one that goes on ends no outage.
  const interrupted = before.nodes.every((node) => left.includes(node));
  const outage = interrupted ? outageOf(before, now) : undefined;
  return [
    ...left.map((node) => ({ atMs, kind: "workload-stopped" as const, workload, node })),
    ...joined.map((node) => ({
      atMs,
      kind: "workload-started" as const,
      workload,
      node,
      ...(outage === undefined ? {} : { outage }),
    })),
  ];
}

function outageOf(before: WorkloadTrack, now: WorkloadLook): OutageBounds | undefined {
  const { aliveMs, downFromMs, downToMs, unseenMs = 0 } = before;
  if (aliveMs === undefined) return undefined;
  const seenDownMs =
    downFromMs === undefined || downToMs === undefined ? 0 : Math.max(0, downToMs - downFromMs);
  return { atLeastMs: seenDownMs, atMostMs: now.atMs - aliveMs + Math.max(unseenMs, now.unseenMs) };
}

function track(before: WorkloadTrack | undefined, now: WorkloadLook): WorkloadTrack {
  const { fromMs, atMs, nodes } = now;
  if (nodes.length > 0) return { nodes, aliveMs: fromMs };
  const unseenMs = Math.max(before?.unseenMs ?? 0, now.unseenMs);
  return { ...before, nodes, downFromMs: before?.downFromMs ?? atMs, downToMs: fromMs, unseenMs };
}
