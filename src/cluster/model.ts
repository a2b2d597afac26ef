// The cluster model: everything that CIB configuration and corosync.conf say, typed. Both tiers of a profile expand into it.
import type { AttributeSet } from "./attributes.js";
import type { Constraint } from "./constraint.js";
import type { CorosyncConfiguration } from "./corosync.js";
import type { ConfigurationElement } from "./element.js";
import type { QuorumAlgorithm } from "./quorum.js";
import type { Resource } from "./resource.js";
import type { NodeSecret } from "./secret.js";
import type { TicketManager } from "./tickets.js";

/** A cluster node with its corosync node id (from 1), its node attributes, and what it has room for. */
export interface ClusterNode {
  readonly id: number;
  readonly name: string;
  readonly attributes: readonly AttributeSet[];
  readonly utilization?: readonly AttributeSet[];
}

/** A fencing level of one node; levels are tried by index, all devices of a level must succeed (Pacemaker Explained, "Fencing Topology"). */
export interface FencingLevel {
  readonly id: string;
  readonly target: string;
  readonly index: number;
  readonly devices: readonly string[];
  /** Why nobody here can tell whether Pacemaker fences the node by it: it is for the nodes of a pattern. Never in what is rendered. */
  readonly unclear?: string;
}

/** A program on every node that Pacemaker tells of events: of nodes, fencing and resources (Pacemaker Explained, "Alerts"). */
export interface Alert {
  readonly id: string;
  readonly path: string;
}

/** What `<configuration>` of a CIB says. */
export interface ClusterConfiguration {
  readonly properties: readonly AttributeSet[];
  readonly nodes: readonly ClusterNode[];
  readonly resources: readonly Resource[];
  readonly constraints: readonly Constraint[];
  readonly fencingLevels: readonly FencingLevel[];
  readonly resourceDefaults: readonly AttributeSet[];
  readonly operationDefaults: readonly AttributeSet[];
  readonly alerts?: readonly Alert[];
  /** What the full-power tier says beside it, by section (`crm_config`, `resources`, …); its pairs win over equal ones above. */
  readonly elements?: readonly ConfigurationElement[];
}

/** A quorum device of model net (corosync-qdevice(8)): a host outside of the cluster that gives one half the vote. */
export interface QuorumDevice {
  readonly host: string;
  readonly algorithm: QuorumAlgorithm;
  /** Votes that it adds. */
  readonly votes: number;
  /** Whether nodes and host prove themselves to each other by certificates. */
  readonly encrypted: boolean;
}

/** What sbd on every node needs (sbd(8)): the watchdog, its times in milliseconds, and the shared disks where there are some. */
export interface WatchdogFencing {
  readonly device: string;
  readonly watchdogMs: number;
  readonly delayStartMs: number;
  /** Empty: watchdog only ("diskless"), where a node that lost its quorum resets itself. */
  readonly disks: readonly string[];
}

/** One cluster: its name, corosync configuration, CIB configuration and what its nodes need besides. */
export interface ClusterModel {
  readonly name: string;
  readonly corosync: CorosyncConfiguration;
  readonly configuration: ClusterConfiguration;
  readonly secrets: readonly NodeSecret[];
  /** How long a booting node waits for its expected peers before it starts the cluster without them. */
  readonly gateGraceMs: number;
  readonly quorumDevice?: QuorumDevice;
  readonly watchdog?: WatchdogFencing;
  /** Tickets of groups that span sites, and who hands them out. */
  readonly tickets?: TicketManager;
}
