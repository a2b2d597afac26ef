// A plan: what an apply would do to a live group as steps, what Pacemaker would do with it, and what is there and not ours (docs/plan.md).
import { mergeOwned, secretPairs } from "../cib/index.js";
import { renderCorosyncConf } from "../corosync/index.js";
import type { Finding } from "../errors/index.js";
import { isQuorate, type NodeObservation, type ProbedNode } from "../observation/index.js";
import { parseXml, type XmlElement } from "../xml/index.js";
import { type CorosyncWay, hardestWay } from "./corosync-keys.js";
import { type CibChange, type Decision, decide } from "./decide.js";
import type { DesiredGroup } from "./desired.js";
import { type DriftItem, driftOf } from "./drift.js";
import { withoutSecrets } from "./element-words.js";
import type { Prediction } from "./prediction.js";
import { cibSteps, corosyncSteps, nodeSteps, type PlanStep } from "./steps.js";

/** A whole plan; it holds no secret. */
export interface Plan {
  readonly group: string;
  /** What an apply would find: bare nodes, a half-formed cluster, or a running one. */
  readonly kind: "form" | "complete" | "operate";
  readonly steps: readonly PlanStep[];
  /** The hardest way of all changes of corosync.conf. */
  readonly corosyncWay: CorosyncWay | undefined;
  /** Why an apply of this release would refuse all the same. */
  readonly blocked: readonly Finding[];
  /** What checks against the nodes found: errors stop an apply unless they are forced. */
  readonly checks: readonly Finding[];
  readonly drift: readonly DriftItem[];
  /** Undefined where the CIB does not change. */
  readonly prediction: Prediction | undefined;
}

/** A plan before its prediction, which takes a question to a node; what the question needs stands apart, because it holds secrets. */
export interface DraftPlan {
  readonly plan: Omit<Plan, "prediction" | "checks">;
  readonly change: CibChange | undefined;
  /** The live CIB with status; undefined where no cluster runs. */
  readonly live: XmlElement | undefined;
}

/** Makes the plan for what was observed, or says what stands in its way. */
export function draftPlan(
  desired: DesiredGroup,
  observations: readonly NodeObservation[],
): DraftPlan | { readonly findings: readonly Finding[] } {
  const first = decide(desired, observations);
  const blocked = first.kind === "refuse" ? first.findings : [];
  // What another command is for is no reason to have no plan.
  if (blocked.some(({ code, severity }) => severity === "error" && !ELSEWHERE.has(code))) {
    return { findings: blocked };
  }
  const decision = first.kind === "refuse" ? decide(desired, withWantedConf(desired, observations)) : first;
  if (decision.kind === "refuse") return { findings: decision.findings };
  const change = changeOf(decision);
  const live = liveCib(observations, change);
  const secrets = secretsOf(desired);
  const cib =
    change === undefined || live === undefined
      ? []
      : cibSteps(change.changes, {
          live,
          desired: change.next,
          secrets,
        });
  const corosync = decision.kind === "form" ? [] : corosyncSteps(desired, observations);
  const ways = corosync.flatMap(({ way }) => (way === undefined ? [] : [way]));
  const plan = {
    group: desired.model.name,
    kind: decision.kind,
    steps: [...nodeSteps(decision, desired, observations), ...corosync, ...cib],
    corosyncWay: hardestWay(ways),
    blocked,
    drift:
      live === undefined
        ? []
        : driftOf(withoutSecrets(live, secrets), desired.model.configuration, [...corosync, ...cib]),
  };
  return { plan, change, live };
}

function changeOf(decision: Decision): CibChange | undefined {
  return decision.kind === "operate" ? decision.change : undefined;
}

/** Blocks by which an apply leaves corosync.conf to another command. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "COROSYNC_CONF_DIFFERS",
  "MEMBERS_DIFFER",
  "QUORUM_DEVICE_DIFFERS",
]);

/** The nodes as if each ran with the corosync.conf that it is to have, to see what else there is to do. */
function withWantedConf(
  desired: DesiredGroup,
  observations: readonly NodeObservation[],
): readonly NodeObservation[] {
  return observations.map((seen) => {
    const file = desired.nodes.find((node) => node.name === seen.node)?.files.get("corosync-conf");
    if (seen.kind !== "probed" || seen.corosyncConf === undefined || file === undefined) return seen;
    const files = new Map([...seen.probe.files, ["corosync-conf", file.sha256] as const]);
    const corosyncConf = renderCorosyncConf(desired.model);
    return { ...seen, corosyncConf, corosyncRuns: undefined, probe: { ...seen.probe, files } };
  });
}

/** The CIB that the change was made for, else that of a node with quorum, else any; undefined where no cluster runs. */
export function liveCib(
  observations: readonly NodeObservation[],
  change?: CibChange,
): XmlElement | undefined {
  if (change !== undefined) return change.live;
  const running = observations.filter(
    (seen): seen is ProbedNode => seen.kind === "probed" && seen.cib !== undefined,
  );
  const chosen = running.find(({ cib }) => cib !== undefined && isQuorate(cib)) ?? running[0];
  if (chosen?.cib === undefined) return undefined;
  return parseXml(chosen.cib.xml, { file: `${chosen.node}: cibadmin --query`, keepComments: true });
}

/** What differs in a live group, also where an apply would be refused; undefined where no node shows its configuration. */
export function groupDrift(
  desired: DesiredGroup,
  observations: readonly NodeObservation[],
): DriftItem[] | undefined {
  const live = liveCib(observations);
  if (live === undefined) return undefined;
  const { configuration } = desired.model;
  const merged = mergeOwned(live, configuration);
  const secrets = secretsOf(desired);
  const cib = cibSteps(merged.changes, { live, desired: merged.cib, secrets });
  return driftOf(withoutSecrets(live, secrets), configuration, [
    ...corosyncSteps(desired, observations),
    ...cib,
  ]);
}

/** Pairs of the CIB itself whose values the profile takes from secrets. */
function secretsOf({ model }: DesiredGroup): ReadonlySet<string> {
  return new Set(secretPairs(model.configuration.elements ?? []));
}

/** The steps with what they cost: one that may stop something that runs is disruptive. */
export function withRisk(steps: readonly PlanStep[], prediction: Prediction | undefined): PlanStep[] {
  const actions = prediction?.known === true ? prediction.actions : [];
  const costly = new Set(actions.flatMap((action) => (action.disruptive ? action.steps : [])));
  return steps.map((step) => (costly.has(step.id) ? { ...step, risk: "disruptive" } : step));
}

/** Whether an apply would change anything. */
export function hasDifferences(plan: Pick<Plan, "steps">): boolean {
  return plan.steps.length > 0;
}
