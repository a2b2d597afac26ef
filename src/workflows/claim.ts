// The lock of a group that has no cluster yet: a claim on each of its nodes, the first node's first (docs/lock.md).
import { lockFrame, lockHeld, lockOutcome } from "../apply/index.js";
import { freeLock, type HeldLock, type LockState, takeLock } from "../coordination/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import { heldBy, type LockOptions, proofOf } from "./lock.js";

/**
 * Claims every node, does `work`, and gives the claims back, also when `work` throws. All who form the same group ask its first node first, so
 * that of two exactly one goes on; the other nodes are asked too, because another group may name them. Claims of a holder who is proven
 * to be gone are taken over. Throws DcnError busy LOCK_HELD, LOCK_UNREADABLE, and what `work` throws.
 */
export async function withClaims<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const wanted = heldBy(options);
  const [first, ...others] = [...options.nodes].sort();
  const asked: string[] = [];
  const claim = (node: string): Promise<void> => {
    // Before the answer, which may be lost: what is given back is ours alone.
    asked.push(node);
    return claimNode(options, node, wanted);
  };
  try {
    if (first !== undefined) await claim(first);
    const tried = await Promise.allSettled(others.map(claim));
    const refused = tried.find((one) => one.status === "rejected");
    if (refused?.reason instanceof Error) throw refused.reason;
    return await work();
  } finally {
    // Ctrl-C ends the work, not the giving back; a claim that stays is taken over, or shown by `lock show`.
    const frames = [lockFrame(freeLock(wanted), "set-claim")];
    await inParallel(asked, 16, (node) => callHelper(options.transport, node, frames).catch(() => []));
  }
}

async function claimNode(options: LockOptions, node: string, wanted: HeldLock): Promise<void> {
  const { transport, signal, group } = options;
  let from: LockState = { state: "free" };
  for (let attempt = 0; attempt < 4 && from.state !== "unreadable"; attempt += 1) {
    const frames = [lockFrame(takeLock(wanted, from), "set-claim")];
    const [answer] = await callHelper(transport, node, frames, { signal });
    const outcome = lockOutcome(node, answer);
    if (outcome.kind !== "other") return;
    from = outcome.now;
    if (from.state === "held" && (await proofOf(options, from)) === undefined) break;
  }
  throw lockHeld(group, from);
}
