// A change that goes back by itself: armed on all nodes, made, watched until it is healthy or confirmed, else taken back by the nodes.
import {
  type ApplyContext,
  armNodes,
  type Before,
  changeUnconfirmed,
  disarmNodes,
  type GuardedConf,
  hastenNodes,
  readGuard,
  type Settled,
  settle,
  worsenedAll,
  writeGuard,
} from "../apply/index.js";
import { armGuard, endGuard } from "../coordination/index.js";
import { parseCorosyncConf, renderCorosyncConf } from "../corosync/index.js";
import { DcnError, invariant } from "../errors/index.js";
import { isQuorate, type NodeObservation } from "../observation/index.js";
import { observeNodes } from "../observe/index.js";
import { type CorosyncChange, type Decision, movedLinks, withoutLinks } from "../plan/index.js";
import type { CibChanged } from "./change-cib.js";

/** A decision for a running cluster. */
type Operating = Extract<Decision, { kind: "operate" }>;

/** The change, what it was made from, and how long it may stay unconfirmed. */
export interface GuardedIntent {
  readonly decision: Operating;
  readonly observations: readonly NodeObservation[];
  readonly token: string;
  readonly windowMs: number;
  /** How the cluster was before; what was ill then does not count against the change. */
  readonly before: Before | undefined;
  /** False: the nodes are armed and the change is made; somebody else confirms it. */
  readonly wait: boolean;
}

/** What became of it. */
export interface GuardedChange extends Omit<CibChanged, "settled"> {
  readonly corosync: readonly CorosyncChange[];
  readonly fate: "confirmed" | "reverted" | "awaiting";
  readonly settled: Settled | undefined;
  /** Why it was not confirmed by itself. */
  readonly unhealthy: readonly string[];
}

/**
 * Has `bring` make the change. Throws DcnError as `bring`: where that proves that nothing of it was made the nodes are disarmed, else they
 * stay armed and take it back.
 */
export async function changeGuarded(
  context: ApplyContext,
  intent: GuardedIntent,
  bring: () => Promise<CibChanged>,
): Promise<GuardedChange> {
  const { decision, token, windowMs, observations } = intent;
  const { change, corosync } = decision;
  const nodes = context.desired.nodes.map((node) => node.name);
  const read = observations.find(
    (seen) =>
      seen.kind === "probed" &&
      (change === undefined ? seen.cib !== undefined && isQuorate(seen.cib) : seen.node === change.node),
  );
  invariant(read?.kind === "probed" && read.cib !== undefined, "no CIB to go back to");
  const { node, cib } = read;
  const deadlineMs = context.clock.nowMs() + windowMs;
  const confs = guardedConfs(context, decision, observations);
  const order = { token, windowMs, before: cib.xml, after: change?.cib ?? cib.xml, corosync: confs };
  await armNodes(context, nodes, order);
  const watch = { ...intent, node, deadlineMs, nodes, confs };
  let changed: CibChanged = { changes: [], version: undefined, settled: undefined };
  let failure: string | undefined;
  let isBegun = false;
  try {
    await sayArmed(context, intent, node);
    isBegun = true;
    changed = await bring();
  } catch (error) {
    if (!(error instanceof DcnError)) throw error;
    // With corosync.conf some nodes may run with the new one already, whatever became of the CIB.
    if (!isBegun || (confs === undefined && isUntaken(error))) {
      await withdraw(context, watch);
      throw error;
    }
    // Where it is not known whether the change was made, the nodes stay armed and find out.
    if (error.code === "OUTCOME_UNKNOWN") throw goesBack(error, "at the deadline, unless it is confirmed");
    // Some of it may be there: it cannot be confirmed as it is, so nobody waits for the deadline.
    await hastenNodes(context, nodes, order);
    if (!intent.wait) throw goesBack(error, "now");
    failure = error.message;
  }
  const did = { ...changed, corosync: corosync?.changes ?? [] };
  if (!intent.wait) return { ...did, fate: "awaiting", settled: undefined, unhealthy: [] };
  return { ...did, ...(await awaitFate(context, { ...watch, failure })) };
}

