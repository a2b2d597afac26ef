// `monitor`: follows what Pacemaker tells its alert agents on all nodes, and looks itself only where that leaves something open.
import { setMaxListeners } from "node:events";
import { deviceWaitMs } from "../cluster/index.js";
import {
  CatchUp,
  createLooker,
  type DarkNews,
  Darkness,
  followNode,
  type HeldNews,
  type Memory,
  type NodeNews,
  type Turns,
} from "../monitor/index.js";
import type { SpoolEvent, SpoolPosition } from "../observation/index.js";
import type { ResolvedGroup } from "../profile/index.js";
import type { Clock } from "../time/index.js";
import {
  addFact,
  type Fact,
  factOf,
  type Incident,
  type Sample,
  settle,
  type WatchRules,
} from "../timeline/index.js";
import type { StreamingTransport } from "../transport/index.js";
import { promisesOf } from "./promise.js";

/** Whom to watch. */
export interface WatchOptions {
  readonly group: Pick<ResolvedGroup, "name" | "model" | "workloads" | "timing">;
  readonly transport: StreamingTransport;
  readonly clock: Clock;
  readonly memory: Memory;
  /** Called at once, in order; what it leaves undone when it returns is not asked for again. */
  readonly onNews: (news: WatchNews) => void;
  /** Shared by all groups that are watched together. */
  readonly turns: Turns;
  readonly signal: AbortSignal;
}

/** What a watcher tells; `id` is the same for the same news, also after a restart. Wall times in milliseconds. */
export type WatchNews = { readonly atMs: number } & (
  | DarkNews
  | { readonly kind: "found"; readonly sample: Sample }
  /** An event of a node; `text` is empty where another node told it already, or where nothing changed. */
  | { readonly kind: "event"; readonly id: string; readonly text: string; readonly event: SpoolEvent }
  /** What a look found that no event had told. */
  | { readonly kind: "noticed"; readonly id: string; readonly text: string }
  | { readonly kind: "incident"; readonly id: string; readonly incident: Incident }
  | {
      readonly kind: "node";
      readonly node: string;
      readonly is: "followed" | "silent";
      readonly text: string;
    }
  | {
      readonly kind: "missed";
      readonly id: string;
      readonly node: string;
      readonly count: number;
      readonly text: string;
    }
);

const MEMBERSHIP_SYNC_MS = 100;
/** How long after an event its consequences are looked at. */
const SETTLED_MS = 1_000;
/** What no event told in this time, a look finds. */
const LOOK_EVERY_MS = 60_000;
const TICK_MS = 500;

/** Watches until aborted. */
export async function watchGroup(options: WatchOptions): Promise<void> {
  const ends = new AbortController();
  const signal = AbortSignal.any([options.signal, ends.signal]);
  // Each node listens in several places, and Node calls eleven a leak on standard error.
  setMaxListeners(0, signal);
  const watcher = new Watcher({ ...options, signal });
  const { group, transport, clock, memory, turns } = options;
  const nodes = group.model.corosync.nodes.map(({ name }) => name);
  try {
    await Promise.all([
      watcher.looks(),
      ...nodes.map((node) =>
        followNode({
          node,
          transport,
          clock,
          position: memory.content.positions[node],
          onNews: (news) => watcher.take(news),
          turns,
          signal,
        }),
      ),
    ]);
  } finally {
    ends.abort();
  }
}

/** The bound of each workload's outage, and how late a cluster learns that a node died. */
export function watchRules(group: WatchOptions["group"]): WatchRules {
  const { timing, workloads } = group;
  const promised = promisesOf(group);
  return {
    lagMs: timing.tokenMs + timing.consensusMs + deviceWaitMs(timing) + MEMBERSHIP_SYNC_MS,
    workloads: workloads.map(({ name, primitives }) => ({
      name,
      primitives,
      promisedMs: promised(primitives, true).totalMs,
    })),
  };
}

class Watcher {
  private readonly rules: WatchRules;
  /** By when to look, but not before each node has told what it knows or was found silent: looks would connect too. */
  private dueMs = 0;
  private readonly catchUp: CatchUp;
  private found = false;
  /** Whether they refuse us, of those that do not answer. */
  private readonly silent = new Map<string, boolean>();
  private readonly darkness: Darkness;

  constructor(private readonly options: WatchOptions) {
    const { group, memory, clock, onNews } = options;
    const { nodes } = group.model.corosync;
    this.rules = watchRules(group);
    this.catchUp = new CatchUp(
      nodes.map(({ name }) => name),
      clock,
    );
    this.darkness = new Darkness({ group: group.name, nodes: nodes.length, memory, clock, onNews });
  }

