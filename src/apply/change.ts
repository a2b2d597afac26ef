// Sends one change of the live configuration as one patch: one epoch, and never over a change that someone else made.
import { decodeLock } from "../coordination/index.js";
import { DcnError } from "../errors/index.js";
import {
  type CibVersion,
  type HelperAnswer,
  type HelperFrame,
  parseCibVersion,
} from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import type { CibChange } from "../plan/index.js";
import { type ApplyContext, onEach } from "./context.js";
import { lockHeld, lockLost } from "./lock.js";

const STALE = 103;
const LOCKED = 75;

/** Applies the change; returns the new version of the CIB. Throws DcnError busy CIB_CHANGED when it moved in between, failed PATCH_FAILED. */
export async function sendChange(
  context: ApplyContext,
  change: CibChange,
  token?: string,
): Promise<CibVersion | undefined> {
  const { transport, signal } = context;
  let version: CibVersion | undefined;
  await onEach(context, "change", [change.node], async (node) => {
    const frames = [changeFrame(change, token)];
    const [answer] = await callHelper(transport, node, frames, { timeoutMs: 60_000, signal });
    version = changeOutcome(context, change, { answer, token });
    return changeWords(change);
  });
  return version;
}

/** The frame that does the change; it is refused where the lock is not held by `token`, or without one where anybody holds it. */
function changeFrame(change: CibChange, token = "free"): HelperFrame {
  return { verb: "patch-cib", payload: `${change.digest} ${token}\n${change.cib}` };
}

function changeOutcome(
  { desired }: ApplyContext,
  { node }: CibChange,
  { answer, token }: { answer: HelperAnswer | undefined; token: string | undefined },
): CibVersion | undefined {
  if (answer?.exitCode === LOCKED) {
    const now = decodeLock(answer.stdout.trim());
    throw (token === undefined ? lockHeld : lockLost)(desired.model.name, now);
  }
  if (answer?.exitCode === STALE) {
    const text = `${node}: someone else changed the configuration in this moment; nothing was changed by us`;
    throw new DcnError("busy", "CIB_CHANGED", text, { node, retryable: true });
  }
  if (answer?.exitCode !== 0) {
    const said = answer?.stderr.trim() ?? "no answer";
    throw new DcnError("failed", "PATCH_FAILED", `${node}: the change was not taken: ${said}`, { node });
  }
  return parseCibVersion(answer.stdout);
}

function changeWords({ changes }: CibChange): string {
  return changes.length === 1 ? "1 change" : `${changes.length} changes`;
}
