// What the loop of a rollout remembers between two looks: since when, how often asked, and whether it was stopped meanwhile (docs/rollouts.md).
import type { ClusterObservation, ImageState } from "../observation/index.js";
import {
  currentNode,
  type GroupFacts,
  NEW_PHASE,
  type PhaseProgress,
  type RolloutRecord,
} from "../rollout/index.js";
import type { Hindrance } from "./rollout-asks.js";
import type { GroupSight } from "./rollout-look.js";
import type { RolloutEvent } from "./rollout-scene.js";

/** Longer between two looks than this: this process was stopped, and what it knew of times is worth nothing. */
const PAUSED_MS = 60_000;
/** Longer ago than this it is asked again. */
const JUST_NOW_MS = 2_000;
/** As long is what the plan had the nodes fetch believed to lie there still. */
const FETCHED_MS = 600_000;

/** None of it is needed to go on: a fresh one is as good. */
export interface Memory {
  record: RolloutRecord;
  through: string | undefined;
  seen: { readonly sight: GroupSight; readonly atMs: number } | undefined;
  before: ClusterObservation | undefined;
  progress: PhaseProgress;
  sinceMs: number;
  askedMs: number;
  wellSinceMs: number | undefined;
  up: { readonly boot: string; readonly sinceMs: number } | undefined;
  /** When it was known last that this process runs. */
  lookedMs: number;
  number: number;
  said: string;
  /** What the outside said last, and about which node; its yes is forgotten once that turn has begun, or it was told that it does not. */
  gate: { readonly node: string; readonly why: string | undefined; readonly askedMs: number } | undefined;
  /** The outside was told that the turn under way has ended. */
  isToldOver: boolean;
  /** How often in a row the cluster could not be written to. */
  unwritten: number;
  untold: RolloutEvent[];
  readonly told: RolloutEvent[];
  /** What the node that was asked last said of its images right afterwards. */
  after: { readonly node: string; readonly state: ImageState; readonly atMs: number } | undefined;
  /** The step that went into the lock with the last write of the record. */
  noted: { readonly step: string; readonly atMs: number } | undefined;
  /** The lock was slow before the ask that is due, so that what was seen before that was looked at once more. */
  isLookedTwice: boolean;
  /** What the nodes are told goes out one after the other. */
  noting: Promise<void>;
  /** When the plan had every node fetch its image. */
  readonly fetchedMs: number | undefined;
}

/** As one who has just begun to look; `fetchedMs` is when the nodes had fetched their images, where they have. */
export function remember(record: RolloutRecord, nowMs: number, fetchedMs: number | undefined): Memory {
  return {
    record,
    through: undefined,
    seen: undefined,
    before: undefined,
    progress: NEW_PHASE,
    sinceMs: nowMs,
    askedMs: nowMs,
    wellSinceMs: undefined,
    up: undefined,
    lookedMs: nowMs,
    number: 0,
    said: "",
    gate: undefined,
    isToldOver: false,
    unwritten: 0,
    untold: [],
    told: [],
    after: undefined,
    noted: undefined,
    isLookedTwice: false,
    noting: Promise.resolve(),
    fetchedMs,
  };
}

/** Whether the lock was ours just now and has this step; asked once. */
export function takeNoted(memory: Memory, step: string, nowMs: number): boolean {
  const { noted } = memory;
  memory.noted = undefined;
  return noted?.step === step && nowMs - noted.atMs < JUST_NOW_MS;
}

/** What the nodes have not been told yet, once. */
export function takeUntold(memory: Memory): RolloutEvent[] {
  const { untold } = memory;
  memory.untold = [];
  return untold;
}

/** What this node said with its last answer, once, and only where that was just now. */
export function takeAfter(memory: Memory, node: string, nowMs: number): ImageState | undefined {
  const { after } = memory;
  memory.after = undefined;
  return after?.node === node && nowMs - after.atMs < JUST_NOW_MS ? after.state : undefined;
}

/** The record that stands now: in another phase everything counts anew. */
export function takeOver(memory: Memory, record: RolloutRecord, nowMs: number): void {
  const isElsewhere = placeIn(record) !== placeIn(memory.record);
  memory.record = record;
  if (isElsewhere) beginAnew(memory, nowMs);
}

/** Another phase begins. */
export function beginAnew(memory: Memory, nowMs: number): void {
  memory.sinceMs = nowMs;
  memory.progress = progressOf(memory, memory.record, nowMs);
}

/** With what progress the record's phase begins: an image that was fetched for the plan need not be asked for once more. */
export function progressOf({ fetchedMs }: Memory, record: RolloutRecord, nowMs: number): PhaseProgress {
  const isFetching = record.nodes[currentNode(record) ?? ""]?.phase === "fetching";
  const isThere = fetchedMs !== undefined && nowMs - fetchedMs < FETCHED_MS;
  return isFetching && isThere ? { ...NEW_PHASE, asks: 1 } : NEW_PHASE;
}

/** Whether what a look that began then has said is as good as now. */
export function isYoung(begunMs: number, nowMs: number): boolean {
  return nowMs - begunMs < JUST_NOW_MS;
}

function placeIn(record: RolloutRecord): string {
  const node = currentNode(record);
  return node === undefined ? record.state : `${node} ${record.nodes[node]?.phase ?? ""}`;
}

/**
 * One ask more. The time that it may take is no pause: what a slow source does would never come to its deadline. A node that is busy has not failed: what
 * was asked for before, of which nobody heard, may still be done, and how long it may take is the deadline's to say.
 */
export function noteAsk(memory: Memory, { begunMs, nowMs, limitMs, trouble }: AskEnd): void {
  memory.lookedMs += Math.min(nowMs - begunMs, limitMs);
  memory.askedMs = nowMs;
  const asks = trouble?.isBusy === true ? 1 : memory.progress.asks + 1;
  memory.progress = { ...memory.progress, asks, trouble: trouble?.words };
}

interface AskEnd {
  readonly begunMs: number;
  readonly nowMs: number;
  /** Longer than this it does not take by itself. */
  readonly limitMs: number;
  readonly trouble: Hindrance | undefined;
}

/** Counts times up to this look; all anew where this process was stopped. */
export function keepTime(memory: Memory, facts: GroupFacts, nowMs: number): void {
  if (nowMs - memory.lookedMs > PAUSED_MS) {
    beginAnew(memory, nowMs);
    memory.up = undefined;
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
