// The group's lock around a piece of work, and `lock show` and `lock break` (docs/lock.md).
import {
  type Controller,
  changeUnconfirmed,
  type LockOutcome,
  lockHeld,
  lockLost,
  writeLock,
} from "../apply/index.js";
import {
  decodeGuard,
  decodeLock,
  freeLock,
  type GuardState,
  type HeldLock,
  type LockState,
  type LockWrite,
  noteStep,
  provenGone,
  takeLock,
} from "../coordination/index.js";
import { DcnError } from "../errors/index.js";
import { type NodeObservation, parseProbe, parseReadLock, type ReadLock } from "../observation/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import type { Clock } from "../time/index.js";
import type { Transport } from "../transport/index.js";

/** Whose lock, for what, and who wants it. */
export interface LockOptions {
  /** The group's name, for messages. */
  readonly group: string;
  readonly transport: Transport;
  /** Nodes that run the cluster, in the order in which they are asked; the first with quorum writes the lock. */
  readonly nodes: readonly string[];
  /** The command as a person knows it: `node add dcn4`. */
  readonly purpose: string;
  /** The first step; `GroupLock.step` tells the later ones. */
  readonly step: string;
  readonly controller: Controller;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** The lock while it is ours. */
export interface GroupLock {
  /** Goes with `patch-cib`, so that a change of ours is refused once the lock is not ours any more. */
  readonly token: string;
  /** Notes how far we are, for whoever asks. Throws DcnError busy LOCK_LOST where the lock is not ours any more: then stop. */
  step(text: string): Promise<void>;
  /** The lock's text with that step, or as it stands, for a write that goes with it or not at all; `made` is told of one that was made. */
  noting(text: string | undefined): { readonly value: string; readonly made: () => void };
}

/**
 * Takes the group's lock in the CIB, does `work`, and gives the lock back, also when `work` throws. Every command that changes a running
 * group goes through here; one that finds nothing to do takes no lock. The lock has no time limit. It is taken over only from a
 * holder who is proven to be gone; else a person must break it.
 * Throws DcnError: busy LOCK_HELD (who, since when, at which step), busy LOCK_UNREADABLE, busy NO_QUORUM, what `work` throws, and
 * failed LOCK_NOT_RELEASED where `work` succeeded and the lock could not be given back. A nested call would wait for itself: hand the
 * `GroupLock` down instead.
 */
export async function withGroupLock<T>(
  options: LockOptions,
  work: (lock: GroupLock) => Promise<T>,
): Promise<T> {
  let held = await acquire(options);
  const lock: GroupLock = {
    token: held.token,
    step: async (step) => {
      const outcome = await anywhere(options, noteStep(held, step));
      if (outcome.kind === "other") throw lockLost(options.group, outcome.now);
      if (outcome.kind === "no-quorum") throw noQuorum(outcome.text);
      held = { ...held, step };
    },
    noting: (step = held.step) => ({
      value: noteStep(held, step).value,
      made: () => {
        held = { ...held, step };
      },
    }),
  };
  let result: T;
  try {
    result = await work(lock);
  } catch (error) {
    // The first trouble is the one to tell; a lock that stays is found by the next run.
    await release(options, held).catch(() => undefined);
    throw error;
  }
  await release(options, held);
  return result;
}

/** The lock as it will be once it is ours. */
export function heldBy({ controller, clock, purpose, step }: LockOptions): HeldLock {
  const since = new Date(clock.wallMs()).toISOString();
  return { state: "held", token: controller.newToken(), holder: controller.holder, purpose, step, since };
}

async function acquire(options: LockOptions): Promise<HeldLock> {
  const wanted = heldBy(options);
  let from: LockState = { state: "free" };
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const outcome = await tryToTake(options, wanted, from);
    if (outcome.kind === "done") return wanted;
    if (outcome.kind === "no-quorum") throw noQuorum(outcome.text);
    if (outcome.kind === "guarded") throw changeUnconfirmed(options.group, outcome.guard);
    if (outcome.now.state === "unreadable") throw lockHeld(options.group, outcome.now);
    if (outcome.now.state === "held" && (await proofOf(options, outcome.now)) === undefined) {
      throw lockHeld(options.group, outcome.now);
    }
    from = outcome.now;
  }
  throw lockHeld(options.group, from);
}

/** One write. Where nobody knows whether it was made, it is taken back: a lock of a process that lives would be in everybody's way for good. */
async function tryToTake(
  options: LockOptions,
  wanted: HeldLock,
  from: Exclude<LockState, { state: "unreadable" }>,
): Promise<LockOutcome> {
  let outcome: LockOutcome | undefined;
  try {
    outcome = await anywhere(options, takeLock(wanted, from));
    return outcome;
  } finally {
    // Quorum may have gone after the write.
    if (outcome === undefined || outcome.kind === "no-quorum") await letGo(options, wanted);
  }
}

/** Twice, since a write that was broken off may still be on its way. It is ours alone that this frees, and the first trouble is the one to tell. */
async function letGo(options: LockOptions, wanted: HeldLock): Promise<void> {
  try {
    await release(options, wanted);
    await options.clock.sleep(LATE_WRITE_MS);
    await release(options, wanted);
  } catch {
    // Whoever cannot be asked now is found by the next run.
  }
}