/** From here on the change goes back. Throws DcnError busy CHANGE_UNCONFIRMED where another one does, and as `writeGuard`. */
async function sayArmed(
  context: ApplyContext,
  { token, windowMs }: GuardedIntent,
  node: string,
): Promise<void> {
  const until = new Date(context.clock.wallMs() + windowMs).toISOString();
  const armed = await writeGuard(context, node, armGuard(token, until));
  if (!armed.done) throw changeUnconfirmed(context.desired.model.name, armed.now);
}

/** Codes of a refusal before the node has sent anything to Pacemaker, or of a patch that Pacemaker did not take for its age. */
const UNTAKEN = ["LOCK_HELD", "LOCK_UNREADABLE", "LOCK_LOST", "CIB_CHANGED", "CHANGE_UNCONFIRMED"];

/** Whether the error proves that nothing of a change of the CIB was taken; anything else may have come after it. */
function isUntaken({ kind, code }: DcnError): boolean {
  return kind === "refused" || UNTAKEN.includes(code);
}

/** Says that the change was never made, by any node that can; only then the nodes may forget it. Else they look at their deadline. */
async function withdraw(context: ApplyContext, { node, nodes, token }: Watched): Promise<void> {
  // Ctrl-C ends the work, not the taking back.
  const access = { ...context, signal: undefined };
  for (const one of [node, ...nodes.filter((name) => name !== node)]) {
    const said = await writeGuard(access, one, endGuard(token, "withdrawn")).catch(() => undefined);
    if (said === undefined) continue;
    const { done, now } = said;
    if (done || now.state !== "armed" || now.token !== token) await disarmNodes(access, nodes, token);
    return;
  }
}

/** The error, with what becomes of the change. */
function goesBack(error: DcnError, when: string): DcnError {
  const { kind, code, message, node, retryable } = error;
  const hint = `the nodes are armed and take back what was made of it ${when}: journalctl -u dcn-ha-guard, on a node`;
  return new DcnError(kind, code, message, {
    ...(node === undefined ? {} : { node }),
    hint: error.hint === undefined ? hint : `${error.hint}; ${hint}`,
    retryable,
    cause: error,
  });
}

/** What each node's file is, and becomes; undefined where corosync.conf does not change. */
function guardedConfs(
  { desired }: ApplyContext,
  { corosync }: Operating,
  observations: readonly NodeObservation[],
): ReadonlyMap<string, GuardedConf> | undefined {
  if (corosync === undefined) return undefined;
  const after = renderCorosyncConf(desired.model);
  const moved = movedLinks(corosync.changes);
  return new Map(
    observations.flatMap((seen) => {
      if (seen.kind !== "probed" || seen.corosyncConf === undefined) return [];
      // What it runs with is what it is to go back to, whoever wrote another file meanwhile.
      const { corosyncRuns: runs, corosyncConf } = seen;
      const before = runs !== undefined && "text" in runs ? runs.text : corosyncConf;
      const model = { corosync: parseCorosyncConf(before).configuration };
      const between =
        corosync.between === undefined || model.corosync === undefined
          ? {}
          : { between: renderCorosyncConf(withoutLinks({ corosync: model.corosync }, moved)) };
      return [[seen.node, { before, after, ...between }] as const];
    }),
  );
}

/** A change that the nodes are armed for. */
interface Watched {
  /** The node that is asked about the guard. */
  readonly node: string;
  readonly nodes: readonly string[];
  readonly token: string;
}

interface Watch extends GuardedIntent, Watched {
  readonly deadlineMs: number;
  readonly confs: ReadonlyMap<string, GuardedConf> | undefined;
  /** Why the change was not made as a whole: it is not to stay. */
  readonly failure: string | undefined;
}

type Fate = Pick<GuardedChange, "fate" | "settled" | "unhealthy">;

