// The rollout that stands in a group: looked at, gone on with, told to pause or to end (docs/rollouts.md).
import { DcnError } from "../errors/index.js";
import { currentNode, isAtRest, type RecordState, type RolloutRecord, resumed } from "../rollout/index.js";
import { readRecord, saveRecord } from "./rollout-asks.js";
import { driveRollout } from "./rollout-drive.js";
import { denyLeft, leftUnseen } from "./rollout-late.js";
import { mustSee } from "./rollout-look.js";
import type { RolloutGate, RolloutScene } from "./rollout-scene.js";

/** Nothing of it is left to be gone on with: a halted one has to be resumed or aborted first. */
export function isEnded({ state }: RolloutRecord): boolean {
  return state === "done" || state === "aborted";
}

/** Says that this one has to end first, and by which document: that one has its windows, its hooks and the site's lock. */
export function underWay({ group }: RolloutScene, { name, state }: RolloutRecord): DcnError {
  const text = `${group}: the rollout ${name} is ${state}`;
  const hint = `with the document named ${name}, from which it began: dcn-ha rollout resume goes on with it, dcn-ha rollout abort ends it`;
  return new DcnError("busy", "ROLLOUT_UNDER_WAY", text, { hint });
}

/** Says that nobody here can tell what stands there. */
export function unreadable({ group }: RolloutScene): DcnError {
  const text = `${group}: there is a rollout that this release cannot read`;
  return new DcnError("busy", "ROLLOUT_UNREADABLE", text, { hint: "use the release that began it" });
}

/** The group's rollout as it stands; undefined where there was none. Throws DcnError busy ROLLOUT_UNREADABLE, and as `readRecord`. */
export async function lastRollout(scene: RolloutScene): Promise<RolloutRecord | undefined> {
  const state: RecordState = await readRecord(scene);
  if (state.kind === "unreadable") throw unreadable(scene);
  return state.kind === "record" ? state.record : undefined;
}

/** The same. Throws DcnError failed NO_ROLLOUT where there was none. */
export async function standingRollout(scene: RolloutScene): Promise<RolloutRecord> {
  const record = await lastRollout(scene);
  if (record !== undefined) return record;
  const text = `${scene.group}: there was no rollout`;
  throw new DcnError("failed", "NO_ROLLOUT", text, { hint: "dcn-ha rollout start" });
}

/** Which rollout is meant: by the name of its document, which is the group's own where a group alone was enough. */
interface Named {
  readonly name: string;
}

/**
 * Goes on with a rollout that was paused, halted or left by a controller that died; one that has ended stays so. Throws DcnError busy
 * ROLLOUT_UNDER_WAY where it is not the one that is meant.
 */
export async function goOnWith(
  scene: RolloutScene,
  { record, name }: Named & { readonly record: RolloutRecord },
  gate: RolloutGate,
): Promise<RolloutRecord> {
  if (!isEnded(record) && record.name !== name) throw underWay(scene, record);
  const again = await change(scene, record, goingOn);
  return isEnded(again) ? again : driveOn(scene, { record: again, name }, gate);
}

/**
 * Has the rollout pause, or end with every node back as it was found; one that halts or ends already is not told to pause. Whoever drives it
 * does so; where nobody does, we do. Throws DcnError busy ROLLOUT_TOLD where somebody else holds the lock: he has been told by then; and busy
 * ROLLOUT_UNDER_WAY where it is not the one that is meant. `gate` is told of the turn that ends; no other begins.
 */
export async function endRollout(
  scene: RolloutScene,
  { wanted, name }: Named & { readonly wanted: "pausing" | "aborting" },
  gate: Pick<RolloutGate, "afterTurn">,
): Promise<RolloutRecord> {
  const record = await standingRollout(scene);
  if (isEnded(record)) return record;
  // That it is to pause may be asked for by whoever has the group alone: that ends nobody's turn.
  const isRequest = wanted === "pausing" && name === scene.group;
  if (record.name !== name && !isRequest) throw underWay(scene, record);
  if (wanted === "aborting") await denyLeft(scene, await leftUnseen(scene, { kind: "record", record }));
  const asked = await change(scene, record, wanted === "pausing" ? pausing : aborting);
  if (isAtRest(asked)) return asked;
  const shut: RolloutGate = { ...gate, mayBegin: () => Promise.resolve("it ends") };
  try {
    return await driveOn(scene, { record: asked, name }, shut);
  } catch (error) {
    if (!(error instanceof DcnError) || error.code !== "LOCK_HELD") throw error;
    const text = `${scene.group}: the rollout is told to end (${asked.state}); whoever drives it brings the node that is under way to an end first`;
    const hint = `dcn-ha rollout status shows it; where the one who drives it is gone for good: dcn-ha lock break, then this command again`;
    throw new DcnError("busy", "ROLLOUT_TOLD", text, { hint, cause: error });
  }
}

/** As it stands once the lock is ours: whoever held it before may have gone on with it. */
function driveOn(
  scene: RolloutScene,
  { record, name }: Named & { readonly record: RolloutRecord },
  gate: RolloutGate,
): Promise<RolloutRecord> {
  const standing = async (): Promise<RolloutRecord> => {
    const state = await readRecord(scene);
    const now = state.kind === "record" && state.record.id === record.id ? state.record : record;
    // Only its own document knows whom to tell when the turn that is under way ends.
    if (now.name !== name && currentNode(now) !== undefined) throw underWay(scene, now);
    return now;
  };
  return driveRollout(scene, { name: record.name, record: standing }, gate);
}

/** What somebody wants of the rollout that stands; undefined where nothing is to be written for it. */
type Wish = (standing: RolloutRecord) => RolloutRecord | undefined;

const goingOn: Wish = (standing) =>
  standing.state === "paused" || standing.state === "halted" ? resumed(standing) : undefined;
const pausing: Wish = (standing) =>
  standing.state === "running" ? { ...standing, state: "pausing" } : undefined;
const aborting: Wish = (standing) =>
  isEnded(standing) || standing.state === "aborting" ? undefined : { ...standing, state: "aborting" };

/** Writes what is wished, and returns what stands then. Where somebody else was faster, it is wished anew of what he wrote: that may want nothing more. */
async function change(scene: RolloutScene, read: RolloutRecord, wish: Wish): Promise<RolloutRecord> {
  let before = read;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const next = wish(before);
    if (next === undefined) return before;
    const { through } = await mustSee(scene);
    const saved = await saveRecord(scene, through, { before, next });
    if ("record" in saved) return saved.record;
    if (saved.now.kind !== "record" || saved.now.record.id !== read.id) break;
    before = saved.now.record;
  }
  throw new DcnError("busy", "ROLLOUT_CHANGES", `${scene.group}: the rollout moves on; try again`, {
    retryable: true,
  });
}
