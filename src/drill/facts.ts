// What a drill needs to know of a group, and what it saw: data that every ground, lab or machines, hands in.
import type { BoundTerm } from "../cluster/index.js";
import type { Run } from "../timeline/index.js";

/** What a ground has, and can break. */
export interface Traits {
  /** The cluster nodes, in the order of the profile. */
  readonly nodes: readonly string[];
  readonly networks: readonly string[];
  /** The machine that runs corosync-qnetd. */
  readonly quorumDevice?: string;
  readonly remote?: string;
  readonly client: boolean;
  readonly mixedVersions: boolean;
  readonly faults: readonly string[];
  /** The machines that faults can be made on; absent where on all of them. */
  readonly reach?: readonly string[];
  /** Real workloads run here: no more than one cluster node may be taken out at a time. */
  readonly isCareful?: true;
}

/** A group at one moment. */
export interface Situation {
  /** The workload whose outages count. */
  readonly workload: string;
  /** Where it runs, as the ground knows it; undefined where it runs nowhere. */
  readonly holder: string | undefined;
  readonly dc: string | undefined;
  readonly online: readonly string[];
  /** What is not as it should be; empty where all is well. */
  readonly troubles: readonly string[];
  /** What of it the group's own status told, where more than that was looked at. */
  readonly told?: readonly string[];
}

/** A fault with machines, networks and numbers in place of parts. */
export interface ConcreteFault {
  readonly fault: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A fault as it was made. */
export interface Injected extends ConcreteFault {
  readonly atNs: number;
  /** What was seen of its effect; undefined where it had none. */
  readonly evidence: string | undefined;
  /** Why it had none. */
  readonly why?: string;
  /** What was asked for is a promise of the group itself, as a fencing is: that it did not come is no dull fault. */
  readonly isBroken?: true;
}

/** That a node be switched off or reset, as the cluster asked. */
export interface Fencing {
  readonly node: string;
  readonly askedNs: number;
  /** From when on it was certain that it was done, whatever the device said; undefined where that never was. */
  readonly goneNs?: number;
}

/** What the ground saw from outside since a moment. */
export interface GroundTruth {
  readonly nowNs: number;
  readonly runs: readonly Run[];
  readonly fencings: readonly Fencing[];
  /** How much longer or shorter outages may have been than runs say, where they were sampled. */
  readonly inexactMs: number;
}

/** What an outage may last, with its terms. */
export interface Bound {
  readonly totalMs: number;
  readonly terms: readonly BoundTerm[];
}

/** All that is known of a drill that has come to its end. */
export interface DrillFacts {
  readonly before: Situation;
  readonly beganNs: number;
  readonly injected: readonly Injected[];
  /** When it was begun to mend what was broken: from then on the cluster may go on. Undefined where that was not needed. */
  readonly mendingNs?: number;
  readonly truth: GroundTruth;
  /** What the status told while it was broken; undefined where nobody asked. */
  readonly troublesAmid?: readonly string[];
  /** At the end. */
  readonly after: Situation;
  /** When all was well again; undefined where it was not before the deadline. */
  readonly wellNs?: number;
  readonly bound: Bound;
}
