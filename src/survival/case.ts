// A failure that befalls a group in a situation, and what its judgement is made of.
import type { Failure } from "./failure.js";
import type { Scene } from "./scene.js";
import type { Placed, Situation, Steps } from "./situation.js";
import type { Quorum } from "./votes.js";

/** A node that is lost and not fenced, and why: whatever has to start waits for it. */
export interface Unfenced {
  readonly node: string;
  /** `nobody`: no device that works; `no-power`: its devices lost their power with it; `unclean`: it was UNCLEAN before anything failed. */
  readonly cause: "nobody" | "no-power" | "unclean";
  readonly why: string;
}

/** A failure ready to be asked about. */
export interface Case {
  readonly failure: Failure;
  readonly quorum: Quorum;
  readonly situation: Situation;
  /** What becomes of the workloads is clear without the scheduler: all stop. */
  readonly stopped: boolean;
}

/** All that a workload's fate is judged by. */
export interface Judged {
  readonly scene: Scene;
  readonly rest: Situation;
  readonly one: Case;
  readonly after: readonly Placed[];
  /** How it comes there. */
  readonly steps: Steps;
  readonly unfenced: readonly Unfenced[];
  readonly alive: ReadonlySet<string>;
}
