// `confirm`: a change that was made with --confirm-within stays (docs/apply.md).
import { disarmNodes, writeGuard, writeLock } from "../apply/index.js";
import { endGuard, freeLock, type GuardState, guardIn } from "../coordination/index.js";
import { isQuorate, type NodeObservation } from "../observation/index.js";
import { parseXml } from "../xml/index.js";
import { type LockLook, showLock } from "./lock.js";

/** What was found: confirmed now, or the word that stands there; undefined where no node with quorum answered. */
export interface Confirmed {
  readonly confirmed: boolean;
  readonly guard: GuardState | undefined;
}

/** Confirms the change that awaits it, if one does. Throws DcnError as `callHelper`. */
export async function confirmChange(options: LockLook): Promise<Confirmed> {
  const views = await showLock(options);
  const view = views.find((one) => one.quorate === true);
  const guard = view?.guard;
  if (view === undefined || guard?.state !== "armed") return { confirmed: false, guard };
  const { done, now } = await writeGuard(options, view.node, endGuard(guard.token, "confirmed"));
  if (!done) return { confirmed: false, guard: now };
  await disarmNodes(options, options.nodes, guard.token);
  // Its controller may be gone; one that is still there has nothing more to do under this lock.
  await writeLock(options, view.node, freeLock({ token: guard.token }));
  return { confirmed: true, guard: now };
}

/** Whether a change goes back by itself unless somebody confirms it, by the word of a node with quorum. */
export function awaitsConfirmation(observations: readonly NodeObservation[]): boolean {
  return observations.some((seen) => {
    if (seen.kind !== "probed" || seen.cib === undefined || !isQuorate(seen.cib)) return false;
    const { xml } = seen.cib;
    // Most have none, and reading the whole for that would cost as much as all else.
    if (!xml.includes('value="armed ')) return false;
    return guardIn(parseXml(xml, { file: `${seen.node}: cibadmin --query` })).state === "armed";
  });
}
