// `apply`: observe all nodes, decide, act, and look again until nothing is left to do. A killed run is completed by the next.
import {
  type ApplyContext,
  awaitDeviceVote,
  checkNodes,
  desiredGroup,
  enrolNodes,
  finishNodes,
  formationOf,
  installFiles,
  installPrograms,
  needPrograms,
  newFormation,
  prepareNodes,
  readNodePrograms,
  startNodes,
  thisController,
} from "../apply/index.js";
import { agentsOf } from "../checks/index.js";
import { DcnError } from "../errors/index.js";
import type { NodeObservation } from "../observation/index.js";
import { observeNodes } from "../observe/index.js";
import { type Decision, decide, refusal } from "../plan/index.js";
import type { ApplyOptions, ApplyResult, Round, Scene } from "./apply-round.js";
import { goOnWithStop, requireCovered } from "./change-corosync.js";
import { type CheckScene, checkBefore } from "./checks.js";
import { withClaims } from "./claim.js";
import { awaitsConfirmation } from "./confirm.js";
import { isHeldFor, type LockOptions, withGroupLock } from "./lock.js";
import { isOnePatch, operateRound, rest } from "./operate.js";
import { requireFresh } from "./plan.js";

const PURPOSE = "apply";

type Outcome = ApplyResult["outcome"];

/**
 * Brings the group's nodes to what the model says. Throws DcnError: refused (PLAN_STALE too), unreachable or busy with everything that
 * stands in the way (nothing was changed then), and failed with what did not work (the same apply again goes on from there).
 */
export async function applyGroup(options: ApplyOptions): Promise<ApplyResult> {
  const { clock } = options;
  const started = clock.nowMs();
  const context = contextOf(options);
  const { desired } = context;
  let outcome: Outcome = "unchanged";
  let done: Round = { changes: [], version: undefined, settled: undefined };
  // Forming and completing may each leave one more thing to do; what never comes to an end is somebody else's doing.
  for (let round = 0; round < 6; round += 1) {
    const observations = await observe(context);
    if (round === 0 && options.plan !== undefined) requireFresh(options.plan, desired, observations);
    const decision = decide(desired, observations);
    if (decision.kind === "refuse") throw refusal(decision.findings);
    if (isNothing(decision)) {
      if (isHeldFor(observations, PURPOSE)) await giveBack(options, context);
      // A run before this one may have been ended while its change awaited a confirmation.
      const awaiting = awaitsConfirmation(observations) ? ({ fate: "awaiting" } as const) : {};
      return resultOf(outcome, { ...done, ...awaiting }, clock.nowMs() - started);
    }
    const scene = { context, decision, observations };
    const late = round === 0 ? await checked(options, scene) : {};
    outcome = outcome === "unchanged" ? outcomeOf(decision) : outcome;
    const next = await doRound(options, { ...scene, ...late });
    done = both(done, next);
    const over = options.wait === false && bringsAll(decision);
    if (done.fate === "reverted") outcome = "reverted";
    if (over || done.fate === "reverted") return resultOf(outcome, done, clock.nowMs() - started);
  }
  const text = "the nodes keep differing from the profile after every change";
  throw new DcnError("failed", "NEVER_EQUAL", text, { hint: "someone, or a tool, keeps changing them back" });
}

/** Checks before a change, where one is made; where nothing comes after one patch, it is left to judge while the node gets ready to take it. */
async function checked(options: ApplyOptions, scene: Scene): Promise<Pick<Scene, "check">> {
  const { context, decision, observations } = scene;
  if (!bringsChange(decision)) return {};
  const seen = { ...context, group: options.group, observations, ...changeOf(decision) };
  const check = await checkBefore(options, seen);
  if (isOnePatch(options, decision)) return { check };
  check();
  return {};
}

function resultOf(outcome: Outcome, done: Round, durationMs: number): ApplyResult {
  const { changes, corosync = [], version, settled, fate, unhealthy = [] } = done;
  const awaiting = fate === "awaiting";
  return { outcome, changes, corosync, version, settled, unhealthy, awaiting, durationMs };
}

function both(done: Round, next: Round): Round {
  return {
    ...done,
    ...next,
    changes: [...done.changes, ...next.changes],
    corosync: [...(done.corosync ?? []), ...(next.corosync ?? [])],
    version: next.version ?? done.version,
  };
}

function changeOf(decision: Decision): Pick<CheckScene, "change"> {
  return decision.kind === "operate" ? { change: decision.change } : {};
}

/** Whether the round that carries this out has made the change: where nodes are unfinished, the next one does. */
function bringsAll(decision: Decision): boolean {
  if (decision.kind !== "operate" || decision.unfinished.length > 0) return false;
  return decision.change !== undefined || decision.corosync !== undefined;
}

/** Does what the decision says, under the lock that fits: claims on nodes that have no whole cluster yet, else the lock in the CIB. */
async function doRound(options: ApplyOptions, scene: Scene): Promise<Round> {
  const { context, decision } = scene;
  await equip(scene);
  const lock = await lockOptions(options, context);
  if (decision.kind !== "operate" || decision.unfinished.length > 0) {
    return withClaims(lock, () => formRound(options, scene));
  }
  return operateRound(options, { ...scene, decision }, lock);
}

