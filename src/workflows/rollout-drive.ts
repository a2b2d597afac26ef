// Drives one group's rollout: look, decide, write down, do; again and again until it rests. What a killed one left, the next finds (docs/rollouts.md).
import { DcnError } from "../errors/index.js";
import type { ImageState } from "../observation/index.js";
import {
  advanceGroup,
  currentNode,
  type GroupAsk,
  type GroupLook,
  type GroupTurn,
  isAtRest,
  type RolloutRecord,
  type Stretch,
  stretch,
} from "../rollout/index.js";
import { type GroupLock, withGroupLock } from "./lock.js";
import { carryOut, limitMsOf, noteEvents, type readRecord, saveRecord } from "./rollout-asks.js";
import { askGate, giveBack, leaveGate, tellOutside } from "./rollout-gate.js";
import { factsOf, type GroupSight, imageOf, lookAtGroup } from "./rollout-look.js";
import {
  beginAnew,
  isYoung,
  keepTime,
  type Memory,
  noteAsk,
  progressOf,
  remember,
  takeAfter,
  takeNoted,
  takeOver,
  takeUntold,
} from "./rollout-memory.js";
import type { RolloutGate, RolloutScene } from "./rollout-scene.js";
import { event, isBooting, isTimeToTell, tell } from "./rollout-tell.js";

const LOOK_AGAIN_MS = 400;
/** As long is a look at the group good while a node boots. */
const SEEN_MS = 3_000;
const LONG: readonly GroupAsk["ask"][] = ["pull-image", "stage-image"];
/** So often in a row a group that answers may not be written to: then a person has to look. */
const UNWRITTEN = 10;

/**
 * Goes on with a group's rollout until it rests: done, paused, halted or aborted. Holds the group's lock all the time, so that membership, links and keys stay as they are.
 * `record` says under the lock what stands in the CIB, or writes it there: one that nobody drives would keep everybody else from beginning.
 * `fetchedMs` is when all nodes had fetched their images, where they have: then no turn waits for that again.
 * Throws DcnError as `withGroupLock`; what was under way then is found by `rollout resume`.
 */
export async function driveRollout(
  scene: RolloutScene,
  { name, record, fetchedMs }: Begun,
  gate: RolloutGate,
): Promise<RolloutRecord> {
  // The node that reboots is asked last for the lock: it would keep us waiting.
  const nodes = [...scene.nodes];
  const { group, transport, controller, clock, signal } = scene;
  const purpose = `rollout ${name}`;
  const options = { group, transport, nodes, purpose, step: "look", controller, clock, signal };
  return withGroupLock(options, async (lock) => {
    const memory = remember(await record(), clock.nowMs(), fetchedMs);
    try {
      await loop(scene, { lock, memory, gate, nodes });
      await giveBack(gate, memory, { stands: memory.record });
    } catch (error) {
      await leaveGate(scene, gate, { memory, error });
      await noteEvents({ ...scene, signal: undefined }, { id: memory.record.id, nodes }, memory.told);
      throw error;
    }
    // Who was away gets all of it now.
    await noteEvents({ ...scene, signal: undefined }, { id: memory.record.id, nodes }, memory.told);
    return memory.record;
  });
}

interface Begun {
  readonly name: string;
  readonly record: () => Promise<RolloutRecord>;
  readonly fetchedMs?: number | undefined;
}

interface Round {
  readonly lock: GroupLock;
  readonly memory: Memory;
  readonly gate: RolloutGate;
  readonly nodes: string[];
}

/** Until it rests. */
async function loop(scene: RolloutScene, { lock, memory, gate, nodes }: Round): Promise<void> {
  const { clock, signal } = scene;
  while (!isAtRest(memory.record)) {
    signal?.throwIfAborted();
    const before = memory.record;
    const asked = await round(scene, { lock, memory, gate, nodes });
    // What was just done in a node's turn is looked at at once; only who waits has time, and so has what is asked for between turns, until it is done.
    const isInTurn = asked && currentNode(before) !== undefined;
    const isOver = isAtRest(memory.record);
    const isBusy = isInTurn || memory.record !== before || isOver;
    if (isOver || isTimeToTell(memory, isBusy, clock.nowMs())) tellNodes(scene, memory, nodes);
    if (!isBusy) await Promise.all([memory.noting, clock.sleep(LOOK_AGAIN_MS, signal)]);
  }
  await memory.noting;
}

