// One change of a running CIB; where others changed it meanwhile: looks again, and goes on if ours would still be the same change.
import { type ApplyContext, sendChange } from "../apply/index.js";
import type { Change } from "../cib/index.js";
import { DcnError } from "../errors/index.js";
import type { CibVersion, LiveCib, NodeObservation } from "../observation/index.js";
import { type CibChange, type Decision, decide, refusal } from "../plan/index.js";

/** The decision that is carried out, what it was made from, and the lock it is made under. */
interface Intent {
  readonly decision: Decision;
  readonly observations: readonly NodeObservation[];
  readonly token?: string;
  /** Runs once before the change is sent, and throws where it must not be. */
  readonly check?: (() => void) | undefined;
}

/** What was changed. */
export interface CibChanged {
  readonly changes: readonly Change[];
  readonly version: CibVersion | undefined;
  readonly settled: undefined;
}

/** Everybody else may change the CIB as often as they like; so often that ours never gets in, they have to be told. */
const TRIES = 12;

/**
 * Sends the decision's change of the CIB, if it has one. Throws DcnError as `sendChange`, and busy CIB_CHANGED where the change would
 * be another one by now, or others change the CIB all the time.
 */
export async function changeCib(context: ApplyContext, intent: Intent): Promise<CibChanged> {
  const { decision, token, check } = intent;
  const planned = decision.kind === "operate" ? decision.change : undefined;
  let observations = intent.observations;
  let change = planned;
  for (let attempt = 0; planned !== undefined && attempt < TRIES; attempt += 1) {
    if (change === undefined) return { changes: [], version: undefined, settled: undefined };
    const sent = await sendChange(context, change, { token, before: attempt === 0 ? check : undefined });
    if (sent.kind === "taken") return { changes: planned.changes, version: sent.version, settled: undefined };
    observations = seenAnew(observations, change.node, sent.cib);
    change = decideAgain(context, observations);
    if (change !== undefined && !sameChanges(planned, change)) throw otherChange(change);
  }
  if (planned === undefined) return { changes: [], version: undefined, settled: undefined };
  const text = `${planned.node}: others keep changing the configuration; nothing was changed by us`;
  throw new DcnError("busy", "CIB_CHANGED", text, { node: planned.node, retryable: true });
}

function seenAnew(
  observations: readonly NodeObservation[],
  node: string,
  cib: LiveCib | undefined,
): readonly NodeObservation[] {
  return observations.map((seen) =>
    seen.kind === "probed" && seen.node === node && cib !== undefined ? { ...seen, cib } : seen,
  );
}

function decideAgain(context: ApplyContext, observations: readonly NodeObservation[]): CibChange | undefined {
  const decision = decide(context.desired, observations);
  if (decision.kind === "refuse") throw refusal(decision.findings);
  return decision.kind === "operate" ? decision.change : undefined;
}

function sameChanges(left: CibChange, right: CibChange): boolean {
  return JSON.stringify(left.changes) === JSON.stringify(right.changes);
}

function otherChange({ node, changes }: CibChange): DcnError {
  const lines = changes.map(({ action, kind, id }) => `  ${action} ${kind} ${id}`);
  const text = `${node}: someone else changed the configuration meanwhile, and with that our change would be another one; nothing was changed by us. It would be now:\n${lines.join("\n")}`;
  return new DcnError("busy", "CIB_CHANGED", text, { node, retryable: true });
}
