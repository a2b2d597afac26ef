// Members of a running cluster: emptied and filled again, restarted one at a time, waited for, and let go (Pacemaker Administration, "Upgrading").
import { DcnError } from "../errors/index.js";
import { parseQuorumtool } from "../observation/index.js";
import { callHelper, type NodeView, observeView, speaksForCluster } from "../observe/index.js";
import { standbyOf } from "../plan/index.js";
import { type ApplyContext, checked, mustDo, onEach } from "./context.js";

const DRAIN_TIMEOUT_MS = 600_000;
const JOIN_TIMEOUT_MS = 180_000;

/** Whose command it is, and who is in the cluster. */
export interface Membership {
  readonly nodes: readonly string[];
  readonly owner: string;
}

/** The owner of a standby that only a person ends. */
export const PERSON = "-";

/**
 * Asks `through`, a member, to empty `node`; marked as ours unless it is in standby already, which is a person's. A person's own makes one
 * that is there theirs. Waits until nothing runs there.
 */
export async function drainNode(
  context: ApplyContext,
  node: string,
  options: { readonly through: string; readonly owner: string },
): Promise<void> {
  const { through, owner } = options;
  await onEach(context, "standby", [node], async () => {
    if (owner === PERSON || !(await isInStandby(context, node, through))) {
      await mustDo(context, through, [{ verb: "set-standby", payload: `${node} ${owner}` }]);
    }
    await waitFor(context, { timeoutMs: DRAIN_TIMEOUT_MS, code: "NOT_DRAINED", node }, async () => {
      const view = await viewOf(context, through);
      const standby = view?.cluster?.nodes.find(({ name }) => name === node)?.standby === true;
      const left = view?.cluster?.resources.filter(
        (one) => one.nodes.includes(node) && (one.active === true || one.pending !== undefined),
      );
      if (left === undefined || !standby) return "nobody says what runs there";
      return left.length === 0 ? undefined : `${left.map(({ id }) => id).join(", ")} still there`;
    });
    return undefined;
  });
}

/** Asked until somebody knows: what is not known is not "no", and our mark on a person's standby would end it. */
async function isInStandby(context: ApplyContext, node: string, through: string): Promise<boolean> {
  let standby: boolean | undefined;
  await waitFor(context, { timeoutMs: DRAIN_TIMEOUT_MS, code: "NOT_DRAINED", node }, async () => {
    const view = await viewOf(context, through);
    standby = view?.cluster?.nodes.find(({ name }) => name === node)?.standby;
    return standby === undefined ? "nobody says whether it is in standby" : undefined;
  });
  return standby === true;
}

/** Stops and starts the cluster on one node, emptied before and filled again after; nothing else in the group is touched meanwhile. */
export async function restartNode(
  context: ApplyContext,
  node: string,
  { nodes, owner }: Membership,
): Promise<void> {
  const survivor = nodes.find((name) => name !== node) ?? node;
  await drainNode(context, node, { through: survivor, owner });
  await onEach(context, "restart", [node], async () => {
    const { transport, signal } = context;
    const frames = [{ verb: "restart-cluster" }] as const;
    checked(node, await callHelper(transport, node, frames, { timeoutMs: 300_000, signal }));
    return undefined;
  });
  await awaitMembers(context, nodes, [survivor]);
  await endStandby(context, { through: survivor, owner });
}

/** Ends every standby that `owner` set and no other; also those that an earlier, killed run left. */
export async function endStandby(
  context: ApplyContext,
  { through, owner }: { readonly through: string; readonly owner: string },
): Promise<void> {
  const [answer] = await mustDo(context, through, [{ verb: "read-cib" }]);
  const ours = standbyOf(answer?.stdout ?? "", owner);
  if (ours.length === 0) return;
  await onEach(context, "unstandby", ours, async (node) => {
    await mustDo(context, through, [{ verb: "clear-standby", payload: `${node} ${owner}` }]);
    return undefined;
  });
}

/** Waits until each of `witnesses` sees all `nodes` as members of corosync and online in Pacemaker. Throws DcnError failed NOT_JOINED. */
export async function awaitMembers(
  context: ApplyContext,
  nodes: readonly string[],
  witnesses: readonly string[],
): Promise<void> {
  await onEach(context, "join", witnesses, async (witness) => {
    await waitFor(context, { timeoutMs: JOIN_TIMEOUT_MS, code: "NOT_JOINED", node: witness }, async () => {
      const view = await viewOf(context, witness);
      if (view?.cluster === undefined || !speaksForCluster(view)) return "it does not speak for the cluster";
      if (view.quorum?.quorate !== true) return "it has no quorum";
      const out = nodes.filter((name) => {
        const seen = view.cluster?.nodes.find((one) => one.name === name);
        return seen?.online !== true || seen.pending === true || seen.unclean === true;
      });
      return out.length === 0 ? undefined : `${out.join(", ")} not online`;
    });
    return undefined;
  });
}

