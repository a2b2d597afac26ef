// A controller as the workflow is one: look, decide, write, ask; each `yield` is an I/O point, where it may be killed, paused or late.
import {
  advanceGroup,
  currentNode,
  type Deadlines,
  type GroupFacts,
  type GroupLook,
  type GroupTurn,
  isAtRest,
  type RolloutRecord,
  resumed,
} from "../../src/rollout/index.js";
import type { Answer, Group, Guards, Holder } from "./group.js";
import { lookAt } from "./looker.js";
import type { Chance } from "./random.js";
import { NEW } from "./world.js";

export const DEADLINES: Deadlines = {
  fetchMs: 120_000,
  drainMs: 60_000,
  stageMs: 90_000,
  stopMs: 60_000,
  rebootMs: 150_000,
  greenMs: 240_000,
  joinMs: 90_000,
  returnMs: 60_000,
  soakMs: 20_000,
};

/** A look older than this is none, in seconds. */
const LOOK_AGE = 10;

/** A controller, or a machine, that does something wrong. */
export interface Mutant {
  readonly guards?: Partial<Guards>;
  readonly sees?: (facts: GroupFacts, record: RolloutRecord) => GroupFacts;
  readonly turns?: (turn: GroupTurn, look: GroupLook, group: Group) => GroupTurn;
  readonly keepsLock?: boolean;
  readonly goesByOldLooks?: boolean;
}

/** What a controller is told. */
export interface Orders {
  readonly verb: "start" | "resume" | "abort";
  readonly id: string;
  readonly chance: Chance;
  /** Share of asks of which nobody hears whether they were done. */
  readonly lost: number;
  readonly waitsFor: () => string | undefined;
  readonly mutant: Mutant;
}

/** How a controller ended by itself. */
export type End = "rest" | "held" | "lost" | "nothing to do";

interface Progress {
  readonly key: string;
  readonly since: number;
  asks: number;
  askedAt: number;
  trouble: string | undefined;
  wellSince: number | undefined;
  boot: string | undefined;
  bootSince: number;
}

/** One controller's life. */
export function* controller(group: Group, holder: Holder, orders: Orders): Generator<string, End, undefined> {
  const { mutant } = orders;
  const guards = { lock: true, owner: true, ...mutant.guards };
  for (;;) {
    yield "take the lock";
    const took = group.take(holder);
    if (took === "held") return "held";
    if (took === "taken") break;
  }
  let begun = false;
  let progress: Progress | undefined;
  for (;;) {
    yield "look";
    if (!group.answers) continue;
    if (guards.lock && group.lock !== holder) return "lost";
    const seenAt = group.world.now;
    const before = group.record;
    const first = begun ? before : opening(group, before, orders);
    if (first === undefined) {
      yield "give the lock back";
      group.release(holder);
      return "nothing to do";
    }
    if (first !== before) {
      yield "write";
      if (group.write(holder, before, first) !== undefined) begun = true;
      continue;
    }
    begun = true;
    progress = progressOf(group, first, progress);
    const look = lookOf(group, first, orders, progress);
    const turned = advanceGroup(look);
    const turn = mutant.turns?.(turned, look, group) ?? turned;
    let record: RolloutRecord = first;
    const isOld = (): boolean => group.world.now - seenAt > LOOK_AGE && mutant.goesByOldLooks !== true;
    if (turn.record !== first) {
      yield "write";
      const written = isOld()
        ? undefined
        : group.write(guards.lock ? holder : (group.lock ?? holder), first, turn.record);
      if (written === undefined) continue;
      record = written;
    }
    const answers: Answer[] = [];
    for (const ask of turn.asks) {
      yield `ask ${ask.ask}`;
      if (isOld()) break;
      answers.push(carryOut(() => group.carryOut(ask, holder, guards), orders));
    }
    if (answers.length > 0) noteAnswers(progress, answers, group.world.now);
    if (isAtRest(record)) {
      do yield "give the lock back";
      while (mutant.keepsLock !== true && !group.release(holder));
      return "rest";
    }
    yield "sleep";
  }
}

/** The record to begin with; the same one to go on with, undefined: nothing to do. */
function opening(
  { world }: Group,
  record: RolloutRecord | undefined,
  { verb, id, chance }: Orders,
): RolloutRecord | undefined {
  const rests = record === undefined || isAtRest(record);
  if (verb === "start" && rests) {
    const order = world.nodes.map(({ name }) => name);
    // Seldom as they are named: from an end that the last start did not begin with.
    if (chance.happens(0.3)) order.reverse();
    return {
      id,
      revision: 1,
      name: "v2",
      state: "running",
      since: "2026-01-01T00:00:00Z",
      standby: world.nodes.filter(({ standby }) => standby === "a person's").map(({ name }) => name),
      order,
      nodes: Object.fromEntries(order.map((name) => [name, { phase: "waiting" as const, target: NEW }])),
      denied: [],
    };
  }
  if (record === undefined) return undefined;
  if (verb === "abort")
    return record.state === "done" || record.state === "aborting" ? record : { ...record, state: "aborting" };
  return rests && (record.state === "paused" || record.state === "halted") ? resumed(record) : record;
}

function progressOf({ world }: Group, record: RolloutRecord, before: Progress | undefined): Progress {
  const node = currentNode(record);
  const key = `${node ?? ""} ${node === undefined ? record.state : (record.nodes[node]?.phase ?? "")}`;
  if (before?.key === key) return before;
  const boot = { boot: before?.boot, bootSince: before?.bootSince ?? world.now };
  return { key, since: world.now, asks: 0, askedAt: 0, trouble: undefined, wellSince: undefined, ...boot };
}

function lookOf(group: Group, record: RolloutRecord, orders: Orders, progress: Progress): GroupLook {
  const { now } = group.world;
  const next = record.order.find((name) => record.nodes[name]?.phase === "waiting");
  const seen = lookAt(group, currentNode(record) ?? next);
  const facts = orders.mutant.sees?.(seen, record) ?? seen;
  const { node } = facts;
  // One that a person has put in standby is as well as it can be.
  const isIn = node?.member === "online" || (node?.member === "standby" && node.standby === "a person's");
  const isWell = facts.ails?.length === 0 && isIn && node.answers && node.worse.length === 0;
  progress.wellSince = isWell ? (progress.wellSince ?? now) : undefined;
  if (node?.bootId !== progress.boot) [progress.boot, progress.bootSince] = [node?.bootId, now];
  return {
    record,
    facts,
    deadlines: DEADLINES,
    waitsFor: orders.waitsFor(),
    progress: {
      inPhaseMs: (now - progress.since) * 1000,
      asks: progress.asks,
      askedMsAgo: (now - progress.askedAt) * 1000,
      trouble: progress.trouble,
      upMs: progress.boot === undefined ? 0 : (now - progress.bootSince) * 1000,
      wellMs: progress.wellSince === undefined ? 0 : (now - progress.wellSince) * 1000,
    },
  };
}

/** An ask may be lost on its way there, or its answer on the way back. */
function carryOut(ask: () => Answer, { chance, lost }: Orders): Answer {
  if (chance.happens(lost / 2)) return { trouble: "the connection broke" };
  const answer = ask();
  return chance.happens(lost / 2) ? { trouble: "the connection broke" } : answer;
}

function noteAnswers(progress: Progress, answers: readonly Answer[], now: number): void {
  progress.asks += 1;
  progress.askedAt = now;
  const troubles = answers.flatMap((answer) => (answer === "done" ? [] : [answer.trouble]));
  progress.trouble = troubles.length === 0 ? undefined : troubles.join("; ");
}
