// Resources as Pacemaker knows them (Pacemaker Explained, "Cluster Resources", "Advanced Resource Types").
import type { AttributeSet } from "./attributes.js";

/** A recurring or one-off operation of a primitive; times are text with units as in the CIB (`10s`). */
export interface Operation {
  readonly id: string;
  readonly name: string;
  readonly interval: string;
  readonly timeout?: string;
  readonly onFail?: string;
  readonly role?: string;
  readonly startDelay?: string;
  /** Parameters of this operation alone, as `OCF_CHECK_LEVEL`. */
  readonly instanceAttributes?: readonly AttributeSet[];
}

/** The agent of a primitive: `ocf:heartbeat:IPaddr2`, `systemd:chrony`, `stonith:fence_redfish`. */
export interface Agent {
  readonly class: string;
  readonly provider?: string;
  readonly type: string;
}

export interface Primitive {
  readonly kind: "primitive";
  readonly id: string;
  readonly description?: string;
  readonly agent: Agent;
  readonly instanceAttributes: readonly AttributeSet[];
  readonly metaAttributes: readonly AttributeSet[];
  readonly operations: readonly Operation[];
  /** What it takes of a node's room. */
  readonly utilization?: readonly AttributeSet[];
}

export interface Group {
  readonly kind: "group";
  readonly id: string;
  readonly description?: string;
  readonly members: readonly Primitive[];
  readonly metaAttributes: readonly AttributeSet[];
}

/** A clone; `globally-unique`, `promotable`, `interleave` and the like are meta attributes of it, as in the CIB. */
export interface Clone {
  readonly kind: "clone";
  readonly id: string;
  readonly description?: string;
  readonly member: Primitive | Group;
  readonly metaAttributes: readonly AttributeSet[];
}

export type Resource = Primitive | Group | Clone;
