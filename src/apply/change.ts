// Sends one change of the live configuration as one patch: one epoch, and never over a change that someone else made.
import { DcnError } from "../errors/index.js";
import { type CibVersion, parseCibVersion } from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import type { CibChange } from "../plan/index.js";
import { type ApplyContext, onEach } from "./context.js";

const STALE = 103;

/** Applies the change; returns the new version of the CIB. Throws DcnError busy CIB_CHANGED when it moved in between, failed PATCH_FAILED. */
export async function sendChange(context: ApplyContext, change: CibChange): Promise<CibVersion | undefined> {
  const { transport, signal } = context;
  let version: CibVersion | undefined;
  await onEach(context, "change", [change.node], async (node) => {
    const frames = [{ verb: "patch-cib", payload: `${change.digest}\n${change.cib}` }] as const;
    const [answer] = await callHelper(transport, node, frames, { timeoutMs: 60_000, signal });
    if (answer?.exitCode === STALE) {
      const text = `${node}: someone else changed the configuration in this moment; nothing was changed by us`;
      throw new DcnError("busy", "CIB_CHANGED", text, { node, retryable: true });
    }
    if (answer?.exitCode !== 0) {
      const said = answer?.stderr.trim() ?? "no answer";
      throw new DcnError("failed", "PATCH_FAILED", `${node}: the change was not taken: ${said}`, { node });
    }
    version = parseCibVersion(answer.stdout);
    return change.changes.length === 1 ? "1 change" : `${change.changes.length} changes`;
  });
  return version;
}