/** Stops the cluster on `node` for good, and takes the group's keys from it. */
export async function leaveCluster(context: ApplyContext, node: string): Promise<void> {
  await onEach(context, "leave", [node], async () => {
    const { transport, signal } = context;
    const frames = [{ verb: "leave-cluster" }] as const;
    checked(node, await callHelper(transport, node, frames, { timeoutMs: 300_000, signal }));
    return undefined;
  });
}

/**
 * Waits until the first of `others` does not count `node` as a member any more, then has Pacemaker forget it on all of them: each
 * remembers whom it saw, and whoever is DC next may write what it remembers into the CIB again. So a node that left earlier and came
 * back that way, which corosync's list (`listed`) does not have, is forgotten too.
 */
export async function forgetNode(
  context: ApplyContext,
  node: string,
  { others, listed }: { readonly others: readonly string[]; readonly listed: ReadonlySet<string> },
): Promise<void> {
  const [through = ""] = others;
  await onEach(context, "forget", [through], async () => {
    await waitFor(context, { timeoutMs: 60_000, code: "STILL_MEMBER", node }, async () => {
      const { transport, signal } = context;
      const [answer] = await callHelper(transport, through, [{ verb: "status-quorum" }], { signal });
      const members = parseQuorumtool(answer?.stdout ?? "")?.members;
      if (members === undefined) return "nobody says who the members are";
      return members.some(({ name }) => name === node) ? "still a member" : undefined;
    });
    await forgetOn(context, [node], others);
    let quiet = 0;
    await waitFor(context, { timeoutMs: 60_000, code: "STILL_MEMBER", node }, async () => {
      const [answer] = await mustDo(context, through, [{ verb: "read-cib" }]);
      const gone = clusterNodesOf(answer?.stdout ?? "").filter((name) => !listed.has(name));
      quiet = gone.length > 0 ? 0 : quiet + 1;
      await forgetOn(context, gone, others);
      return quiet >= 4 ? undefined : `Pacemaker still knows ${gone.join(", ") || node}`;
    });
    return node;
  });
}

/** One after the other: each removes the same entry of the CIB. */
async function forgetOn(
  context: ApplyContext,
  nodes: readonly string[],
  others: readonly string[],
): Promise<void> {
  const frames = nodes.map((payload) => ({ verb: "forget-node", payload }) as const);
  if (frames.length === 0) return;
  for (const other of others) await mustDo(context, other, frames);
}

/** Names of the cluster nodes that a CIB lists: those without a type, as pacemaker_remote nodes have one. */
export function clusterNodesOf(cib: string): string[] {
  const nodes = /<nodes>([\s\S]*?)<\/nodes>/.exec(cib)?.[1] ?? "";
  return [...nodes.matchAll(/<node ([^>]*)>/g)].flatMap(([, attributes = ""]) =>
    / type="/.test(` ${attributes}`) ? [] : (/uname="([^"]*)"/.exec(attributes)?.[1] ?? []),
  );
}

async function viewOf(context: ApplyContext, node: string): Promise<NodeView | undefined> {
  const { transport, signal } = context;
  try {
    return await observeView(transport, node, { timeoutMs: 30_000, signal });
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return undefined;
  }
}

interface Waiting {
  readonly timeoutMs: number;
  readonly code: "NOT_DRAINED" | "NOT_JOINED" | "STILL_MEMBER";
  readonly node: string;
}

/** Looks until `look` has nothing more to say. */
async function waitFor(
  { clock, signal }: ApplyContext,
  { timeoutMs, code, node }: Waiting,
  look: () => Promise<string | undefined>,
): Promise<void> {
  const end = clock.nowMs() + timeoutMs;
  for (;;) {
    const missing = await look();
    if (missing === undefined) return;
    if (clock.nowMs() >= end) {
      const text = `${node}: not within ${timeoutMs / 1000} s: ${missing}`;
      throw new DcnError("failed", code, text, {
        node,
        hint: "see `dcn-ha status`; the same command again goes on from here",
        retryable: true,
      });
    }
    await clock.sleep(400, signal);
  }
}
