// What a rollout of one group works with, and what it tells on the way (docs/rollouts.md).
import type { Controller } from "../apply/index.js";
import type { Deadlines, Outcome, Phase, RolloutRecord } from "../rollout/index.js";
import type { SurvivalGroup } from "../survival/index.js";
import type { Clock } from "../time/index.js";
import type { Transport } from "../transport/index.js";

/** Which image a node is to get: exactly this digest, or what a source names now; neither: what its own origin names. */
export interface ImageWish {
  readonly digest?: string;
  /** An ostree ref with its remote, or a container image. */
  readonly source?: string;
  /** The node's own source, under this channel. */
  readonly channel?: string;
}

/** One step of the machine, or something about it, for people and for the record. */
export interface RolloutEvent {
  /** Counts within a rollout. */
  readonly number: number;
  /** By the controller's clock, for people. */
  readonly at: string;
  readonly node?: string;
  readonly phase?: Phase;
  readonly outcome?: Outcome;
  readonly state?: RolloutRecord["state"];
  readonly text: string;
}

/** One group's rollout, and through what. */
export interface RolloutScene {
  readonly group: string;
  /** The group as its profile says it. */
  readonly profile: SurvivalGroup;
  readonly nodes: readonly string[];
  readonly transport: Transport;
  readonly clock: Clock;
  readonly controller: Controller;
  readonly deadlines: Deadlines;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: RolloutEvent) => void;
}

/** The word of the outside. */
export interface RolloutGate {
  /** Nothing begins while it says why. Asked before each node, again and again. */
  readonly mayBegin: (node: string) => Promise<string | undefined>;
  /** A node's turn is over, or was allowed and does not begin: `isBack` where it is up and in the cluster, on whichever image. What it throws ends the rollout where it is, also where the scene's signal is aborted by then. */
  readonly afterTurn?: (node: string, isBack: boolean) => Promise<void>;
}

/** One node's part of a plan. */
export interface PlannedNode {
  readonly node: string;
  readonly from: string | undefined;
  readonly target: string | undefined;
  readonly source?: string | undefined;
  readonly version?: string | undefined;
}
