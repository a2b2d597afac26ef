// A node group with everything looked up and filled in: what apply, status and monitor work with.
import type { ClusterModel, Figure } from "../cluster/index.js";
import type { Origin } from "./origins.js";
import type { TotemTiming } from "./totem-timing.js";
import type { CapacityText } from "./workload-text.js";

/** How to log in to a node. Paths are as the controller opens them. */
export interface ResolvedSsh {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Login that may install the helper on a bare node; absent where `user` must do. */
  readonly adminUser?: string;
  readonly hostKey?: string;
  readonly knownHostsFile?: string;
  readonly identityFile?: string;
}

/** A host and the way to it. */
export interface SshHost {
  readonly name: string;
  readonly ssh: ResolvedSsh;
}

/** How a device of an image finds out that it is this node; any one that fits is enough. */
export interface NodeIdentity {
  readonly hostname: string;
  /** In lower case. */
  readonly macs: readonly string[];
  readonly serial?: string;
  /** What stands behind `dcn-ha.node=` on the kernel command line. */
  readonly kernelArgument: string;
}

/** One node. */
export interface ResolvedNode extends SshHost {
  /** corosync node id, and the id of the node in the CIB. */
  readonly id: number;
  /** Address by network. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly identity: NodeIdentity;
  /** What it has room for, as the profile says. */
  readonly capacity?: CapacityText;
}

/** How often a workload runs: once, on every node, or on every node with one instance that leads. */
export type WorkloadForm = "single" | "one-per-node" | "leader";

/** One workload and the resource that it became. */
export interface ResolvedWorkload {
  readonly name: string;
  readonly profile: string;
  /** The resource to look for in the cluster: a primitive, a group or a clone. */
  readonly resourceId: string;
  /** Ids of its primitives, in start order. */
  readonly primitives: readonly string[];
  /** Clones beside the resource, whose leader it runs with: of a mirror its copies. */
  readonly copies: readonly string[];
  /** Its parameters as text, defaults filled in. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly form: WorkloadForm;
  /** Manual: a node runs it only while its transient attribute `start-NAME` is 1. */
  readonly start: "automatic" | "manual";
  /** What must be on every node for it, in words. */
  readonly needs: readonly string[];
}

/** A loss that the group is said to survive, for proofs: how many at once of nodes, networks, or places as cabinets. */
export interface SurviveClaim {
  readonly what: string;
  readonly count: number;
}

/** Timeouts of the cluster, in milliseconds. */
export interface ResolvedTiming extends TotemTiming {
  /** The longest delay that the policy puts before a fencing. */
  readonly fencingDelayMs: number;
  /** The delay before each node is fenced, by node. */
  readonly fencingDelayMsByNode: Readonly<Record<string, number>>;
  readonly gateGraceMs: number;
  /** Where each computed time comes from. */
  readonly figures: readonly Figure[];
}

/** A group ready to be rendered and applied. */
export interface ResolvedGroup {
  readonly name: string;
  /** File of the group's document; secrets lie next to it. */
  readonly file: string;
  readonly policyName: string;
  readonly networks: readonly string[];
  readonly nodes: readonly ResolvedNode[];
  /** How to log in to the host of the quorum device; `name` is the device's address. */
  readonly quorumDeviceHost?: SshHost;
  readonly workloads: readonly ResolvedWorkload[];
  readonly model: ClusterModel;
  readonly timing: ResolvedTiming;
  readonly survive: readonly SurviveClaim[];
  /** Where each thing of the model comes from, by its id. */
  readonly origins: ReadonlyMap<string, Origin>;
}
