// Drives one group's rollout: look, decide, write down, do; again and again until it rests. What a killed one left, the next finds (docs/rollouts.md).
import { DcnError } from "../errors/index.js";
import type { ClusterObservation, ImageState } from "../observation/index.js";
import {
  advanceGroup,
  currentNode,
  type GroupFacts,
  type GroupTurn,
  isAtRest,
  type PhaseProgress,
  type RolloutRecord,
} from "../rollout/index.js";
import { type GroupLock, withGroupLock } from "./lock.js";
import { carryOut, noteEvents, readRecord, saveRecord } from "./rollout-asks.js";
import { factsOf, type GroupSight, imageOf, lookAtGroup } from "./rollout-look.js";
import type { RolloutEvent, RolloutGate, RolloutScene } from "./rollout-scene.js";

const LOOK_AGAIN_MS = 400;
const GATE_AGAIN_MS = 15_000;
/** Longer between two looks than this: this process was stopped, and what it knew of times is worth nothing. */
const PAUSED_MS = 60_000;

/** What the loop remembers between looks, none of it needed to go on: a fresh one is as good. */
interface Memory {
  record: RolloutRecord;
  through: string | undefined;
  before: ClusterObservation | undefined;
  progress: PhaseProgress;
  sinceMs: number;
  askedMs: number;
  wellSinceMs: number | undefined;
  up: { readonly boot: string; readonly sinceMs: number } | undefined;
  lookedMs: number;
  number: number;
  said: string;
  /** What the outside said last, and about which node. */
  gate: { readonly node: string; readonly why: string | undefined; readonly askedMs: number } | undefined;
  untold: RolloutEvent[];
  readonly told: RolloutEvent[];
}

/**
 * Goes on with a group's rollout until it rests: done, paused, halted or aborted. Holds the group's lock all the time, so that membership, links and keys stay as they are.
 * `record` is what stands in the CIB. Throws DcnError as `withGroupLock`; what was under way then is found by `rollout resume`.
 */
export async function driveRollout(
  scene: RolloutScene,
  record: RolloutRecord,
  gate: RolloutGate,
): Promise<RolloutRecord> {
  // The node that reboots is asked last for the lock: it would keep us waiting.
  const nodes = [...scene.nodes];
  const { group, transport, controller, clock, signal } = scene;
  const purpose = `rollout ${record.name}`;
  const options = { group, transport, nodes, purpose, step: "look", controller, clock, signal };
  return withGroupLock(options, async (lock) => {
    // Written since we read it, by whoever held the lock then.
    const state = await readRecord({ ...scene, nodes });
    const now = state.kind === "record" && state.record.id === record.id ? state.record : record;
    const memory = remember(now, clock.nowMs());
    while (!isAtRest(memory.record)) {
      signal?.throwIfAborted();
      await round(scene, { lock, memory, gate, nodes });
      const away = currentNode(memory.record);
      const here = nodes.filter((node) => node !== away);
      await noteEvents(scene, { id: record.id, nodes: here }, memory.untold);
      memory.untold = [];
      if (!isAtRest(memory.record)) await clock.sleep(LOOK_AGAIN_MS, signal);
    }
    // Who was away gets all of it now.
    await noteEvents({ ...scene, signal: undefined }, { id: record.id, nodes }, memory.told);
    return memory.record;
  });
}

function remember(record: RolloutRecord, nowMs: number): Memory {
  return {
    record,
    through: undefined,
    before: undefined,
    progress: FRESH,
    sinceMs: nowMs,
    askedMs: nowMs,
    wellSinceMs: undefined,
    up: undefined,
    lookedMs: nowMs,
    number: 0,
    said: "",
    gate: undefined,
    untold: [],
    told: [],
  };
}

const FRESH: PhaseProgress = { inPhaseMs: 0, asks: 0, askedMsAgo: 0, trouble: undefined, upMs: 0, wellMs: 0 };

interface Round {
  readonly lock: GroupLock;
  readonly memory: Memory;
  readonly gate: RolloutGate;
  readonly nodes: string[];
}

