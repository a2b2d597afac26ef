// Sends one change of the live configuration as one patch: one epoch, and never over a change that someone else made.
import { decodeGuard, decodeLock, guardIn, lockIn } from "../coordination/index.js";
import { DcnError } from "../errors/index.js";
import {
  type CibVersion,
  type HelperAnswer,
  type HelperFrame,
  type LiveCib,
  parseCibVersion,
  readLiveCib,
} from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import type { CibChange } from "../plan/index.js";
import { type ApplyContext, onEach } from "./context.js";
import { changeUnconfirmed, lockHeld, lockLost } from "./lock.js";

const STALE = 103;
const LOCKED = 75;
const GUARDED = 76;

/** What became of a change: taken, or not, because the configuration is another one by now (`cib`, where the node told). */
export type Sent =
  | { readonly kind: "taken"; readonly version: CibVersion | undefined }
  | { readonly kind: "stale"; readonly cib: LiveCib | undefined };

/**
 * Sends the change under the lock with `token`; without a token it is taken only while nobody holds the lock. `before` runs while the
 * node gets ready to take it; where that throws nothing is changed.
 * Throws DcnError busy LOCK_HELD, LOCK_LOST or CHANGE_UNCONFIRMED, failed PATCH_FAILED, and as `callHelper`.
 */
export async function sendChange(
  context: ApplyContext,
  change: CibChange,
  { token, before }: { readonly token?: string | undefined; readonly before?: (() => void) | undefined } = {},
): Promise<Sent> {
  const { transport, signal } = context;
  let sent: Sent = { kind: "stale", cib: undefined };
  await onEach(context, "change", [change.node], async (node) => {
    const frames = (): readonly HelperFrame[] => {
      before?.();
      return [changeFrame(change, token)];
    };
    const [answer] = await callHelper(transport, node, frames, { timeoutMs: 60_000, signal });
    sent = outcomeOf(context, change, { answer, token });
    return sent.kind === "taken" ? changeWords(change) : "others changed it in between; looking again";
  });
  return sent;
}

/**
 * The frame that does the change; it is refused where the lock is not held by `token`, or without one where anybody holds it, and
 * where the change of another awaits its confirmation. Without a lock the patch may be written here and sent as it is: it is for the very
 * epoch that was read, in which nobody held the lock and nothing was to be confirmed. Either makes another epoch.
 */
function changeFrame(change: CibChange, token: string | undefined): HelperFrame {
  const { live, patch } = change;
  if (token === undefined && lockIn(live).state === "free" && guardIn(live).state !== "armed") {
    if (patch !== undefined) return { verb: "send-patch", payload: patch };
  }
  return { verb: "patch-cib", payload: `${change.digest} ${token ?? "free"}\n${change.cib}` };
}

function outcomeOf(
  { desired }: ApplyContext,
  { node }: CibChange,
  { answer, token }: { answer: HelperAnswer | undefined; token: string | undefined },
): Sent {
  switch (answer?.exitCode) {
    case 0:
      return { kind: "taken", version: parseCibVersion(answer.stdout) };
    case STALE:
      return { kind: "stale", cib: readLiveCib(answer.stdout) };
    case LOCKED:
      throw (token === undefined ? lockHeld : lockLost)(desired.model.name, decodeLock(answer.stdout.trim()));
    case GUARDED:
      throw changeUnconfirmed(desired.model.name, decodeGuard(answer.stdout.trim()));
    default: {
      const said = answer?.stderr.trim() ?? "no answer";
      throw new DcnError("failed", "PATCH_FAILED", `${node}: the change of the CIB failed: ${said}`, {
        node,
      });
    }
  }
}

function changeWords({ changes }: CibChange): string {
  return changes.length === 1 ? "1 change" : `${changes.length} changes`;
}
