// Whether anybody of a group answers us at all. Of a cabinet without power no node can tell anything, and no look sees it.
import type { Clock } from "../time/index.js";
import type { Dark, Memory } from "./memory.js";

/** That nobody answers, or that somebody does again; `id` is the same for the same darkness, also after a restart. Wall times in milliseconds. */
export interface DarkNews {
  readonly kind: "group";
  readonly atMs: number;
  readonly id: string;
  readonly is: "silent" | "answers";
  /** When somebody answered for the last time; where none has yet, when we began to ask. */
  readonly sinceMs: number;
  readonly text: string;
}

/** That nodes answer, and none of them says how its cluster is; or that one does again. */
interface BlindNews {
  readonly kind: "noticed";
  readonly atMs: number;
  readonly id: string;
  readonly text: string;
}

/** Of what it is made. */
export interface DarknessOptions {
  readonly group: string;
  /** How many nodes the group has. */
  readonly nodes: number;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly onNews: (news: DarkNews | BlindNews) => void;
}

/** So long nobody is told: a switch that restarts has all nodes silent for a moment. */
const DARK_AFTER_MS = 10_000;

/** Tells once that nobody of a group answers, and once that somebody does again, also over the monitor's own end. */
export class Darkness {
  private readonly begunMs: number;
  private allSilent = false;
  /** The first look that saw nobody, by the clock for durations. */
  private firstMs: number | undefined;
  /** The first look that saw nobody though somebody answers, and whether that was told. */
  private blind: { readonly firstMs: number; told: boolean } | undefined;

  constructor(private readonly options: DarknessOptions) {
    this.begunMs = options.clock.wallMs();
  }

  /** A node fell silent; `silent` of them are now. */
  fellSilent(silent: number): void {
    this.allSilent = silent >= this.options.nodes;
  }

  /** A look saw nobody. Returns in how many milliseconds another one should look; undefined where that would tell nothing new. */
  sawNobody(): number | undefined {
    const { memory, clock } = this.options;
    const before = memory.content.dark;
    if (!this.allSilent) return this.sawNoCluster();
    this.blind = undefined;
    this.firstMs ??= clock.nowMs();
    const dark: Dark =
      before === undefined || before.is === "over" ? { is: "noticed", sinceMs: this.lastAnswerMs() } : before;
    memory.content.dark = dark;
    if (dark.is === "told") return undefined;
    const leftMs = this.firstMs + DARK_AFTER_MS - clock.nowMs();
    if (leftMs <= 0) {
      this.tell("silent", dark.sinceMs);
      dark.is = "told";
    }
    memory.save();
    return leftMs <= 0 ? undefined : leftMs;
  }

  /** A node answers us. How the cluster is, only a look will say. */
  answered(): void {
    const { memory } = this.options;
    const { dark } = memory.content;
    this.allSilent = false;
    this.firstMs = undefined;
    if (dark === undefined || dark.is === "over") return;
    if (dark.is === "told") this.tell("answers", dark.sinceMs);
    dark.is = "over";
    memory.save();
  }

  /** A look saw the cluster; whoever calls saves the memory. */
  sawCluster(): void {
    const { content } = this.options.memory;
    this.firstMs = undefined;
    if (this.blind?.told === true) this.notice("the cluster can be seen again");
    this.blind = undefined;
    if (content.dark?.is === "told") this.tell("answers", content.dark.sinceMs);
    delete content.dark;
  }

  /** Told once, after a while: a look may come to nothing where all are busy. */
  private sawNoCluster(): number | undefined {
    const { group, clock } = this.options;
    this.blind ??= { firstMs: clock.nowMs(), told: false };
    if (this.blind.told) return undefined;
    const leftMs = this.blind.firstMs + DARK_AFTER_MS - clock.nowMs();
    if (leftMs > 0) return leftMs;
    this.blind.told = true;
    this.notice(`nodes of ${group} answer us, and none says how the cluster is; does Pacemaker run there?`);
    return undefined;
  }

  private notice(text: string): void {
    const { group, clock, onNews } = this.options;
    const atMs = clock.wallMs();
    onNews({ kind: "noticed", atMs, id: `${group}/look/${Math.round(atMs)}`, text });
  }

  private tell(is: DarkNews["is"], sinceMs: number): void {
    const { group, clock, onNews } = this.options;
    const since = new Date(sinceMs).toISOString();
    const text =
      is === "silent"
        ? `nobody of ${group} answers us since ${since}`
        : `somebody of ${group} answers us again, for the first time since ${since}`;
    const id = `${group}/${is === "silent" ? "dark" : "answers"}/${Math.round(sinceMs)}`;
    onNews({ kind: "group", atMs: clock.wallMs(), id, is, sinceMs, text });
  }

  private lastAnswerMs(): number {
    const { nodes, lookMs = 0 } = this.options.memory.content.watch;
    const signs = Object.values(nodes).map(({ signMs = 0 }) => signMs);
    return Math.max(this.begunMs, lookMs, ...signs);
  }
}