/** Makes nodes members of a whole cluster, and notes that they are. What a running one is to change is for the next round, which knows lock and guard. */
async function formRound(options: ApplyOptions, scene: Scene): Promise<Round> {
  const { context, decision } = scene;
  if (decision.kind === "operate") requireCovered(options, decision.corosync);
  // Nodes that were to be restarted one by one are just started; the next round goes on with the others.
  if (decision.kind === "complete" && decision.corosync?.way === "full-stop") {
    await goOnWithStop(options, context, decision.corosync);
  }
  const formation = await act(scene);
  const settled = await rest(options, context);
  const all = context.desired.nodes.map((node) => node.name);
  await awaitDeviceVote(context, all);
  await finishNodes(context, decision.kind === "operate" ? decision.unfinished : all, formation);
  return { changes: [], version: undefined, settled };
}

/** The lock of an apply that died after its last step; one that is at work keeps it, and that is no trouble of ours. */
async function giveBack(options: ApplyOptions, context: ApplyContext): Promise<void> {
  try {
    await withGroupLock(await lockOptions(options, context), () => Promise.resolve());
  } catch (error) {
    if (!(error instanceof DcnError) || error.kind !== "busy") throw error;
  }
}

async function lockOptions(options: ApplyOptions, context: ApplyContext): Promise<LockOptions> {
  const { transport, clock, signal } = options;
  const controller = options.controller ?? (await thisController());
  const nodes = context.desired.nodes.map((node) => node.name);
  const group = context.desired.model.name;
  return {
    group,
    transport,
    nodes,
    purpose: PURPOSE,
    step: "change the configuration",
    controller,
    clock,
    signal,
  };
}

/** Where only files of ours change there is nothing to check. */
function bringsChange(decision: Decision): boolean {
  return decision.kind !== "operate" || decision.change !== undefined;
}

function outcomeOf(decision: Decision): Outcome {
  if (decision.kind === "form") return "formed";
  const completes =
    decision.kind === "complete" || (decision.kind === "operate" && decision.unfinished.length > 0);
  return completes ? "completed" : "changed";
}

function isNothing(decision: Decision): boolean {
  if (decision.kind !== "operate") return false;
  const { install, files, corosync, standby, change, unfinished } = decision;
  const lists = [install, unfinished, standby];
  return (
    [corosync, change].every((one) => one === undefined) &&
    lists.every((list) => list.length === 0) &&
    files.size === 0
  );
}

function contextOf(options: ApplyOptions): ApplyContext {
  const { group, transport, adminTransport, secrets, clock, signal } = options;
  const programs = readNodePrograms();
  return {
    desired: desiredGroup(group.model, secrets, programs),
    transport,
    admin: adminTransport === undefined ? undefined : { transport: adminTransport, helper: programs.helper },
    programs,
    secrets,
    clock,
    onProgress: options.onProgress ?? (() => undefined),
    signal,
  };
}

async function observe(context: ApplyContext): Promise<NodeObservation[]> {
  const { desired, transport, admin, onProgress, signal } = context;
  const nodes = desired.nodes.map((node) => node.name);
  for (const node of nodes) onProgress({ node, step: "observe", state: "started" });
  const agents = agentsOf(desired.model);
  const observations = await observeNodes({ transport, admin, nodes, agents, signal });
  for (const seen of observations) {
    if (seen.kind === "probed") onProgress({ node: seen.node, step: "observe", state: "done" });
    else onProgress({ node: seen.node, step: "observe", state: "failed", text: seen.error.message });
  }
  return observations;
}

/** Lets nodes judge what they would get, and gives them our programs: before anything else, since a lock needs them. */
async function equip({ context, decision, observations }: Scene): Promise<void> {
  if (decision.kind === "operate") return installPrograms(context, decision.install);
  const bare = needPrograms(context, observations);
  await checkNodes(context, joining({ decision, observations }), { seed: decision, bare });
  await installPrograms(context, [...bare]);
}

/** Does what the decision says, short of a change of the CIB; returns the formation's id. */
async function act({ context, decision, observations }: Scene): Promise<string> {
  if (decision.kind === "operate") {
    await installFiles(context, decision.files);
    return decision.formation;
  }
  const join = joining({ decision, observations });
  if (decision.kind === "complete" && join.length === 0) {
    await startNodes(context, decision.start, decision.formation);
    return decision.formation;
  }
  const formation =
    decision.kind === "form"
      ? newFormation()
      : await formationOf(context, decision.keyFrom, decision.formation);
  await prepareNodes(context, join, { seed: decision, formation });
  await enrolNodes(context, join, decision.kind === "form" ? undefined : decision.keyFrom);
  await startNodes(context, decision.kind === "form" ? join : [...join, ...decision.start], formation.id);
  return formation.id;
}

/** Nodes that get key and configuration for the first time. */
function joining({ decision, observations }: Pick<Scene, "decision" | "observations">): readonly string[] {
  if (decision.kind === "operate") return [];
  return decision.kind === "form" ? observations.map((seen) => seen.node) : decision.join;
}
