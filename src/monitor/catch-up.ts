// What nodes tell of a time when nobody listened. One spool after the other, it would tell of outages that never were: it is held until all have
// told theirs, and comes in the order in which it happened.
import type { Clock } from "../time/index.js";
import type { NodeNews } from "./follow-node.js";

/** News that has its place in the story. */
export type HeldNews = Extract<NodeNews, { kind: "event" | "missed" | "alive" }>;

/** So long a node is waited for that says nothing, from the first word of any or from its own last one: one that is away for long shall not hold up the others. */
const PATIENCE_MS = 3_000;
/** A node that is away is asked again every five seconds. */
const ASKED_AGAIN_MS = 6_000;

/** Holds news while a node has not told yet what it knows. Nothing of it is noted until it is told: who is killed meanwhile asks for it again. */
export class CatchUp {
  /** Until when each is waited for, by the clock for durations. */
  private readonly awaited: Map<string, number>;
  /** Those that do not answer, though none of them refuses us. */
  private readonly away = new Set<string>();
  private held: HeldNews[] = [];

  constructor(
    nodes: readonly string[],
    private readonly clock: Pick<Clock, "nowMs">,
  ) {
    this.awaited = new Map(nodes.map((node) => [node, Number.POSITIVE_INFINITY]));
  }

  /** Takes in what is said of a node. */
  hear(news: NodeNews): void {
    const { node } = news;
    const nowMs = this.clock.nowMs();
    this.begin(nowMs);
    switch (news.kind) {
      case "silent":
        this.fellSilent(node, news.refused);
        break;
      case "behind":
        // Who comes back may not be the only one.
        if (this.away.delete(node))
          for (const other of this.away) this.awaited.set(other, nowMs + ASKED_AGAIN_MS);
        this.awaited.set(node, nowMs + PATIENCE_MS);
        break;
      case "current":
        this.away.delete(node);
        this.awaited.delete(node);
        break;
      case "event":
        if (this.awaited.has(node)) this.awaited.set(node, nowMs + PATIENCE_MS);
        this.held.push(news);
        break;
      case "missed":
      case "alive":
        this.held.push(news);
        break;
      case "followed":
        break;
    }
  }

  private begin(nowMs: number): void {
    for (const [node, untilMs] of this.awaited)
      if (untilMs === Number.POSITIVE_INFINITY) this.awaited.set(node, nowMs + PATIENCE_MS);
  }

  private fellSilent(node: string, refused: boolean): void {
    // A try that began before the way to it was there again says nothing of the next one.
    if (refused || !this.away.has(node)) this.awaited.delete(node);
    if (refused) this.away.delete(node);
    else this.away.add(node);
  }

  /** Whether somebody is waited for. */
  get waits(): boolean {
    const nowMs = this.clock.nowMs();
    for (const [node, untilMs] of this.awaited) if (nowMs > untilMs) this.awaited.delete(node);
    return this.awaited.size > 0;
  }

  /** What was held, by time; that of one node in the order in which it came, for where one is in its spool. */
  release(): HeldNews[] {
    const lastMs = new Map<string, number>();
    const placed = this.held.map((news) => {
      if (news.kind === "alive") return { news, ms: news.atMs };
      // When something was missed, nobody knows; only between what.
      const ms = Math.max(lastMs.get(news.node) ?? 0, news.kind === "event" ? news.atMs : 0);
      lastMs.set(news.node, ms);
      return { news, ms };
    });
    this.held = [];
    return placed.sort((one, other) => one.ms - other.ms).map(({ news }) => news);
  }
}
