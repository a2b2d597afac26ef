// `apply`: observe all nodes, decide, act, and look again until nothing is left to do. A killed run is completed by the next.
import {
  type ApplyContext,
  awaitDeviceVote,
  type Controller,
  checkNodes,
  desiredGroup,
  enrolNodes,
  finishNodes,
  formationOf,
  installFiles,
  installPrograms,
  needPrograms,
  newFormation,
  type ProgressListener,
  prepareNodes,
  readNodePrograms,
  type SecretValues,
  type Settled,
  settle,
  startNodes,
  thisController,
  worsened,
} from "../apply/index.js";
import type { Change } from "../cib/index.js";
import { startedByHand } from "../cluster/index.js";
import { DcnError, type Finding } from "../errors/index.js";
import type { CibVersion, NodeObservation } from "../observation/index.js";
import { observeNodes, observeView } from "../observe/index.js";
import { type Decision, decide, type PlanFile, refusal } from "../plan/index.js";
import type { Clock } from "../time/index.js";
import type { Transport } from "../transport/index.js";
import { changeCib } from "./change-cib.js";
import { type CheckedGroup, checkBefore } from "./checks.js";
import { withClaims } from "./claim.js";
import { changeGuarded, type GuardedChange } from "./guarded-change.js";
import { type LockOptions, withGroupLock } from "./lock.js";
import { requireFresh } from "./plan.js";

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

type Outcome = ApplyResult["outcome"];

/**
 * Brings the group's nodes to what the model says. Throws DcnError: refused (PLAN_STALE too), unreachable or busy with everything that
 * stands in the way (nothing was changed then), and failed with what did not work (the same apply again goes on from there).
 */
export async function applyGroup(options: ApplyOptions): Promise<ApplyResult> {
  const { clock } = options;
  const started = clock.nowMs();
  const context = await contextOf(options);
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
      return resultOf(outcome, done, clock.nowMs() - started);
    }
    if (round === 0 && bringsChange(decision)) {
      await checkBefore(options, { ...context, group: options.group, observations });
    }
    outcome = outcome === "unchanged" ? outcomeOf(decision) : outcome;
    const next = await doRound(options, { context, decision, observations });
    done = {
      ...done,
      ...next,
      changes: [...done.changes, ...next.changes],
      version: next.version ?? done.version,
    };
    const over = options.wait === false && decision.kind === "operate" && decision.change !== undefined;
    if (done.fate === "reverted") outcome = "reverted";
    if (over || done.fate === "reverted") return resultOf(outcome, done, clock.nowMs() - started);
  }
  const text = "the nodes keep differing from the profile after every change";
  throw new DcnError("failed", "NEVER_EQUAL", text, { hint: "someone, or a tool, keeps changing them back" });
}

function resultOf(outcome: Outcome, done: Round, durationMs: number): ApplyResult {
  const { changes, version, settled, fate, unhealthy = [] } = done;
  return { outcome, changes, version, settled, unhealthy, awaiting: fate === "awaiting", durationMs };
}

/** What one round did. */
type Round = Pick<ApplyResult, "changes" | "version" | "settled"> &
  Partial<Pick<GuardedChange, "fate" | "unhealthy">>;

interface Scene {
  readonly context: ApplyContext;
  readonly decision: Exclude<Decision, { kind: "refuse" }>;
  readonly observations: readonly NodeObservation[];
}

/** Does what the decision says, under the lock that fits: claims on nodes that have no whole cluster yet, else the lock in the CIB. */
async function doRound(options: ApplyOptions, scene: Scene): Promise<Round> {
  const { context, decision, observations } = scene;
  await equip(scene);
  const lock = await lockOptions(options, context);
  if (decision.kind !== "operate" || decision.unfinished.length > 0) {
    return withClaims(lock, () => formRound(options, scene));
  }
  const { install, files, change } = decision;
  // One patch and nothing after it: that the lock is free is part of what the patch was made for, so it need not be taken.
  const quick = options.wait === false && options.confirmWithinMs === undefined;
  if (quick && install.length === 0 && files.size === 0 && change !== undefined) {
    return changeCib(context, { decision, observations });
  }
  return withGroupLock({ ...lock, nodes: quorateFirst(lock.nodes, change?.node) }, async (held) => {
    await installFiles(context, files);
    const wait = options.wait !== false;
    const before = wait && change !== undefined ? await lookAt(context, change.node) : undefined;
    const intent = { decision, observations, token: held.token };
    const { confirmWithinMs: windowMs } = options;
    if (windowMs !== undefined && change !== undefined) {
      return changeGuarded(context, { ...intent, change, windowMs, before, wait });
    }
    const changed = await changeCib(context, intent);
    if (!wait) return changed;
    const settled = await rest(options, context);
    const byHand = startedByHand(context.desired.model.configuration);
    return { ...changed, settled, unhealthy: worsened(before, settled.cluster, byHand) };
  });
}

/** How the cluster is before a change; undefined where the node cannot say, and then every ill counts against the change. */
async function lookAt(
  { transport, signal }: ApplyContext,
  node: string,
): Promise<Settled["cluster"] | undefined> {
  const view = await observeView(transport, node, { signal }).catch((error: unknown) => {
    if (error instanceof DcnError) return undefined;
    throw error;
  });
  return view?.cluster;
}

async function formRound(options: ApplyOptions, scene: Scene): Promise<Round> {
  const { context, decision, observations } = scene;
  const formation = await act(scene);
  const changed = await changeCib(context, { decision, observations });
  const settled = await rest(options, context);
  const all = context.desired.nodes.map((node) => node.name);
  await awaitDeviceVote(context, all);
  await finishNodes(context, decision.kind === "operate" ? decision.unfinished : all, formation);
  return { ...changed, settled };
}

function rest(options: ApplyOptions, context: ApplyContext): Promise<Settled> {
  const { settleTimeoutMs = 180_000 } = options;
  return settle(context, { timeoutMs: context.desired.model.gateGraceMs + settleTimeoutMs });
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
    purpose: "apply",
    step: "change the configuration",
    controller,
    clock,
    signal,
  };
}

/** The node that will get the change is the one that is known to have quorum. */
function quorateFirst(nodes: readonly string[], first: string | undefined): string[] {
  return [...nodes].sort((left, right) => Number(right === first) - Number(left === first));
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
  const { install, files, change, unfinished } = decision;
  return install.length === 0 && files.size === 0 && change === undefined && unfinished.length === 0;
}

async function contextOf(options: ApplyOptions): Promise<ApplyContext> {
  const { group, transport, adminTransport, secrets, clock, signal } = options;
  const programs = await readNodePrograms();
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
  const observations = await observeNodes({ transport, admin, nodes, signal });
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