/** Looks until the change is healthy, confirmed by a person, or taken back. */
async function awaitFate(context: ApplyContext, watch: Watch): Promise<Fate> {
  const { clock, signal } = context;
  let unhealthy: readonly string[] = watch.failure === undefined ? [] : [watch.failure];
  for (const node of watch.nodes) context.onProgress({ node, step: "settle", state: "started" });
  for (;;) {
    const leftMs = watch.deadlineMs - clock.nowMs();
    const seen = leftMs > 0 ? await look(context, watch, Math.min(leftMs, 15_000)) : NOT_LOOKED;
    // What was seen at rest says more than that it did not come to rest again.
    if (watch.failure === undefined && (seen.settled !== undefined || unhealthy.length === 0)) {
      unhealthy = seen.unhealthy;
    }
    const settled = unhealthy.length === 0 ? seen.settled : undefined;
    if (settled !== undefined && (await keep(context, watch)))
      return { fate: "confirmed", settled, unhealthy };
    const fate = await fateOf(context, watch);
    if (fate === "confirmed") return { fate, settled: seen.settled, unhealthy };
    if (fate === "reverted") {
      await corosyncBack(context, watch, unhealthy);
      return { fate, settled: await atRest(context), unhealthy };
    }
    if (leftMs < -LATE_MS) throw notTakenBack(context.desired.model.name, unhealthy);
    await clock.sleep(1_000, signal);
  }
}

const NOT_LOOKED = { settled: undefined, unhealthy: [] };

/** Confirms; false where the nodes were faster. */
async function keep(context: ApplyContext, { node, token, nodes }: Watch): Promise<boolean> {
  const { done, now } = await writeGuard(context, node, endGuard(token, "confirmed"));
  if (!done && now.state !== "confirmed") return false;
  await disarmNodes(context, nodes, token);
  return true;
}

/** What the cluster says by now about this very change. */
async function fateOf(context: ApplyContext, { token, nodes }: Watch): Promise<string | undefined> {
  const guard = await readGuard(context, nodes);
  return guard !== undefined && guard.state !== "none" && guard.token === token ? guard.state : undefined;
}

/** How long after the deadline the nodes may need: the later ones wait for the first, and without quorum none may act. */
const LATE_MS = 120_000;

async function look(
  context: ApplyContext,
  watch: Watch,
  timeoutMs: number,
): Promise<{ settled: Settled | undefined; unhealthy: readonly string[] }> {
  try {
    const settled = await settle({ ...context, onProgress: () => undefined }, { timeoutMs });
    return { settled, unhealthy: worsenedAll(watch.before, settled, context.desired.model) };
  } catch (error) {
    if (!(error instanceof DcnError) || context.signal?.aborted === true) throw error;
    return { settled: undefined, unhealthy: [error.message] };
  }
}

/**
 * Waits until every node that answers has its old corosync.conf again; each follows the cluster's word within moments. Throws DcnError failed
 * NOT_TAKEN_BACK with those that do not.
 */
async function corosyncBack(
  context: ApplyContext,
  { confs, nodes }: Watch,
  unhealthy: readonly string[],
): Promise<void> {
  if (confs === undefined) return;
  const { desired, transport, admin, clock, signal } = context;
  const end = clock.nowMs() + LATE_MS;
  for (;;) {
    const seen = await observeNodes({ transport, admin, nodes, signal });
    const behind = seen.filter((one) => !isBack(one, confs.get(one.node))).map(({ node }) => node);
    if (behind.length === 0) return;
    if (clock.nowMs() >= end) {
      const text = `without their old corosync.conf: ${behind.join(", ")}`;
      throw notTakenBack(desired.model.name, [...unhealthy, text]);
    }
    await clock.sleep(1_000, signal);
  }
}

function isBack(seen: NodeObservation, conf: GuardedConf | undefined): boolean {
  if (seen.kind !== "probed" || conf === undefined) return true;
  const { corosyncRuns: runs, corosyncConf: file } = seen;
  const { before, between, after } = conf;
  // Where nobody noted what it runs with, nothing of ours was ever written there, or it started since: then the file counts.
  const text = runs !== undefined && "text" in runs ? runs.text : file;
  // What it noted may be older than a reload that failed; a file of somebody else's stays.
  return text === before && (file === before || (file !== between && file !== after));
}

function atRest(context: ApplyContext): Promise<Settled> {
  return settle(context, { timeoutMs: context.desired.model.gateGraceMs + 120_000 });
}

function notTakenBack(group: string, unhealthy: readonly string[]): DcnError {
  const text = `${group}: the change is not confirmed, and the nodes have not yet taken it back: ${unhealthy.join("; ")}`;
  const hint =
    "they go on trying: without quorum they may not, and Pacemaker may refuse it; journalctl -u dcn-ha-guard on a node says why not yet";
  return new DcnError("failed", "NOT_TAKEN_BACK", text, { retryable: true, hint });
}
