// Writes the group's lock on a node, compare-and-set, and says in plain words why it could not (docs/lock.md).
import {
  decodeGuard,
  decodeLock,
  describeHolder,
  type GuardState,
  type HeldLock,
  type LockState,
  type LockWrite,
} from "../coordination/index.js";
import { DcnError } from "../errors/index.js";
import type { HelperAnswer, HelperFrame } from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import type { Transport } from "../transport/index.js";

/** How to reach the node that writes. */
export interface LockAccess {
  readonly transport: Transport;
  readonly signal?: AbortSignal | undefined;
}

/** What a write came to: done, or what stands there instead; `no-quorum` also where Pacemaker does not run. */
export type LockOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "other"; readonly now: LockState }
  | { readonly kind: "no-quorum"; readonly text: string }
  /** Another change awaits its confirmation. */
  | { readonly kind: "guarded"; readonly guard: GuardState };

const HELD = 75;
const GUARDED = 76;
const NO_QUORUM = 69;
const NOT_RUNNING = 102;

/** The frame that does this write, for requests that do more. */
export function lockFrame(write: LockWrite, verb: "set-lock" | "set-claim" = "set-lock"): HelperFrame {
  return { verb, payload: `${write.expected}\n${write.value}\n` };
}

/** What the answer to a `lockFrame` says. Throws DcnError failed STEP_FAILED for anything else. */
export function lockOutcome(node: string, answer: HelperAnswer | undefined): LockOutcome {
  const said = answer?.stderr.trim() ?? "no answer";
  switch (answer?.exitCode) {
    case 0:
      return { kind: "done" };
    case HELD:
      return { kind: "other", now: decodeLock(answer.stdout.trim() || undefined) };
    case GUARDED:
      return { kind: "guarded", guard: decodeGuard(answer.stdout.trim()) };
    case NO_QUORUM:
    case NOT_RUNNING:
      return { kind: "no-quorum", text: `${node}: ${said}` };
    default:
      throw new DcnError("failed", "STEP_FAILED", `${node}: the lock could not be written: ${said}`, {
        node,
      });
  }
}

/** One write on one node. Throws as `callHelper` and `lockOutcome`. */
export async function writeLock(access: LockAccess, node: string, write: LockWrite): Promise<LockOutcome> {
  const { transport, signal } = access;
  const [answer] = await callHelper(transport, node, [lockFrame(write)], { timeoutMs: 60_000, signal });
  return lockOutcome(node, answer);
}

/** Somebody else holds the lock: busy LOCK_HELD with who, since when and at which step; LOCK_UNREADABLE where it cannot be read. */
export function lockHeld(group: string, now: LockState): DcnError {
  if (now.state === "held") {
    const text = `${group} is being changed by ${describeLock(now)}; nothing was changed by us`;
    const hint = `wait until that is over; if it will never be: dcn-ha lock show ${group}, then dcn-ha lock break`;
    return new DcnError("busy", "LOCK_HELD", text, { retryable: true, hint });
  }
  const text =
    now.state === "unreadable"
      ? `${group}: the lock holds a text that this release cannot read: ${now.text}`
      : `${group}: the lock changes from hand to hand; try again`;
  return new DcnError("busy", now.state === "unreadable" ? "LOCK_UNREADABLE" : "LOCK_HELD", text, {
    retryable: true,
  });
}

/** A held lock in one line for people. */
export function describeLock({ holder, purpose, step, since }: HeldLock): string {
  return `${describeHolder(holder)}: ${purpose}, at the step "${step}", since ${since}`;
}

/** Our lock is gone: a person broke it, or somebody had proof that we are. Nothing more may be done under it. */
export function lockLost(group: string, now: LockState): DcnError {
  const who = now.state === "held" ? `${describeHolder(now.holder)} holds it` : "nobody holds it";
  const text = `${group}: our lock was taken from us; now ${who}. We stopped where we were`;
  return new DcnError("busy", "LOCK_LOST", text, {
    retryable: true,
    hint: "run the same command again: it looks first",
  });
}

/** Another change awaits its confirmation: nothing else may begin. */
export function changeUnconfirmed(group: string, guard: GuardState): DcnError {
  const until = guard.state === "armed" ? ` until ${guard.until}` : "";
  const text = `${group}: a change awaits its confirmation${until}; nothing was changed by us`;
  const hint = `dcn-ha confirm ${group} keeps it; else wait until the nodes have taken it back`;
  return new DcnError("busy", "CHANGE_UNCONFIRMED", text, { retryable: true, hint });
}
