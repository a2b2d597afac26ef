// `plan`: observe all nodes, say what an apply would do, and let a node's own Pacemaker say what would follow. Changes nothing.
import {
  desiredGroup,
  type NodePrograms,
  readNodePrograms,
  type SecretValues,
  sha256,
} from "../apply/index.js";
import { agentsOf } from "../checks/index.js";
import { DcnError } from "../errors/index.js";
import { isQuorate, type NodeObservation } from "../observation/index.js";
import { type AdminAccess, observeNodes, simulateCib } from "../observe/index.js";
import {
  type CibChange,
  type DesiredGroup,
  draftPlan,
  groupDrift,
  liveCib,
  type Plan,
  type PlanBase,
  type PlanFile,
  type Prediction,
  parsePlanFile,
  planUpgrade,
  predict,
  refusal,
  staleness,
  type UpgradePlan,
  withRisk,
  writePlanFile,
} from "../plan/index.js";
import type { Transport } from "../transport/index.js";
import { writeXml, type XmlElement } from "../xml/index.js";
import { type CheckedGroup, checksOf } from "./checks.js";

/** What to plan for, and through what to look. */
export interface PlanOptions {
  readonly group: CheckedGroup;
  readonly transport: Transport;
  /** A login that may look at nodes that lack our programs. */
  readonly adminTransport?: Transport | undefined;
  readonly secrets: SecretValues;
  readonly signal?: AbortSignal;
}

/** The plan, and the state that it was made from. */
export interface Planned {
  readonly plan: Plan;
  readonly base: PlanBase;
}

/** Makes the plan. Throws DcnError as `applyGroup` where something stands in the way of any plan: refused, unreachable, busy. */
export async function planGroup(options: PlanOptions): Promise<Planned> {
  const { transport, signal } = options;
  const seen = await look(options);
  const { desired, observations } = seen;
  const draft = draftPlan(desired, observations);
  if ("findings" in draft) throw refusal(draft.findings);
  const checks = await checksOf({ ...options, ...seen });
  const { plan, change, live } = draft;
  const prediction =
    change === undefined
      ? undefined
      : await predictionFor({ live, steps: plan.steps, change, transport, signal });
  const steps = withRisk(plan.steps, prediction);
  return { plan: { ...plan, steps, checks, prediction }, base: planBase(desired, observations) };
}

/** What differs from the profile in a live group, and what checks say about it. */
export interface ObservedDrift {
  readonly drift: Plan["drift"];
  readonly checks: Plan["checks"];
}

/** The drift of a live group, also with nodes that are away; undefined where no node shows its configuration. */
export async function observeDrift(options: PlanOptions): Promise<ObservedDrift | undefined> {
  const seen = await look(options);
  const drift = groupDrift(seen.desired, seen.observations);
  return drift === undefined ? undefined : { drift, checks: await checksOf({ ...options, ...seen }) };
}

/** What must change before the nodes get Pacemaker 3; looks, and changes nothing. */
export async function planPacemakerUpgrade(
  options: PlanOptions & { readonly name: string },
): Promise<UpgradePlan> {
  const { desired, observations } = await look(options);
  return planUpgrade({
    group: options.name,
    configuration: desired.model.configuration,
    live: liveCib(observations),
    observations,
    placeOf: (id) => options.group.origins?.get(id)?.position,
  });
}

interface Look {
  readonly desired: DesiredGroup;
  readonly observations: readonly NodeObservation[];
  readonly admin: AdminAccess | undefined;
}

async function look({ group, transport, adminTransport, secrets, signal }: PlanOptions): Promise<Look> {
  const programs = readNodePrograms();
  const desired = desiredGroup(group.model, secrets, programs);
  const nodes = desired.nodes.map((node) => node.name);
  const admin = adminOf(adminTransport, programs);
  const agents = agentsOf(desired.model);
  return { desired, admin, observations: await observeNodes({ transport, admin, nodes, agents, signal }) };
}