/** How long a write may take on a node whose answer nobody waits for any more. */
const LATE_WRITE_MS = 1_000;

function noQuorum(text: string): DcnError {
  return new DcnError("busy", "NO_QUORUM", `the lock needs quorum: ${text}`, { retryable: true });
}

/** Why the holder is gone, as far as this machine and the nodes can show it. */
export async function proofOf(options: LockOptions, { holder }: HeldLock): Promise<string | undefined> {
  const { controller, transport, signal } = options;
  const self = controller.holder;
  if (holder.kind === "controller") {
    return provenGone(holder, { self, processStarted: await controller.processStarted(holder.pid) });
  }
  if (holder.kind === "client") return provenGone(holder, { self, processStarted: undefined });
  const [probe] = await callHelper(transport, holder.node, [{ verb: "probe" }], { signal }).catch(() => []);
  const nodeBoot = probe?.exitCode === 0 ? parseProbe(probe.stdout).bootId : undefined;
  return provenGone(holder, { self, processStarted: undefined, nodeBoot });
}

async function release(options: LockOptions, held: HeldLock): Promise<void> {
  // Ctrl-C ends the work, not the giving back.
  const outcome = await anywhere({ ...options, signal: undefined }, freeLock(held));
  if (outcome.kind === "no-quorum") {
    const text = `the work is done, and the lock of ${options.group} could not be given back: ${outcome.text}`;
    throw new DcnError("failed", "LOCK_NOT_RELEASED", text, {
      hint: "run the same command again when there is quorum",
    });
  }
}

/** Writes on the first node that can: has quorum and answers. An answer that was lost is asked for again there; the write allows it. */
async function anywhere(options: LockLook, write: LockWrite): Promise<LockOutcome> {
  let last: LockOutcome | DcnError = { kind: "no-quorum", text: "no node to ask" };
  for (const node of options.nodes) {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        last = await writeLock(options, node, write);
        if (last.kind !== "no-quorum") return last;
        break;
      } catch (error) {
        if (!(error instanceof DcnError) || options.signal?.aborted === true) throw error;
        last = error;
        if (error.code !== "OUTCOME_UNKNOWN") break;
      }
    }
  }
  if (last instanceof DcnError) throw last;
  return last;
}

/** Whether a run of the same command holds the lock: it is at work, which whoever wants the lock finds out, or it died somewhere in the middle. */
export function isHeldFor(observations: readonly NodeObservation[], purpose: string): boolean {
  return observations.some((seen) => {
    const xml = seen.kind === "probed" ? (seen.cib?.xml ?? "") : "";
    const value = /name="dcn-ha-lock" value="([^"]*)"/.exec(xml)?.[1];
    const lock = value === undefined ? undefined : decodeLock(value);
    return lock?.state === "held" && lock.purpose === purpose;
  });
}

/** What one node knows of the lock; `trouble` where it did not answer. */
export interface LockView {
  readonly node: string;
  readonly quorate: boolean | undefined;
  readonly lock: LockState | undefined;
  /** A change that awaits its confirmation, or how the last one ended. */
  readonly guard: GuardState;
  /** The same of a node that has no cluster yet. */
  readonly claim: LockState;
  readonly trouble?: string;
}

/** Where to look. */
export type LockLook = Pick<LockOptions, "group" | "transport" | "nodes" | "signal">;

/** The lock as every node sees it. */
export function showLock(options: LockLook): Promise<LockView[]> {
  const { transport, nodes, signal } = options;
  return inParallel(nodes, 16, async (node) => {
    try {
      const [answer] = await callHelper(transport, node, [{ verb: "read-lock" }], { signal });
      return viewOf(node, parseReadLock(answer?.stdout ?? ""));
    } catch (error) {
      if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
      return {
        node,
        quorate: undefined,
        lock: undefined,
        guard: { state: "none" },
        claim: { state: "free" },
        trouble: error.message,
      };
    }
  });
}

function viewOf(node: string, seen: ReadLock): LockView {
  const lock = seen.quorate === undefined ? undefined : decodeLock(seen.lock);
  const guard = decodeGuard(seen.guard);
  return { node, quorate: seen.quorate, lock, guard, claim: decodeLock(seen.claim) };
}

/**
 * Frees the lock that the holder with `token` has, in the CIB and on nodes without a cluster. The one who asks for it has made sure that
 * this holder is gone. Returns where it was freed. Throws DcnError as `callHelper`.
 */
export async function breakLock(options: LockLook, token: string): Promise<string[]> {
  const views = await showLock(options);
  const freed: string[] = [];
  const write = freeLock({ token });
  const quorate = views.filter((view) => view.quorate === true && isHeldBy(view.lock, token));
  if (quorate.length > 0) {
    const nodes = quorate.map((view) => view.node);
    const outcome = await anywhere({ ...options, nodes }, write);
    if (outcome.kind === "done") freed.push("cluster");
  }
  for (const { node } of views.filter((view) => isHeldBy(view.claim, token))) {
    const frame = { verb: "set-claim", payload: `${write.expected}\n${write.value}\n` } as const;
    const [answer] = await callHelper(options.transport, node, [frame], { signal: options.signal });
    if (answer?.exitCode === 0) freed.push(node);
  }
  return freed;
}

function isHeldBy(lock: LockState | undefined, token: string): boolean {
  return lock?.state === "held" && lock.token === token;
}
