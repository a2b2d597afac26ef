// What an apply is asked for and what it answers, and what one of its rounds works with.
import type { ApplyContext, Controller, ProgressListener, SecretValues, Settled } from "../apply/index.js";
import type { Change } from "../cib/index.js";
import type { Finding } from "../errors/index.js";
import type { CibVersion, NodeObservation } from "../observation/index.js";
import type { CorosyncChange, Decision, PlanFile } from "../plan/index.js";
import type { Clock } from "../time/index.js";
import type { Transport } from "../transport/index.js";
import type { CheckedGroup } from "./checks.js";
import type { GuardedChange } from "./guarded-change.js";

/** What to apply, and through what. */
export interface ApplyOptions {
  readonly group: CheckedGroup;
  /** The login of every day: its sudo covers the on-node helper and nothing else. */
  readonly transport: Transport;
  /** A login that may install the node programs on bare nodes: root, or one whose sudo covers sh. */
  readonly adminTransport?: Transport | undefined;
  /** Values by `NodeSecret.name`. */
  readonly secrets: SecretValues;
  readonly clock: Clock;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
  /** A change goes back by itself after this time, unless it is healthy or confirmed by then. A formation has nothing to go back to. */
  readonly confirmWithinMs?: number;
  /** Who we are to other controllers; default this process. */
  readonly controller?: Controller;
  /** Beyond the grace time of the gate; default 180 000. */
  readonly settleTimeoutMs?: number;
  /** False: a change of a running cluster is over when the cluster has accepted it; what it does then is not watched. */
  readonly wait?: boolean;
  /** A change of corosync.conf that needs all nodes stopped may stop them, with everything that runs. */
  readonly allowFullStop?: boolean;
  /** Carries out this plan or nothing. */
  readonly plan?: PlanFile | undefined;
  /** Codes of findings to go on in spite of. */
  readonly force?: readonly string[];
  /** Told once, before a change, what checks against the nodes found. */
  readonly onChecks?: (findings: readonly Finding[]) => void;
}

/** What the apply did. */
export interface ApplyResult {
  /** `formed` from bare nodes, `completed` what an earlier run began, `changed` a running one, `reverted` by the nodes, or nothing to do. */
  readonly outcome: "formed" | "completed" | "changed" | "reverted" | "unchanged";
  readonly changes: readonly Change[];
  /** What changed about corosync.conf. */
  readonly corosync: readonly CorosyncChange[];
  /** Version of the CIB after a change. */
  readonly version: CibVersion | undefined;
  /** Absent where there was nothing to do (then the nodes were looked at once and no more) or nobody waited. */
  readonly settled: Settled | undefined;
  /** What is worse than before a change, in words. */
  readonly unhealthy: readonly string[];
  /** The change goes back by itself unless somebody confirms it. */
  readonly awaiting: boolean;
  readonly durationMs: number;
}

/** What one round did. */
export type Round = Pick<ApplyResult, "changes" | "version" | "settled"> &
  Partial<Pick<ApplyResult, "corosync">> &
  Partial<Pick<GuardedChange, "fate" | "unhealthy">>;

/** What one round has to do, and what it was decided from. */
export interface Scene<Kind extends Decision = Exclude<Decision, { kind: "refuse" }>> {
  readonly context: ApplyContext;
  readonly decision: Kind;
  readonly observations: readonly NodeObservation[];
  /** Judges what the change brings, and throws where it must not be made; whoever gets it calls it before anything is sent. */
  readonly check?: () => void;
}

/** A round of a running cluster. */
export type Operating = Extract<Decision, { kind: "operate" }>;
