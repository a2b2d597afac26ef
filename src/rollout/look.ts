// What one look at a node, and at how its turn went so far, has to go by.
import type { OsObservation } from "../observation/index.js";
import type { NodeRecord } from "./record.js";

/** What is known of the node now; undefined fields are unknown. */
export interface NodeFacts {
  /** It answered itself, just now. */
  readonly answers: boolean;
  readonly bootId: string | undefined;
  readonly os: OsObservation | undefined;
  /** Health checks of this boot. */
  readonly health: "green" | "red" | "in progress" | "unknown";
  /** Red, and nothing on the node will end that by itself. */
  readonly needsHands: boolean;
  /** What the checks or the deployment tool complain about, in words. */
  readonly complaint: string | undefined;
  /** What a surviving node's Pacemaker says of it; `standby` is online, and empty. */
  readonly member: "online" | "standby" | "joining" | "offline" | "unclean" | "unknown";
  /** Whose standby it is in. */
  readonly standby: "ours" | "a person's" | "none" | "unknown";
  /** What is active there, or on its way. */
  readonly busy: readonly string[] | undefined;
  /** What is worse in the cluster than before this node's turn, in words. */
  readonly worse: readonly string[];
}

/** What may be asked for. Each may be asked for again: it is done once. */
export type Ask =
  | "pull-image"
  | "set-standby"
  | "stage-image"
  | "stop-cluster"
  | "reboot-node"
  | "start-cluster"
  | "drop-image"
  | "clear-standby";

/** Times in milliseconds; each counts from when the phase began, or the controller began to look. */
export interface Deadlines {
  readonly fetchMs: number;
  readonly drainMs: number;
  readonly stageMs: number;
  readonly stopMs: number;
  /** Until it answers again with another boot id. */
  readonly rebootMs: number;
  /** Until its health checks are green; greenboot's tries are in it. */
  readonly greenMs: number;
  readonly joinMs: number;
  readonly returnMs: number;
  readonly soakMs: number;
}

/** How the present phase went so far, as the one who looks has seen it. */
export interface PhaseProgress {
  readonly inPhaseMs: number;
  /** How often its step was asked for, anew from 1 where the node was busy; how long ago the last time, and what went wrong with it then. */
  readonly asks: number;
  readonly askedMsAgo: number;
  readonly trouble: string | undefined;
  /** For how long the node has been seen with the boot id of now; 0 while it does not answer. */
  readonly upMs: number;
  /** For how long the cluster was well without a break; counts in `soaking`. */
  readonly wellMs: number;
}

/** As a phase is that has just begun. */
export const NEW_PHASE: PhaseProgress = {
  inPhaseMs: 0,
  asks: 0,
  askedMsAgo: 0,
  trouble: undefined,
  upMs: 0,
  wellMs: 0,
};

/** What a look at a node has to go by. */
export interface Look {
  readonly node: NodeRecord;
  readonly facts: NodeFacts;
  readonly progress: PhaseProgress;
  readonly deadlines: Deadlines;
  /** The group wants no more than to bring this node back. */
  readonly ending: boolean;
  /** The group has quorum, and nothing ails it besides this node. */
  readonly othersWell: boolean;
}
