// One look at a cluster, as far as a timeline cares: what crm_mon(8) calls node states, resources and fence history.

/**
 * A node as its cluster sees it. `lost`: not a member, its death confirmed or never in doubt; `unclean`: gone without a
 * clean shutdown and not fenced yet; `pending`: a member that does not take part yet; `standby-on-fail`: in standby because
 * something failed on it that has `on-fail=standby`.
 */
export type NodeState =
  | "online"
  | "standby"
  | "standby-on-fail"
  | "maintenance"
  | "pending"
  | "unclean"
  | "lost";

/** A fencing action from the cluster's fence history. */
export interface Fencing {
  /** Tells two actions on the same node apart: the completion time as the tool prints it. */
  readonly id: string;
  readonly target: string;
  readonly action: string;
  /** The node that carried it out, where known. */
  readonly by?: string;
  readonly outcome: "done" | "failed" | "pending";
}

/** One look. Everything undefined is unknown and changes nothing on the timeline. */
export interface Sample {
  /** Monotonic milliseconds when the look began, and when it was over; what it says was true in between. */
  readonly fromMs: number;
  readonly atMs: number;
  readonly quorate?: boolean;
  /** The designated controller (DC). */
  readonly coordinator?: string;
  readonly nodes?: readonly { readonly name: string; readonly state: NodeState }[];
  /** Workloads and the nodes on which the cluster says that they are active. */
  readonly workloads?: readonly { readonly name: string; readonly nodes: readonly string[] }[];
  readonly fencings?: readonly Fencing[];
}
