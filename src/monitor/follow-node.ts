// One node's events, each once and in order, for as long as somebody watches: connects anew when the connection goes, and closes gaps.
import { DcnError } from "../errors/index.js";
import type { SpoolEvent, SpoolHeader, SpoolLine, SpoolPosition } from "../observation/index.js";
import { followEvents, readEvents, type SpoolPart } from "../observe/index.js";
import type { Clock } from "../time/index.js";
import type { StreamingTransport } from "../transport/index.js";
import { type ClockReading, wallOf } from "./node-clock.js";
import type { Turns } from "./turns.js";

/** What is learned of a node; `atMs` is the controller's wall clock. */
export type NodeNews = { readonly node: string; readonly atMs: number } & (
  | { readonly kind: "event"; readonly event: SpoolEvent; readonly position: SpoolPosition }
  /** Followed from now on; `position` is where its spool was found to end when nothing was known of it before. */
  | { readonly kind: "followed"; readonly position?: SpoolPosition }
  | { readonly kind: "alive" }
  /** No sign of life any more, or no way to follow it; `reason` in words, `refused` where it does not let us in. */
  | { readonly kind: "silent"; readonly reason: string; readonly refused: boolean }
  /** Events that happened and that nobody can tell any more; `position` is where its spool was read to. */
  | { readonly kind: "missed"; readonly count: number; readonly position?: SpoolPosition }
  /** We are connected, and it holds events that were not told yet; or it has told all that it held then. */
  | { readonly kind: "behind" | "current" }
);

/** Whom to follow, and from where on. */
export interface FollowOptions {
  readonly node: string;
  readonly transport: StreamingTransport;
  readonly clock: Clock;
  /** Undefined where nothing is known: then from now on. */
  readonly position: SpoolPosition | undefined;
  readonly onNews: (news: NodeNews) => void;
  /** Shared by all that connect at the same time. */
  readonly turns: Turns;
  readonly signal: AbortSignal;
}

/** The node says every two seconds that it is alive. */
const SILENT_AFTER_MS = 6_500;
/** After a connection that brought something: it may have ended for nothing but its age. */
const SHORT_WAIT_MS = 100;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** A node that refuses us seldom changes its mind by itself, and may lock out who asks too often. */
export const REFUSED_WAIT_MS = 30_000;

