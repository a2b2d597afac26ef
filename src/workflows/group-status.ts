// A group at one moment, as `status` shows it (docs/status.md). Undefined means unknown.
import type { FencingEvent, LinkState, ObservedDc } from "../observation/index.js";

/** A node as the cluster sees it. `unknown` where nobody told. */
export interface NodeStatus {
  readonly name: string;
  readonly state: "online" | "offline" | "pending" | "unclean" | "standby" | "maintenance" | "unknown";
  /** Why this node itself gave no answer; absent when it did. */
  readonly silence?: string;
  /** Pacemaker writes no configuration to this node's disk any more: admin_epoch.epoch of what it holds, and of what is there; absent where they agree. */
  readonly unwritten?: { readonly held: string; readonly kept: string | undefined };
  /** Links to the other nodes as this node sees them. */
  readonly links: readonly { readonly link: number; readonly peer: string; readonly state: LinkState }[];
}

/** A resource of the cluster and where it runs. */
export interface WorkloadStatus {
  readonly id: string;
  /** The workload of the profile that it is, or is a part of; absent for what somebody else configured. */
  readonly workload?: string;
  readonly within: readonly string[];
  readonly agent: string | undefined;
  readonly role: string | undefined;
  readonly nodes: readonly string[];
  /** False where somebody said that it is to be stopped, or that Pacemaker is to leave it alone, and while the ticket that it needs is not here. */
  readonly shouldRun: boolean;
  readonly remarks: readonly string[];
}

/** A group at one moment. Undefined means unknown. */
export interface GroupStatus {
  readonly group: string;
  /** The node whose view of the cluster is shown: one with quorum if there is any. */
  readonly seenFrom: string | undefined;
  readonly dc: ObservedDc | undefined;
  readonly quorate: boolean | undefined;
  readonly votes: {
    readonly total: number | undefined;
    readonly expected: number | undefined;
    readonly needed: number | undefined;
  };
  readonly maintenanceMode: boolean | undefined;
  /** The quorum device of the group, and whether it votes for the part that is shown; absent without one. */
  readonly quorumDevice?: { readonly host: string; readonly votes: number | undefined };
  readonly nodes: readonly NodeStatus[];
  /** Resources that are no fence devices; a workload of the profile that the cluster does not know has the role `Absent`. */
  readonly workloads: readonly WorkloadStatus[];
  /** Fence devices; their nodes are those that watch the device, and any other may use it as well. */
  readonly fenceDevices: readonly WorkloadStatus[];
  /** Failed actions, one line each. */
  readonly failures: readonly string[];
  readonly fencing: readonly FencingEvent[];
  /** What could not be found out and why, and views that contradict each other. */
  readonly unknown: readonly string[];
  /** What is not as it should be; empty where the group is healthy. */
  readonly troubles: readonly string[];
}