async function round(scene: RolloutScene, { lock, memory, gate, nodes }: Round): Promise<void> {
  const current = currentNode(memory.record);
  nodes.sort((one, other) => Number(one === current) - Number(other === current));
  const next = current ?? memory.record.order.find((node) => memory.record.nodes[node]?.phase === "waiting");
  const [sight, state] = await Promise.all([
    lookAtGroup(scene, { first: memory.through, except: current }),
    next === undefined ? undefined : imageOf(scene, next),
  ]);
  memory.through = sight?.through;
  takeRequest(memory, sight);
  const list = state ?? (await listOf(scene, { current, sight }));
  if (current === undefined || memory.before === undefined) memory.before = sight?.cluster;
  const { standby } = memory.record;
  const facts = factsOf(scene, sight, { node: next, standby, before: memory.before, state, list });
  keepTime(memory, facts, scene.clock.nowMs());
  const isBetween = current === undefined && next !== undefined && memory.record.state === "running";
  const waitsFor = isBetween ? await askGate(gate, { memory, next, nowMs: scene.clock.nowMs() }) : undefined;
  // What is known now serves for more than one line of the table, until something was done about it.
  for (let more = true; more; ) {
    const { record, progress } = memory;
    const turn = advanceGroup({ record, facts, progress, deadlines: scene.deadlines, waitsFor });
    const asked = await take(scene, { turn, lock, memory });
    await tellOutside(gate, record, memory.record);
    more = !asked && memory.record !== record && currentNode(memory.record) === next;
  }
}

/** A no is believed for a while: hooks and other people's servers are not asked at every look. */
async function askGate(
  gate: RolloutGate,
  { memory, next, nowMs }: { readonly memory: Memory; readonly next: string; readonly nowMs: number },
): Promise<string | undefined> {
  const { gate: last } = memory;
  if (last?.node === next && last.why !== undefined && nowMs - last.askedMs < GATE_AGAIN_MS) return last.why;
  const why = await gate.mayBegin(next);
  memory.gate = { node: next, why, askedMs: nowMs };
  return why;
}

/** Tells the outside of a turn that has just ended. */
async function tellOutside(gate: RolloutGate, before: RolloutRecord, now: RolloutRecord): Promise<void> {
  const node = currentNode(before);
  if (node === undefined || gate.afterTurn === undefined) return;
  const { phase, outcome } = now.nodes[node] ?? {};
  if (phase !== "over" && phase !== "waiting") return;
  const isAway = outcome === "unreachable" || outcome === "stuck-red" || outcome === "cannot-rejoin";
  await gate.afterTurn(node, !isAway);
}

/** The list of denied images is the same everywhere but on a node that was away. */
async function listOf(
  scene: RolloutScene,
  { current, sight }: { readonly current: string | undefined; readonly sight: GroupSight | undefined },
): Promise<ImageState | undefined> {
  return current === undefined && sight !== undefined ? imageOf(scene, sight.through) : undefined;
}

/** Somebody else may write one thing into the record: that it is to pause or to end. */
function takeRequest(memory: Memory, sight: GroupSight | undefined): void {
  const seen = sight?.record;
  if (seen?.kind !== "record" || seen.record.id !== memory.record.id) return;
  if (seen.record.revision > memory.record.revision) memory.record = seen.record;
}

function keepTime(memory: Memory, facts: GroupFacts, nowMs: number): void {
  if (nowMs - memory.lookedMs > PAUSED_MS) {
    memory.sinceMs = nowMs;
    memory.wellSinceMs = undefined;
    memory.up = undefined;
    memory.progress = FRESH;
  }
  memory.wellSinceMs = isWell(facts) ? (memory.wellSinceMs ?? nowMs) : undefined;
  const boot = facts.node?.answers === true ? facts.node.bootId : undefined;
  if (boot === undefined) memory.up = undefined;
  else if (boot !== memory.up?.boot) memory.up = { boot, sinceMs: nowMs };
  const forMs = (sinceMs: number | undefined): number => (sinceMs === undefined ? 0 : nowMs - sinceMs);
  memory.lookedMs = nowMs;
  memory.progress = {
    ...memory.progress,
    inPhaseMs: forMs(memory.sinceMs),
    askedMsAgo: forMs(memory.askedMs),
    upMs: forMs(memory.up?.sinceMs),
    wellMs: Math.min(forMs(memory.wellSinceMs), forMs(memory.sinceMs)),
  };
}