/** Follows until aborted. A node that does not let us in is asked again like one that is away, but seldom. */
export async function followNode(options: FollowOptions): Promise<void> {
  const { node, clock, signal, onNews } = options;
  const reader = new SpoolReader(options);
  let waitMs = FIRST_WAIT_MS;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    let reason = "the connection ended";
    let inPeace = false;
    let refused = false;
    try {
      inPeace = await reader.follow();
    } catch (error) {
      if (isOver()) return;
      if (!(error instanceof DcnError)) throw error;
      refused = error.kind === "refused";
      reason = error.message;
    }
    if (isOver()) return;
    if (!inPeace) onNews({ kind: "silent", node, atMs: clock.wallMs(), reason, refused });
    const patientMs = refused ? REFUSED_WAIT_MS : waitMs;
    await clock.sleep(inPeace ? SHORT_WAIT_MS : patientMs, signal).catch(() => undefined);
    waitMs = reader.worked ? FIRST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** Where one is in a spool, over all connections. */
class SpoolReader {
  private brought = false;
  private giveBack = (): void => undefined;
  private seen: SpoolPosition | undefined;
  private clocks: ClockReading | undefined;
  /** The last event that the spool held when we connected, until that was told. */
  private heldTo: number | undefined;
  private begun = 0;
  /** Where one was at the last sign of life, and the node's boot now. */
  private stood = 0;
  private boot = "";
  /** The last number that was told of a boot whose last lines went with its power: those are in no spool, and not missed. */
  private toldTo = 0;
  /** Lines wait here while a gap is closed; undefined while there is none. */
  private waiting: SpoolEvent[] | undefined;
  private closing: Promise<void> = Promise.resolve();

  constructor(private readonly options: FollowOptions) {
    this.seen = options.position;
  }

  /** Whether the last connection brought anything. */
  get worked(): boolean {
    return this.brought;
  }

  /** One connection until its end; true where it brought something until then, so that it is worth another try at once. */
  async follow(): Promise<boolean> {
    const { signal } = this.options;
    this.brought = false;
    this.giveBack = await this.options.turns.take(signal);
    try {
      return await this.connect();
    } finally {
      this.giveBack();
    }
  }

  private async connect(): Promise<boolean> {
    const { transport, node, signal, clock } = this.options;
    if (this.seen === undefined) await this.begin();
    const dead = new AbortController();
    let lastMs = clock.nowMs();
    const over = new AbortController();
    const watchdog = (async () => {
      while (clock.nowMs() - lastMs < SILENT_AFTER_MS) await clock.sleep(1_000, over.signal);
      dead.abort();
    })().catch(() => undefined);
    try {
      await followEvents(transport, node, {
        from: this.seen?.seq ?? 0,
        signal: AbortSignal.any([signal, dead.signal]),
        onLine: (line) => {
          lastMs = clock.nowMs();
          this.giveBack();
          this.take(line);
        },
      });
      await this.closing;
      return this.worked && !dead.signal.aborted && clock.nowMs() - lastMs < SILENT_AFTER_MS / 2;
    } finally {
      over.abort();
      await watchdog;
    }
  }

  /** Nothing is known of this spool: what is in it already is no news. */
  private async begin(): Promise<void> {
    const { transport, node, signal, clock, onNews } = this.options;
    const { header } = await readEvents(transport, node, { from: 0, to: 0, signal });
    const { last } = header;
    // It may have been written in a boot before.
    const events =
      last === 0 ? [] : (await readEvents(transport, node, { from: last, to: last, signal })).events;
    this.seen = { boot: events[0]?.boot ?? header.boot, seq: last };
    onNews({ kind: "followed", node, atMs: clock.wallMs(), position: this.seen });
  }

  private take(line: SpoolLine): void {
    const { node, clock, onNews } = this.options;
    if (line.kind === "spool") {
      this.open(line.header);
      this.heldTo = line.header.last;
      if (this.waiting !== undefined || (this.seen?.seq ?? 0) < this.heldTo)
        onNews({ kind: "behind", node, atMs: clock.wallMs() });
    } else if (line.kind === "alive") {
      if (!this.worked) onNews({ kind: "followed", node, atMs: clock.wallMs() });
      this.brought = true;
      onNews({ kind: "alive", node, atMs: clock.wallMs() });
      this.compare(line.last);
    } else if (line.kind === "event") this.event(line.event);
    this.caughtUp();
  }

  private caughtUp(): void {
    const { node, clock, onNews } = this.options;
    if (this.heldTo === undefined || this.waiting !== undefined) return;
    if ((this.seen?.seq ?? 0) < this.heldTo) return;
    this.heldTo = undefined;
    onNews({ kind: "current", node, atMs: clock.wallMs() });
  }

  /**
   * An event that was begun two signs of life ago and has not come was lost on its way. A node that has counted in this boot, and counts
   * less than had come by the sign before, counts anew.
   */
  private compare(last: number): void {
    const { boot, seq } = this.seen ?? { boot: "", seq: 0 };
    if (this.waiting === undefined) {
      if (last > 0 && last < this.stood && boot === this.boot) this.goBack(last);
      else if (this.begun > seq) this.close(seq + 1, this.begun);
    }
    // What the spool held when we connected has to come too, also where this boot has counted nothing yet.
    this.begun = Math.max(last, this.heldTo ?? 0);
    // While a part is read again, where one stands is not known.
    this.stood = this.waiting === undefined ? seq : 0;
  }

  private open(header: SpoolHeader): void {
    this.begun = 0;
    this.clocks = { node: header, wallMs: this.options.clock.wallMs() };
    this.stood = this.seen?.seq ?? 0;
    this.boot = header.boot;
    const { seen } = this;
    // In the same boot, lines that got lost at the end are no reason, and the sign of life tells whether it began anew.
    if (seen !== undefined && header.last < seen.seq && header.boot !== seen.boot) this.goBack(header.last);
  }

  private event(event: SpoolEvent): void {
    if (this.waiting !== undefined) {
      this.waiting.push(event);
      return;
    }
    const seen = this.seen?.seq ?? 0;
    // The same number in another life: one that has grown past what we had seen of the one before.
    if (event.seq === seen && event.boot !== this.seen?.boot && seen > 0) this.goBack(event.seq);
    else if (event.seq === seen + 1) this.tell(event);
    else if (event.seq > seen) {
      this.waiting = [event];
      this.close(seen + 1, event.seq - 1);
    }
  }

  private tell(event: SpoolEvent): void {
    const { node, clock, onNews } = this.options;
    const position = { boot: event.boot, seq: event.seq };
    this.seen = position;
    const nowMs = clock.wallMs();
    const atMs = this.clocks === undefined ? nowMs : wallOf(event, this.clocks, nowMs);
    onNews({ kind: "event", node, atMs, event, position });
  }

  private missed(count: number): void {
    const { node, clock, onNews } = this.options;
    const position = this.seen === undefined ? {} : { position: this.seen };
    onNews({ kind: "missed", node, atMs: clock.wallMs(), count, ...position });
  }

  /** Reads what a gap hides. */
  private close(from: number, to: number): void {
    this.read(from, to, ({ events }) => {
      for (const event of events) if (event.seq > (this.seen?.seq ?? 0)) this.tell(event);
      const first = Math.max(from, this.toldTo + 1);
      const found = new Set(events.map(({ seq }) => seq).filter((seq) => seq >= first));
      return Math.max(0, to - first + 1 - found.size);
    });
  }

  /**
   * The numbers up to `to` come again. Where lines of the boot that we saw last are still there, that boot's last ones went with its
   * power, and what stands after them is new. Otherwise the spool began anew: what it held before, nobody can tell.
   */
  private goBack(to: number): void {
    const old = this.seen?.boot;
    this.stood = 0;
    this.read(1, to, ({ header, events }) => {
      const kept = header.boot === old ? -1 : events.findLastIndex(({ boot }) => boot === old);
      const { boot, seq } = events[kept] ?? { boot: header.boot, seq: 0 };
      if (kept < 0) this.missed(1);
      this.toldTo = kept < 0 ? 0 : Math.max(this.toldTo, this.seen?.seq ?? 0);
      this.seen = { boot, seq };
      const fresh = events.slice(kept + 1);
      for (const event of fresh) this.tell(event);
      return fresh.length === 0 ? 0 : to - (fresh[0]?.seq ?? to) + 1 - fresh.length;
    });
  }

  /** Has a part of the spool read again, and what comes after it wait; `take` tells that part, and returns how many of its numbers have no line. */
  private read(from: number, to: number, take: (part: SpoolPart) => number): void {
    this.waiting ??= [];
    const { transport, node, signal } = this.options;
    this.closing = readEvents(transport, node, { from, to, signal })
      .then((part) => {
        const lost = take(part);
        this.seen = { boot: this.seen?.boot ?? "", seq: Math.max(to, this.seen?.seq ?? 0) };
        if (lost > 0) this.missed(lost);
        this.resume();
        this.caughtUp();
      })
      // The connection went: the next one begins where this one stood, and finds the same.
      .catch(() => {
        this.waiting = undefined;
      });
  }

  private resume(): void {
    const late = this.waiting ?? [];
    this.waiting = undefined;
    for (const event of late) this.event(event);
  }
}
