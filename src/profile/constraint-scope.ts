// What constraints of a group may name, and what they leave behind beside Pacemaker's constraints.
import type { OrderAction, ResourceRole } from "../cluster/index.js";
import type { Origins } from "./origins.js";
import type { Report } from "./report.js";
import type { ResolvedNode, ResolvedWorkload, SurviveClaim } from "./resolved.js";
import type { DocumentOf, DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";

/** What constraints may name, and where to report. */
export interface ConstraintScope {
  /** By name; of two with one name the first. */
  readonly workloads: ReadonlyMap<string, ResolvedWorkload>;
  /** Names of workloads whose profile is at fault, which their own findings say. */
  readonly faulty: ReadonlySet<string>;
  readonly nodes: readonly ResolvedNode[];
  readonly networks: readonly string[];
  /** Names of the tickets of the group's TicketManager; undefined where it has none. */
  readonly tickets: readonly string[] | "at fault" | undefined;
  readonly group: DocumentOf<"NodeGroup">;
  readonly profiles: ReadonlyMap<string, DocumentOf<"ConstraintProfile">>;
  /** Told of each profile that a constraint uses. */
  readonly onUse: (profile: DocumentOf<"ConstraintProfile">) => void;
  readonly report: Report;
  readonly origins: Origins;
  readonly ruleId: (resource: string) => string;
  readonly wants: ConstraintWants;
}

/** What constraints ask for beside constraints: watched networks, numbers of instances, claims to prove. */
export interface ConstraintWants {
  /** Network → addresses to ask, empty for the other nodes. */
  readonly networks: Map<string, readonly string[]>;
  /** Workload → how many instances. */
  readonly running: Map<string, number>;
  readonly survive: SurviveClaim[];
}

/** The workload of that name, or a finding. */
export function workloadOf(
  name: string,
  path: DocumentPath,
  scope: ConstraintScope,
): ResolvedWorkload | undefined {
  const found = scope.workloads.get(name);
  if (found !== undefined || scope.faulty.has(name)) return found;
  const hint = hintFor(name, [...scope.workloads.keys(), ...scope.faulty]);
  scope.report("UNKNOWN_WORKLOAD", path, `there is no workload ${name}`, { hint });
  return undefined;
}

/** The workloads of these names; a name that stands twice is reported and counts once. */
export function workloadsOf(
  names: readonly string[],
  path: DocumentPath,
  scope: ConstraintScope,
): ResolvedWorkload[] {
  return names.flatMap((name, index) => {
    const at = [...path, index];
    const twice = names.indexOf(name) < index;
    if (twice) scope.report("BAD_CONSTRAINT", at, `${name} stands twice in one constraint`);
    const found = workloadOf(name, at, scope);
    return found === undefined || twice ? [] : [found];
  });
}

/** The role that counts where something is placed with a workload: of one with a leader the leader. */
export function roleOf({ form }: ResolvedWorkload): ResourceRole {
  return form === "leader" ? "Promoted" : "Started";
}

/** What has to be over before something that is ordered after a workload begins. */
export function actionOf({ form }: ResolvedWorkload): OrderAction {
  return form === "leader" ? "promote" : "start";
}
