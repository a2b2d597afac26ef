// `monitor`: follows what Pacemaker tells its alert agents on all nodes, and looks itself only where that leaves something open.
import { deviceWaitMs } from "../cluster/index.js";
import {
  createLooker,
  type DarkNews,
  Darkness,
  followNode,
  type Memory,
  type NodeNews,
  type Turns,
} from "../monitor/index.js";
import type { SpoolEvent } from "../observation/index.js";
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
  | { readonly kind: "noticed"; readonly text: string }
  | { readonly kind: "incident"; readonly id: string; readonly incident: Incident }
  | {
      readonly kind: "node";
      readonly node: string;
      readonly is: "followed" | "silent";
      readonly text: string;
    }
  | { readonly kind: "missed"; readonly node: string; readonly count: number; readonly text: string }
);

const MEMBERSHIP_SYNC_MS = 100;
/** How long after an event its consequences are looked at. */
const SETTLED_MS = 1_000;
/** What no event told in this time, a look finds. */
const LOOK_EVERY_MS = 60_000;
const TICK_MS = 500;
const FIRST_LOOK_MS = 3_000;

/** Watches until aborted. */
export async function watchGroup(options: WatchOptions): Promise<void> {
  const ends = new AbortController();
  const signal = AbortSignal.any([options.signal, ends.signal]);
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
  /** Nothing is due until each node has been followed or found silent: looks would connect too. */
  private dueMs = Number.POSITIVE_INFINITY;
  private readonly untried: Set<string>;
  private firstTryMs: number | undefined;
  private found = false;
  /** Whether they refuse us, of those that do not answer. */
  private readonly silent = new Map<string, boolean>();
  private readonly darkness: Darkness;

  constructor(private readonly options: WatchOptions) {
    const { group, memory, clock, onNews } = options;
    const { nodes } = group.model.corosync;
    this.rules = watchRules(group);
    this.untried = new Set(nodes.map(({ name }) => name));
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
      // A node that is away for long shall not keep the others from being looked at.
      if (
        this.untried.size > 0 &&
        clock.nowMs() - (this.firstTryMs ?? Number.POSITIVE_INFINITY) > FIRST_LOOK_MS
      ) {
        this.untried.clear();
        this.due(0);
      }
      if (clock.nowMs() >= this.dueMs) {
        this.dueMs = clock.nowMs() + LOOK_EVERY_MS;
        const fromMs = clock.wallMs();
        const sample = await looker.look();
        if (isOver()) return;
        this.looked(sample, fromMs);
      }
      this.settle();
      await clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  take(news: NodeNews): void {
    const { memory, onNews, group, clock } = this.options;
    const { node, atMs } = news;
    if (this.untried.delete(node)) {
      this.firstTryMs ??= clock.nowMs();
      this.due(0);
    }
    switch (news.kind) {
      case "alive":
        this.add({ kind: "alive", atMs, node });
        return;
      case "event": {
        const { event, position } = news;
        const fact = factOf(event, atMs);
        const text = fact === undefined ? event.desc : this.add(fact).join("; ");
        const id = `${group.name}/${node}/${event.boot.slice(0, 8)}/${event.seq}`;
        memory.content.positions[node] = position;
        onNews({ kind: "event", atMs, id, text, event });
        this.due(SETTLED_MS);
        break;
      }
      case "followed":
        if (news.position !== undefined) memory.content.positions[node] = news.position;
        if (this.silent.delete(node)) {
          onNews({ kind: "node", atMs, node, is: "followed", text: `${node} answers us` });
          this.due(0);
        }
        this.darkness.answered();
        break;
      case "silent":
        this.fellSilent(news);
        return;
      case "missed": {
        const text = `${news.count} ${news.count === 1 ? "event" : "events"} of ${node} cannot be told any more; looking instead`;
        onNews({ kind: "missed", atMs, node, count: news.count, text });
        this.due(0);
        break;
      }
    }
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
    if (this.untried.size === 0) this.dueMs = Math.min(this.dueMs, this.options.clock.nowMs() + inMs);
  }

  private add(fact: Fact): string[] {
    const { content } = this.options.memory;
    const step = addFact(content.watch, fact, this.rules);
    content.watch = step.state;
    return step.told.map(({ text }) => text).filter((text) => text !== "");
  }

  private looked(sample: Sample, fromMs: number): void {
    const { clock, onNews, memory } = this.options;
    const { nodes, workloads, quorate } = sample;
    const atMs = clock.wallMs();
    if (nodes === undefined) {
      const againMs = this.darkness.sawNobody();
      if (againMs !== undefined) this.due(againMs);
      return;
    }
    this.darkness.sawCluster();
    const quorum = quorate === undefined ? {} : { quorate };
    const texts = this.add({ kind: "look", atMs, fromMs, nodes, running: workloads ?? [], ...quorum });
    if (!this.found) onNews({ kind: "found", atMs, sample });
    this.found = true;
    for (const text of texts) onNews({ kind: "noticed", atMs, text });
    memory.save();
  }

  private settle(): void {
    const { clock, memory, onNews, group } = this.options;
    const { content } = memory;
    const { state, ended } = settle(content.watch, clock.wallMs());
    if (ended === undefined) return;
    content.watch = state;
    const id = `${group.name}/incident/${ended.number}-${Math.round(ended.startMs)}`;
    onNews({ kind: "incident", atMs: clock.wallMs(), id, incident: ended });
    memory.save();
  }
}