  /** Looks when something is due, and ends incidents. */
  async looks(): Promise<void> {
    const { clock, signal, group, transport } = this.options;
    const looker = createLooker({
      model: group.model,
      transport,
      clock,
      spared: (node) => this.silent.get(node) === true,
      signal,
    });
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      if (this.tellHeld() && clock.nowMs() >= this.dueMs) {
        this.dueMs = clock.nowMs() + LOOK_EVERY_MS;
        const fromMs = clock.wallMs();
        const sample = await looker.look();
        if (isOver()) return;
        this.looked(sample, fromMs);
      }
      if (this.tellHeld()) this.settle(clock.wallMs());
      await clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  take(news: NodeNews): void {
    this.catchUp.hear(news);
    if (news.kind === "followed") this.followed(news);
    else if (news.kind === "silent") this.fellSilent(news);
    this.tellHeld();
  }

  /** Tells what was held, unless somebody has to be waited for; true where all is told. */
  private tellHeld(): boolean {
    if (this.catchUp.waits) return false;
    for (const news of this.catchUp.release()) {
      if (news.kind === "alive") this.add(news);
      else this.tell(news);
    }
    return true;
  }

  private tell(news: Exclude<HeldNews, { kind: "alive" }>): void {
    const { memory, onNews, group } = this.options;
    const { node, atMs, position } = news;
    const place = (of: SpoolPosition): string => `${group.name}/${node}/${of.boot.slice(0, 8)}/${of.seq}`;
    if (news.kind === "event") {
      // As a watcher at that time would have had it.
      this.settle(atMs);
      const fact = factOf(news.event, atMs);
      const text = fact === undefined ? news.event.desc : this.add(fact).join("; ");
      memory.content.positions[node] = news.position;
      onNews({ kind: "event", atMs, id: place(news.position), text, event: news.event });
    } else {
      const text = `${news.count} ${news.count === 1 ? "event" : "events"} of ${node} cannot be told any more; looking instead`;
      if (position !== undefined) memory.content.positions[node] = position;
      const id = `${place(position ?? { boot: "", seq: 0 })}/missed`;
      onNews({ kind: "missed", atMs, id, node, count: news.count, text });
    }
    this.due(news.kind === "event" ? SETTLED_MS : 0);
    memory.save();
  }

  private followed({ node, atMs, position }: Extract<NodeNews, { kind: "followed" }>): void {
    const { memory, onNews } = this.options;
    if (position !== undefined) memory.content.positions[node] = position;
    if (this.silent.delete(node)) {
      onNews({ kind: "node", atMs, node, is: "followed", text: `${node} answers us` });
      this.due(0);
    }
    this.darkness.answered();
    memory.save();
  }

  /** Told once; and once more where it turns out that it refuses us. */
  private fellSilent({ node, atMs, reason, refused }: Extract<NodeNews, { kind: "silent" }>): void {
    const before = this.silent.get(node);
    this.silent.set(node, refused);
    this.darkness.fellSilent(this.silent.size);
    if (before !== undefined && (before || !refused)) return;
    const how = refused ? "refuses us, and is asked again every 30 s" : "does not answer us";
    this.options.onNews({ kind: "node", atMs, node, is: "silent", text: `${node} ${how}: ${reason}` });
    this.due(0);
  }

  private due(inMs: number): void {
    this.dueMs = Math.min(this.dueMs, this.options.clock.nowMs() + inMs);
  }

  private add(fact: Fact): string[] {
    const { content } = this.options.memory;
    const step = addFact(content.watch, fact, this.rules);
    content.watch = step.state;
    return step.told.map(({ text }) => text).filter((text) => text !== "");
  }

  private looked(sample: Sample, fromMs: number): void {
    const { clock, onNews, memory, group } = this.options;
    const { nodes, workloads, quorate } = sample;
    const atMs = clock.wallMs();
    if (nodes === undefined) {
      const againMs = this.darkness.sawNobody();
      if (againMs !== undefined) this.due(againMs);
      return;
    }
    if (!this.tellHeld()) {
      // Beside what it saw, what a node is about to tell would be old.
      this.due(0);
      return;
    }
    this.darkness.sawCluster();
    const quorum = quorate === undefined ? {} : { quorate };
    const texts = this.add({ kind: "look", atMs, fromMs, nodes, running: workloads ?? [], ...quorum });
    if (!this.found) onNews({ kind: "found", atMs, sample });
    this.found = true;
    for (const [index, text] of texts.entries())
      onNews({ kind: "noticed", atMs, id: `${group.name}/look/${Math.round(atMs)}-${index}`, text });
    memory.save();
  }

  private settle(nowMs: number): void {
    const { clock, memory, onNews, group } = this.options;
    const { content } = memory;
    const { state, ended } = settle(content.watch, nowMs);
    if (ended === undefined) return;
    content.watch = state;
    const id = `${group.name}/incident/${ended.number}-${Math.round(ended.startMs)}`;
    onNews({ kind: "incident", atMs: clock.wallMs(), id, incident: ended });
    memory.save();
  }
}
