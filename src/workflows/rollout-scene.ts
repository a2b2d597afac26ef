// What a rollout of one group works with, and what it tells on the way (docs/rollouts.md).
import type { Controller } from "../apply/index.js";
import type { ClusterModel } from "../cluster/index.js";
import type { Deadlines, Outcome, Phase, RolloutRecord } from "../rollout/index.js";
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
  readonly model: ClusterModel;
  readonly nodes: readonly string[];
  readonly transport: Transport;
  readonly clock: Clock;
  readonly controller: Controller;
  readonly deadlines: Deadlines;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: RolloutEvent) => void;
}

/** The word of the outside: nothing begins while it says why. Asked before each node. */
export type MayBegin = (node: string) => Promise<string | undefined>;