/** Notes are for people: the next step does not wait until all nodes have them. */
function tellNodes(scene: RolloutScene, memory: Memory, nodes: readonly string[]): void {
  const { id } = memory.record;
  const away = currentNode(memory.record);
  const here = nodes.filter((node) => node !== away);
  const events = takeUntold(memory);
  memory.noting = memory.noting.then(() => noteEvents(scene, { id, nodes: here }, events));
  // What it threw comes out where it is waited for.
  memory.noting.catch(() => undefined);
}

/** Whether a node was asked for something. */
async function round(scene: RolloutScene, { lock, memory, gate, nodes }: Round): Promise<boolean> {
  const current = currentNode(memory.record);
  nodes.sort((one, other) => Number(one === current) - Number(other === current));
  const next = current ?? memory.record.order.find((node) => memory.record.nodes[node]?.phase === "waiting");
  const begunMs = scene.clock.nowMs();
  const [sight, state] = await Promise.all([
    groupNow(scene, memory),
    next === undefined ? undefined : (takeAfter(memory, next, scene.clock.nowMs()) ?? imageOf(scene, next)),
  ]);
  takeRequest(scene, memory, sight);
  const list = state ?? (await listOf(scene, { current, sight }));
  if (current === undefined || memory.before === undefined) memory.before = sight?.cluster;
  const { standby } = memory.record;
  const facts = factsOf(scene, sight, { node: next, standby, before: memory.before, state, list });
  keepTime(memory, facts, scene.clock.nowMs());
  // What is known now serves for more than one line of the table, until something was done about it.
  for (;;) {
    const { record, progress } = memory;
    const look = { record, facts, progress, deadlines: scene.deadlines, waitsFor: undefined };
    const turn = await decide(scene, look, { gate, memory });
    const nowMs = scene.clock.nowMs();
    const begun = isYoung(begunMs, nowMs) ? progressOf(memory, turn.record, nowMs) : undefined;
    const way = stretch(turn, look, begun);
    const asked = await take(scene, { way, lock, memory, gate, nodes, begunMs });
    if (asked || memory.record === record || currentNode(memory.record) !== next) return asked;
    // Where a turn begins the outside was asked, and what was written may have waited for a node that dies: has it taken long, what is true now is looked at anew.
    if (!isYoung(begunMs, scene.clock.nowMs())) return asked;
  }
}

/** While a node boots the others are looked at less often: nothing is decided by them then, and where machines share processors, or lines are thin, every look slows the boot. */
async function groupNow(scene: RolloutScene, memory: Memory): Promise<GroupSight | undefined> {
  const { record, seen } = memory;
  const current = currentNode(record);
  if (isBooting(record) && seen !== undefined && scene.clock.nowMs() - seen.atMs < SEEN_MS) return seen.sight;
  const sight = await lookAtGroup(scene, { first: memory.through, except: current });
  memory.through = sight?.through;
  memory.seen = sight === undefined ? undefined : { sight, atMs: scene.clock.nowMs() };
  return sight;
}

/** The outside is asked only where a turn would begin: whoever gave a slot for another one would never get it back. */
async function decide(
  { clock }: RolloutScene,
  look: GroupLook,
  { gate, memory }: { readonly gate: RolloutGate; readonly memory: Memory },
): Promise<GroupTurn> {
  const turn = advanceGroup(look);
  const next = currentNode(turn.record);
  if (next === undefined || currentNode(look.record) !== undefined) return turn;
  const waitsFor = await askGate(gate, { memory, next, nowMs: clock.nowMs() });
  return waitsFor === undefined ? turn : advanceGroup({ ...look, waitsFor });
}

/** The list of denied images is the same everywhere but on a node that was away. */
async function listOf(
  scene: RolloutScene,
  { current, sight }: { readonly current: string | undefined; readonly sight: GroupSight | undefined },
): Promise<ImageState | undefined> {
  return current === undefined && sight !== undefined ? imageOf(scene, sight.through) : undefined;
}

/** Somebody else may write one thing into the record: that it is to pause or to end. */
function takeRequest({ clock }: RolloutScene, memory: Memory, sight: GroupSight | undefined): void {
  const seen = sight?.record;
  if (seen?.kind !== "record" || seen.record.id !== memory.record.id) return;
  if (seen.record.revision > memory.record.revision) takeOver(memory, seen.record, clock.nowMs());
}

interface Step extends Round {
  readonly way: Stretch;
  /** When the look began that it goes by. */
  readonly begunMs: number;
}

