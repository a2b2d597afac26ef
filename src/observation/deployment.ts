// What a node's OS can boot, however it is updated: the common view of bootc, rpm-ostree and ostree.

/** What a deployment is now: `staged` becomes bootable at shutdown, `pending` boots next, `other` is kept beside. */
export type DeploymentState = "staged" | "pending" | "booted" | "rollback" | "other";

/** One deployment. */
export interface ObservedDeployment {
  readonly state: DeploymentState;
  /** Container image as it was asked for, or the ostree ref. */
  readonly source?: string;
  /** Digest of the container image. */
  readonly imageDigest?: string;
  /** ostree commit; absent where the tool does not use ostree. */
  readonly checksum?: string;
  readonly serial?: number;
  readonly stateroot?: string;
  readonly version?: string;
  readonly pinned: boolean;
  /** Staged, but not to be booted before somebody says so. */
  readonly locked: boolean;
  /** Changed on the node in ways that its updater cannot carry over. */
  readonly incompatible: boolean;
  /** /usr can be written to until the next boot, or for good. */
  readonly unlocked: boolean;
}

/** An image that the updater knows of and that nobody has fetched. */
export interface AvailableUpdate {
  readonly imageDigest?: string;
  readonly checksum?: string;
  readonly version?: string;
}

/** What the updater said; undefined fields are unknown. */
export interface OsObservation {
  readonly updater: "bootc" | "rpm-ostree" | "ostree";
  /** False where this updater is there, but the system is not its own. */
  readonly manages: boolean;
  /** In boot order where the tool tells it. */
  readonly deployments: readonly ObservedDeployment[];
  /** The next boot is the rollback deployment's. */
  readonly rollbackQueued?: boolean;
  readonly update?: AvailableUpdate;
  /** What the updater is doing now. */
  readonly transaction?: string;
  /** Another agent drives the updates, as Zincati. */
  readonly driver?: string;
}

/** The deployment in a state; the first one where there are several. */
export function deploymentIn(
  observation: OsObservation,
  state: DeploymentState,
): ObservedDeployment | undefined {
  return observation.deployments.find((one) => one.state === state);
}

/** Whether a deployment is of this image: its digest or its ostree commit. */
export function isImage(deployment: ObservedDeployment | undefined, digest: string): boolean {
  return deployment !== undefined && (deployment.imageDigest === digest || deployment.checksum === digest);
}

/** What became of a switch to `wanted` that was to be booted. */
export type SwitchOutcome = "applied" | "rolled-back" | "waiting" | "not-applied" | "unknown";

/** What is known about a switch besides what the node says now; images by digest or ostree commit. */
export interface SwitchFacts {
  readonly wanted: string;
  /** What was booted when the switch began. */
  readonly before: string;
  /** Whether the wanted one lay on the node then already, as after an earlier switch the other way. */
  readonly wasThere: boolean;
  /** Whether the node has started since. */
  readonly rebooted: boolean;
}

/** Judges by what was booted, never by "green": a node that fell back is green on the old image. */
export function switchOutcome(observation: OsObservation, facts: SwitchFacts): SwitchOutcome {
  const booted = deploymentIn(observation, "booted");
  if (booted === undefined || (booted.imageDigest === undefined && booted.checksum === undefined))
    return "unknown";
  if (isImage(booted, facts.wanted)) return "applied";
  const there = observation.deployments.find((one) => one !== booted && isImage(one, facts.wanted));
  const awaits = there?.state === "staged" || there?.state === "pending";
  if (!facts.rebooted) return awaits ? "waiting" : "not-applied";
  if (!isImage(booted, facts.before)) return "unknown";
  if (there === undefined) return "not-applied";
  if (there.state === "staged") return "waiting";
  // It is bootable, and the node did not come up with it: it was booted and left. Unless it lay there all the time.
  return facts.wasThere && there.state !== "pending" ? "unknown" : "rolled-back";
}
