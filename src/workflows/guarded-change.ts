// A change that goes back by itself: armed on all nodes, made, watched until it is healthy or confirmed, else taken back by the nodes.
import {
  type ApplyContext,
  armNodes,
  changeUnconfirmed,
  disarmNodes,
  readGuard,
  type Settled,
  settle,
  worsened,
  writeGuard,
} from "../apply/index.js";
import { startedByHand } from "../cluster/index.js";
import { armGuard, endGuard } from "../coordination/index.js";
import { DcnError, invariant } from "../errors/index.js";
import type { ClusterObservation, NodeObservation } from "../observation/index.js";
import type { CibChange, Decision } from "../plan/index.js";
import { type CibChanged, changeCib } from "./change-cib.js";

/** The change, what it was made from, and how long it may stay unconfirmed. */
export interface GuardedIntent {
  readonly decision: Decision;
  readonly change: CibChange;
  readonly observations: readonly NodeObservation[];
  readonly token: string;
  readonly windowMs: number;
  /** How the cluster was before; what was ill then does not count against the change. */
  readonly before: ClusterObservation | undefined;
  /** False: the nodes are armed and the change is made; somebody else confirms it. */
  readonly wait: boolean;
}

/** What became of it. */
export interface GuardedChange extends Omit<CibChanged, "settled"> {
  readonly fate: "confirmed" | "reverted" | "awaiting";
  readonly settled: Settled | undefined;
  /** Why it was not confirmed by itself. */
  readonly unhealthy: readonly string[];
}

/** Throws DcnError as `changeCib`; then the nodes are disarmed, and nothing was changed. */
export async function changeGuarded(context: ApplyContext, intent: GuardedIntent): Promise<GuardedChange> {
  const { change, token, windowMs, observations } = intent;
  const nodes = context.desired.nodes.map((node) => node.name);
  const read = observations.find((seen) => seen.node === change.node);
  invariant(read?.kind === "probed" && read.cib !== undefined, `no CIB of ${change.node}`);
  const deadlineMs = context.clock.nowMs() + windowMs;
  await armNodes(context, nodes, { token, windowMs, before: read.cib.xml, after: change.cib });
  let changed: CibChanged;
  try {
    const until = new Date(context.clock.wallMs() + windowMs).toISOString();
    const armed = await writeGuard(context, change.node, armGuard(token, until));
    if (!armed.done) throw changeUnconfirmed(context.desired.model.name, armed.now);
    changed = await changeCib(context, intent);
  } catch (error) {
    // Where it is not known whether the change was made, the nodes stay armed and find out.
    if (!(error instanceof DcnError) || error.code === "OUTCOME_UNKNOWN") throw error;
    await writeGuard(context, change.node, endGuard(token, "withdrawn")).catch(() => undefined);
    await disarmNodes(context, nodes, token);
    throw error;
  }
  if (!intent.wait) return { ...changed, fate: "awaiting", settled: undefined, unhealthy: [] };
  return { ...changed, ...(await awaitFate(context, { ...intent, deadlineMs, nodes })) };
}

interface Watch extends GuardedIntent {
  readonly deadlineMs: number;
  readonly nodes: readonly string[];
}

type Fate = Pick<GuardedChange, "fate" | "settled" | "unhealthy">;

/** Looks until the change is healthy, confirmed by a person, or taken back. */
async function awaitFate(context: ApplyContext, watch: Watch): Promise<Fate> {
  const { clock, signal } = context;
  let unhealthy: readonly string[] = [];
  for (const node of watch.nodes) context.onProgress({ node, step: "settle", state: "started" });
  for (;;) {
    const leftMs = watch.deadlineMs - clock.nowMs();
    const seen = leftMs > 0 ? await look(context, watch, Math.min(leftMs, 15_000)) : NOT_LOOKED;
    // What was seen at rest says more than that it did not come to rest again.
    if (seen.settled !== undefined || unhealthy.length === 0) unhealthy = seen.unhealthy;
    const settled = unhealthy.length === 0 ? seen.settled : undefined;
    if (settled !== undefined && (await keep(context, watch)))
      return { fate: "confirmed", settled, unhealthy };
    const fate = await fateOf(context, watch);
    if (fate === "confirmed") return { fate, settled: seen.settled, unhealthy };
    if (fate === "reverted") return { fate, settled: await atRest(context), unhealthy };
    if (leftMs < -LATE_MS) throw notTakenBack(context.desired.model.name, unhealthy);
    await clock.sleep(1_000, signal);
  }
}

const NOT_LOOKED = { settled: undefined, unhealthy: [] };

/** Confirms; false where the nodes were faster. */
async function keep(context: ApplyContext, { change, token, nodes }: Watch): Promise<boolean> {
  const { done, now } = await writeGuard(context, change.node, endGuard(token, "confirmed"));
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
    const byHand = startedByHand(context.desired.model.configuration);
    return { settled, unhealthy: worsened(watch.before, settled.cluster, byHand) };
  } catch (error) {
    if (!(error instanceof DcnError) || context.signal?.aborted === true) throw error;
    return { settled: undefined, unhealthy: [error.message] };
  }
}

function atRest(context: ApplyContext): Promise<Settled> {
  return settle(context, { timeoutMs: context.desired.model.gateGraceMs + 120_000 });
}

function notTakenBack(group: string, unhealthy: readonly string[]): DcnError {
  const text = `${group}: the change is not confirmed, and the nodes have not yet taken it back: ${unhealthy.join("; ")}`;
  const hint =
    "they go on trying as soon as there is quorum: journalctl -u dcn-ha-guard on a node says why not yet";
  return new DcnError("failed", "NOT_TAKEN_BACK", text, { retryable: true, hint });
}