/** In a person's standby a node is as well as it can be. */
function isWell({ node, ails }: GroupFacts): boolean {
  const isIn = node?.member === "online" || (node?.member === "standby" && node.standby === "a person's");
  return isIn && node.worse.length === 0 && ails?.length === 0;
}

/** Writes down first, then does; whether it did something. */
async function take(
  scene: RolloutScene,
  { turn, lock, memory }: { readonly turn: GroupTurn; readonly lock: GroupLock; readonly memory: Memory },
): Promise<boolean> {
  const through = memory.through;
  if (through === undefined && turn.record !== memory.record) return false;
  tell(scene, memory, turn);
  if (through === undefined) return false;
  if (turn.record !== memory.record) {
    const saved = await saveRecord(scene, through, { before: memory.record, next: turn.record });
    if ("now" in saved) {
      memory.record = otherThan(scene, memory.record, saved.now);
      return true;
    }
    memory.record = saved.record;
    memory.sinceMs = scene.clock.nowMs();
    memory.progress = FRESH;
  }
  for (const one of turn.asks) {
    // Ours still? Whoever was stopped for an hour must not go on as if nothing had happened.
    await lock.step(`${one.node}: ${one.ask}`);
    const trouble = await carryOut(scene, one, { record: memory.record, through });
    memory.askedMs = scene.clock.nowMs();
    memory.progress = { ...memory.progress, asks: memory.progress.asks + 1, trouble };
    event(scene, memory, {
      node: one.node,
      text: trouble === undefined ? one.ask : `${one.ask}: ${trouble}`,
    });
  }
  return turn.asks.length > 0;
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

function tell(scene: RolloutScene, memory: Memory, turn: GroupTurn): void {
  const { record, waits } = turn;
  if (waits !== undefined && memory.said !== waits) event(scene, memory, { text: `waits: ${waits}` });
  memory.said = waits ?? "";
  if (record === memory.record) return;
  const node = currentNode(memory.record) ?? currentNode(record);
  if (node !== undefined) tellNode(scene, memory, { turn, node });
  if (record.state === memory.record.state) return;
  const { state, why } = record;
  event(scene, memory, { state, text: why === undefined ? state : `${state}: ${why}` });
}

function tellNode(
  scene: RolloutScene,
  memory: Memory,
  { turn, node }: { readonly turn: GroupTurn; readonly node: string },
): void {
  const now = turn.record.nodes[node];
  if (now === undefined || now.phase === memory.record.nodes[node]?.phase) return;
  const { phase, outcome, evidence } = now;
  const name = phase === "over" ? (outcome ?? phase) : phase;
  const why = outcome === undefined || evidence === undefined ? "" : ` (${evidence})`;
  const says = turn.rule?.says ?? (isLastOld(turn.record) ? LAST_OLD : "its turn");
  const text = `${name}: ${says}${why}`;
  event(scene, memory, { node, phase, ...(outcome === undefined ? {} : { outcome }), text });
}

const LAST_OLD =
  "its turn; the last node with the old feature set, a point of no return: after it an old image does not join any more";

/** Nobody waits behind the node whose turn begins, and Pacemaker's feature set rises. */
function isLastOld({ rises, nodes }: RolloutRecord): boolean {
  return rises === true && Object.values(nodes).every(({ phase }) => phase !== "waiting");
}

function event(scene: RolloutScene, memory: Memory, what: Omit<RolloutEvent, "number" | "at">): void {
  memory.number += 1;
  const at = new Date(scene.clock.wallMs()).toISOString();
  // Numbers of a later controller come after those of an earlier one.
  const one = { number: memory.record.revision * 1_000 + memory.number, at, ...what };
  memory.untold.push(one);
  memory.told.push(one);
  scene.onEvent(one);
}
