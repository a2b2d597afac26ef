// Arms the nodes to take a change back by themselves, and tells them when they need not (resources/node/guard).
import { decodeGuard, type GuardState, type GuardWrite } from "../coordination/index.js";
import { DcnError } from "../errors/index.js";
import { type HelperFrame, parseReadLock } from "../observation/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import { type ApplyContext, mustDo, onEach } from "./context.js";
import type { LockAccess } from "./lock.js";

/** What the nodes need to take a change back: the configuration before and after it, and for how long they wait. */
export interface GuardOrder {
  /** That of the lock which the change is made under. */
  readonly token: string;
  readonly windowMs: number;
  readonly before: string;
  readonly after: string;
  /** Of each node, where corosync.conf changes too. */
  readonly corosync?: ReadonlyMap<string, GuardedConf> | undefined;
}

/** Whole texts; `between` where links move, as on the way there. */
export interface GuardedConf {
  readonly before: string;
  readonly between?: string;
  readonly after: string;
}

/** Arms every node; none is armed when one cannot be. Later nodes wait a little longer, so that they do not all try at once. */
export async function armNodes(
  context: ApplyContext,
  nodes: readonly string[],
  order: GuardOrder,
): Promise<void> {
  try {
    await onEach(context, "arm", nodes, async (node) => {
      await mustDo(context, node, [armFrame(node, nodes, order)]);
      return undefined;
    });
  } catch (error) {
    await disarmNodes(context, nodes, order.token);
    throw error;
  }
}

/** Has armed nodes take the change back now; one that does not hear it does so at its deadline. */
export async function hastenNodes(
  { transport }: LockAccess,
  nodes: readonly string[],
  order: GuardOrder,
): Promise<void> {
  await inParallel(nodes, 16, (node) => {
    const frames = [armFrame(node, nodes, { ...order, windowMs: 0 })];
    return callHelper(transport, node, frames).catch(() => []);
  });
}

function armFrame(node: string, nodes: readonly string[], order: GuardOrder): HelperFrame {
  const { token, windowMs, before, after } = order;
  const corosync = order.corosync?.get(node);
  const conf = corosync === undefined ? {} : { corosync };
  const facts = JSON.stringify({ before, after, rank: nodes.indexOf(node), ...conf });
  return { verb: "guard-arm", payload: `${token} ${Math.round(windowMs / 1000)}\n${facts}` };
}

/** Tells the nodes that the matter is settled; one that does not hear it finds the word in the CIB at its deadline. */
export async function disarmNodes(
  access: LockAccess,
  nodes: readonly string[],
  token: string,
): Promise<void> {
  const frames = [{ verb: "guard-disarm", payload: `${token}\n` }] as const;
  await inParallel(nodes, 16, (node) => callHelper(access.transport, node, frames).catch(() => []));
}

/** The frame that does this write. */
export function guardFrame(write: GuardWrite): HelperFrame {
  return { verb: "set-guard", payload: `${write.expected}\n${write.value}\n` };
}

/** Writes the guard on one node; `done` false where another word stands there. Throws DcnError failed GUARD_FAILED. */
export async function writeGuard(
  access: LockAccess,
  node: string,
  write: GuardWrite,
): Promise<{ readonly done: boolean; readonly now: GuardState }> {
  const [answer] = await callHelper(access.transport, node, [guardFrame(write)], { signal: access.signal });
  if (answer?.exitCode === 0) return { done: true, now: decodeGuard(write.value) };
  if (answer?.exitCode === 75) return { done: false, now: decodeGuard(answer.stdout.trim()) };
  const said = answer?.stderr.trim() ?? "no answer";
  throw new DcnError("failed", "GUARD_FAILED", `${node}: the guard could not be written: ${said}`, {
    node,
    retryable: true,
  });
}

/** What the first node that answers with quorum says about the guard; undefined where none does. */
export async function readGuard(
  access: LockAccess,
  nodes: readonly string[],
): Promise<GuardState | undefined> {
  for (const node of nodes) {
    try {
      const [answer] = await callHelper(access.transport, node, [{ verb: "read-lock" }], {
        signal: access.signal,
      });
      const seen = parseReadLock(answer?.stdout ?? "");
      if (seen.quorate === true) return decodeGuard(seen.guard);
    } catch (error) {
      if (!(error instanceof DcnError) || access.signal?.aborted === true) throw error;
    }
  }
  return undefined;
}