function adminOf(transport: Transport | undefined, programs: NodePrograms) {
  return transport === undefined ? undefined : { transport, helper: programs.helper };
}

interface Question {
  readonly live: XmlElement | undefined;
  readonly steps: Plan["steps"];
  readonly change: CibChange;
  readonly transport: Transport;
  readonly signal: AbortSignal | undefined;
}

async function predictionFor(asked: Question): Promise<Prediction> {
  const { live, steps, change, transport, signal } = asked;
  if (live === undefined) return { known: false, reason: "no node shows its configuration" };
  const bare = live.children.map((child) => (child.name === "status" ? { ...child, children: [] } : child));
  const question = {
    node: change.node,
    digest: change.digest,
    desired: change.cib,
    live: writeXml({ ...live, children: bare }),
  };
  const answers = await simulated(transport, question, signal);
  if (typeof answers === "string") return { known: false, reason: answers };
  if (!answers.desired.known) return answers.desired;
  if (!answers.live.known) return answers.live;
  return predict({
    withPlan: answers.desired.simulation,
    without: answers.live.simulation,
    steps,
    desired: change.next,
  });
}

/** A node that cannot tell is no reason to have no plan. */
async function simulated(
  transport: Transport,
  question: Parameters<typeof simulateCib>[1],
  signal: AbortSignal | undefined,
): Promise<Awaited<ReturnType<typeof simulateCib>> | string> {
  try {
    return await simulateCib(transport, question, { signal });
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return error.message;
  }
}

/** The state that a plan is made from, as digests. */
function planBase(desired: DesiredGroup, observations: readonly NodeObservation[]): PlanBase {
  const probed = observations.filter((seen) => seen.kind === "probed");
  const running = probed.filter((seen) => seen.cib !== undefined);
  const chosen = running.find(({ cib }) => cib !== undefined && isQuorate(cib)) ?? running[0];
  const version = chosen?.probe.cib?.version;
  const watched = ["corosync-conf", "gate-config"];
  const files = desired.nodes.map((node) => [
    node.name,
    ...[...node.files].map(([name, file]) => [name, file.sha256]),
  ]);
  return {
    cib:
      chosen?.cib === undefined || version === undefined
        ? undefined
        : { digest: chosen.cib.digest, adminEpoch: version.adminEpoch, epoch: version.epoch },
    nodes: probed.map((seen) => ({
      name: seen.node,
      files: Object.fromEntries(watched.map((name) => [name, seen.probe.files.get(name) ?? null])),
    })),
    desired: sha256(JSON.stringify([desired.model.configuration, files])),
  };
}

/** The text of a plan file. */
export function planFileText(planned: Planned, madeAt: string): string {
  return writePlanFile({ ...planned, madeAt }, sha256);
}

/** Reads a plan file. Throws DcnError invalid as `parsePlanFile`, and PLAN_OTHER_GROUP where it is about another group. */
export function readPlanFile(text: string, file: string, group: string): PlanFile {
  const plan = parsePlanFile(text, file, sha256);
  if (plan.plan.group === group) return plan;
  const said = `${file}: the plan is for the group ${plan.plan.group}, not for ${group}`;
  throw new DcnError("invalid", "PLAN_OTHER_GROUP", said);
}

/** Throws DcnError refused PLAN_STALE with everything that moved since the plan was made. */
export function requireFresh(
  plan: PlanFile,
  desired: DesiredGroup,
  observations: readonly NodeObservation[],
): void {
  const moved = staleness(plan.base, planBase(desired, observations));
  if (moved.length === 0) return;
  const text = `nothing was changed: the plan of ${plan.madeAt} no longer fits:\n${moved.map((line) => `  ${line}`).join("\n")}`;
  throw new DcnError("refused", "PLAN_STALE", text, { hint: "look at a new plan: dcn-ha plan GROUP" });
}
