// Where drills run: a lab, whose machines can be broken in every way, or real machines over SSH. The runner knows no other.

import type { Bound, ConcreteFault, GroundTruth, Situation, Traits } from "./facts.js";
import type { LogMark } from "./log.js";

type Unstamped<T> = T extends unknown ? Omit<T, "t" | "kind"> : never;

/** A mark before it has its time. */
export type Mark = Unstamped<LogMark>;

/** Something that watches from outside and writes down what it sees, with marks of what the runner does. */
export interface Watch {
  /** The file that all of it is written to. */
  readonly log: string;
  mark(mark: Mark): void;
  /** Looks at every node now, so that what follows stands behind it in the log. */
  look(): Promise<void>;
  /** Ends it, and says what the log shows of the invariants. */
  stop(): Promise<readonly InvariantCount[]>;
}

/** One invariant over one drill. */
export interface InvariantCount {
  readonly id: string;
  readonly applicable: boolean;
  readonly checked: number;
  readonly violations: readonly string[];
}

/** What a drill log begins with. */
export interface WatchRequest {
  readonly drill: string;
  readonly seed: number;
  /** What the outage may last, in milliseconds; absent where nothing is promised. */
  readonly mayLastMs?: number;
  /** How long all nodes may take to be back after the mending, in milliseconds; absent where they need not come back. */
  readonly backWithinMs?: number;
}

/** A place to drill. */
export interface DrillGround {
  readonly group: string;
  readonly where: "lab" | "group";
  traits(): Promise<Traits>;
  /** How the group is now. Throws nothing for a node that does not answer: that is a trouble. */
  situation(): Promise<Situation>;
  /** Nanoseconds of the clock that truth is told in. */
  nowNs(): number;
  /** Makes a fault and returns what was seen of its effect. Throws DcnError FAULT_WITHOUT_EFFECT where none was, FAULT_TOO_MUCH where it was not made. */
  inject(fault: ConcreteFault): Promise<string>;
  switchOn(node: string): Promise<void>;
  /** Undoes every fault, and what it left: failures that the cluster remembers, standby. Says what it undid. */
  heal(): Promise<readonly string[]>;
  truth(sinceNs: number): Promise<GroundTruth>;
  /** The bound of an outage; with an election where the DC is lost too. */
  bound(dcLost: boolean): Promise<Bound>;
  /** Begins to watch; undefined where nothing can. */
  watch(request: WatchRequest): Promise<Watch | undefined>;
}
