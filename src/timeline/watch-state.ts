// What a watcher remembers of a group between two facts; plain data, so that a controller that ends and begins again goes on where it was.
import type { Incident, LostNode, Moment, Sign } from "./incident.js";
import type { NodeState } from "./sample.js";

/** A node as far as is known. */
export interface NodeTrack {
  lost: boolean;
  /** When that was learned. */
  atMs: number;
  /** Its last sign of life towards the watcher. */
  signMs?: number;
  /** As the last look found it. */
  mode?: NodeState;
}

/** Where a primitive runs, and since when that is known. */
export interface RunTrack {
  nodes: string[];
  atMs: number;
}

/** What is remembered; JSON as it stands. */
export interface WatchState {
  nodes: Record<string, NodeTrack>;
  running: Record<string, RunTrack>;
  /** Workloads that ran and do not. */
  downs: Record<string, { fromMs: number; downMs: number }>;
  incident?: Incident;
  /** How many there were. */
  incidents: number;
  /** Fencings that were told already, the newest last. */
  fencings: string[];
  quorate?: boolean;
  /** When the last look began. */
  lookMs?: number;
}

/** Before the first fact. */
export const emptyWatch: WatchState = { nodes: {}, running: {}, downs: {}, incidents: 0, fencings: [] };

/** One workload, for whoever watches. */
export interface WatchedWorkload {
  readonly name: string;
  /** It runs where all of these do. */
  readonly primitives: readonly string[];
  /** The bound of its outage when a node is lost. */
  readonly promisedMs?: number;
}

/** What must be known of a group to make sense of facts. */
export interface WatchRules {
  readonly workloads: readonly WatchedWorkload[];
  /** From the death of a node until its cluster declares it: token, consensus and membership sync, in milliseconds. */
  readonly lagMs: number;
}

/** The open incident, begun now where there is none. */
export function openIncident(state: WatchState, startMs: number): Incident {
  const begun: Incident = {
    number: state.incidents + 1,
    startMs,
    lastMs: startMs,
    moments: [],
    outages: [],
    lost: [],
    signs: [],
  };
  state.incident ??= begun;
  state.incidents = state.incident.number;
  return state.incident;
}

/** Adds to the open incident, and opens one where there is none. */
export function note(state: WatchState, moment: Moment, ...signs: readonly Sign[]): void {
  const incident = openIncident(state, moment.atMs);
  state.incident = {
    ...incident,
    startMs: Math.min(incident.startMs, moment.atMs),
    lastMs: Math.max(incident.lastMs, moment.atMs),
    moments: [...incident.moments, moment].slice(-200),
    signs: [...incident.signs, ...signs].slice(-50),
  };
}

/** Changes what the open incident says of a lost node. */
export function editLost(state: WatchState, node: string, edit: (lost: LostNode) => LostNode): void {
  if (state.incident === undefined) return;
  const lost = state.incident.lost.map((one) => (one.node === node ? edit(one) : one));
  state.incident = { ...state.incident, lost };
}

/** The nodes on which a workload runs whole. */
export function runsOn(state: WatchState, workload: WatchedWorkload): string[] {
  const [first = [], ...rest] = workload.primitives.map((one) => state.running[one]?.nodes ?? []);
  return first.filter(
    (node) => state.nodes[node]?.lost !== true && rest.every((nodes) => nodes.includes(node)),
  );
}