/** Writes down first, then does; whether it did something. */
async function take(scene: RolloutScene, step: Step): Promise<boolean> {
  const { way, lock, memory, gate, nodes } = step;
  const { clock, deadlines } = scene;
  const { through } = memory;
  const { last } = way;
  if (last.record === memory.record) tell(scene, memory, last);
  // Somebody was asked in this very round, so that what stands in the cluster is known.
  if (through === undefined) return false;
  await giveBack(gate, memory, { stands: memory.record, next: last.record });
  if (last.record !== memory.record) {
    await tellOutside(gate, memory, last.record);
    const written = await patiently(scene, memory, () => writeDown(scene, { way, lock, memory, through }));
    if (written !== "written") return written === "other";
  }
  for (const one of last.asks) {
    // Ours still? Whoever was stopped for an hour must not go on as if nothing had happened.
    if (!takeNoted(memory, stepOf(one), clock.nowMs())) {
      const isOurs = await patiently(scene, memory, () => lock.step(stepOf(one)).then(() => true));
      if (isOurs !== true || isStale(step, clock.nowMs())) return false;
    }
    memory.isLookedTwice = false;
    // It may take long, and whoever asks the others then is to hear of it.
    if (LONG.includes(one.ask)) tellNodes(scene, memory, nodes);
    const begunMs = clock.nowMs();
    const onState = (state: ImageState): void => {
      memory.after = { node: one.node, state, atMs: clock.nowMs() };
    };
    const trouble = await carryOut(scene, one, { record: memory.record, through, onState });
    noteAsk(memory, { begunMs, nowMs: clock.nowMs(), limitMs: limitMsOf(one.ask, deadlines), trouble });
    event(scene, memory, {
      node: one.node,
      text: trouble === undefined ? one.ask : `${one.ask}: ${trouble.words}`,
    });
  }
  return last.asks.length > 0;
}

/** Once for each ask: in a cluster where everything is slow it would never come to it. */
function isStale({ memory, begunMs }: Step, nowMs: number): boolean {
  memory.isLookedTwice = !memory.isLookedTwice && !isYoung(begunMs, nowMs);
  return memory.isLookedTwice;
}

function stepOf({ node, ask }: GroupAsk): string {
  return `${node}: ${ask}`;
}

/** A write that could not be made; another look says what is true now. Throws what does not pass, and what comes time and again. */
async function patiently<Result>(
  { signal }: RolloutScene,
  memory: Memory,
  write: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    const result = await write();
    memory.unwritten = 0;
    return result;
  } catch (error) {
    memory.unwritten += 1;
    const isDone = signal?.aborted === true || memory.unwritten >= UNWRITTEN;
    const mayPass = error instanceof DcnError && error.retryable && error.code !== "LOCK_LOST";
    if (isDone || !mayPass) throw error;
    return undefined;
  }
}

/** Whether the end of the way stands in the cluster now, and in the lock what is asked for next, or something else. */
async function writeDown(
  scene: RolloutScene,
  { way, lock, memory, through }: Pick<Step, "way" | "lock" | "memory"> & { readonly through: string },
): Promise<"written" | "other"> {
  const { record: before } = memory;
  const { turns, last, foreseen } = way;
  const step = foreseen === undefined ? undefined : stepOf(foreseen);
  const note = lock.noting(step);
  const saved = await saveRecord(scene, through, { before, next: last.record, lock: note.value });
  const nowMs = scene.clock.nowMs();
  if ("now" in saved) {
    takeOver(memory, otherThan(scene, before, saved.now), nowMs);
    return "other";
  }
  if (saved.noted) {
    note.made();
    memory.noted = step === undefined ? undefined : { step, atMs: nowMs };
  }
  for (const turn of turns) {
    tell(scene, memory, turn);
    memory.record = turn.record;
  }
  memory.record = saved.record;
  beginAnew(memory, nowMs);
  return "written";
}

/** The record was written by somebody else: a request to pause or to end is taken over, anything else is none of ours. */
function otherThan(
  { group }: RolloutScene,
  ours: RolloutRecord,
  now: Awaited<ReturnType<typeof readRecord>>,
): RolloutRecord {
  if (now.kind === "record" && now.record.id === ours.id) return now.record;
  const text = `${group}: another rollout stands in the cluster now; we stopped where we were`;
  throw new DcnError("busy", "OTHER_ROLLOUT", text, { hint: `dcn-ha rollout status says which` });
}
