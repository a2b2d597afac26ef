// A cabinet whose nodes are told of here, for monitors on a clock of their own.
import { DcnError } from "../../src/errors/index.js";
import { createTurns, openMemory } from "../../src/monitor/index.js";
import type { Command, CommandResult, StreamingTransport } from "../../src/transport/index.js";
import { type WatchNews, watchGroup } from "../../src/workflows/index.js";
import { createFakeClock } from "../time/fake-clock.js";
import { modelOf } from "./model.js";
import { answers, crmMon } from "./views.js";

export const NAMES = ["dcn1", "dcn2", "dcn3"];
const ONLINE = { dcn1: "online", dcn2: "online", dcn3: "online" };

/** When the nodes booted. */
const BOOT_MS = Date.UTC(2025, 11, 31);

/** A cabinet whose power can be cut, and monitors of it, on a clock of their own. */
export class Cabinet {
  readonly clock = createFakeClock();
  power = true;
  /** Whether Pacemaker runs on its nodes. */
  pacemaker = true;
  readonly news: WatchNews[] = [];
  /** How long a node takes to answer whoever follows it. */
  readonly lateMs: Partial<Record<string, number>> = {};
  /** How many events a node has counted that no line tells. */
  readonly lost: Partial<Record<string, number>> = {};
  private readonly lines = new Map<string, string[]>();

  /** `folder` is for the monitors' memory. */
  constructor(private readonly folder: string) {}

  /** Begins a monitor; what is returned kills it. */
  watch(): () => Promise<void> {
    const ends = new AbortController();
    const timing = { tokenMs: 1_000, consensusMs: 1_200, fencingDelayMs: 0 };
    const memory = openMemory(this.folder, "g");
    const watching = watchGroup({
      group: {
        name: "g",
        model: modelOf(NAMES),
        workloads: [{ name: "plc", primitives: ["plc"] }],
        timing,
      } as never,
      ...{ transport: this.transport, clock: this.clock, memory, turns: createTurns(3) },
      ...{ onNews: (news: WatchNews) => void this.news.push(news), signal: ends.signal },
    });
    return async () => {
      ends.abort();
      await watching;
      memory.release();
    };
  }

  async pass(seconds: number): Promise<void> {
    for (let half = 0; half < 2 * seconds; half += 1) {
      await this.clock.advance(500);
      for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Pacemaker tells the alert agent of a node; the time in seconds from now. */
  happens(node: string, atS: number, fields: string): void {
    const lines = this.lines.get(node) ?? [];
    const wallMs = this.clock.wallMs() + atS * 1_000;
    const [wall, up] = [wallMs, wallMs - BOOT_MS].map((ms) => (ms / 1_000).toFixed(3));
    const first = `seq=${lines.length + 1}\tboot=b1\thost=${node}\twall=${wall}\tup=${up}`;
    this.lines.set(node, [...lines, `${first}\t${fields.replaceAll(" ", "\t")}\t.`]);
  }

  /** Something that plc did there. */
  plc(node: string, atS: number, task: string): void {
    this.happens(
      node,
      atS,
      `kind=resource node=${node} desc=ok task=${task} rsc=plc rc=0 expected=0 interval=0`,
    );
  }

  /** What was told of incidents: how long each workload of each was away, undefined while it is. */
  incidents(): { number: number; outages: (number | undefined)[] }[] {
    return this.news.flatMap((news) => {
      if (news.kind !== "incident") return [];
      const { number, outages } = news.incident;
      return [
        {
          number,
          outages: outages.map(({ fromMs, upMs }) => (upMs === undefined ? undefined : upMs - fromMs)),
        },
      ];
    });
  }

  /** The nodes and numbers of the events that were told. */
  seqs(): string[] {
    return this.news.flatMap((news) =>
      news.kind === "event" ? [`${news.event.host} ${news.event.seq}`] : [],
    );
  }

  /** What was told of the group as a whole. */
  told(): string[] {
    return this.news.flatMap((news) => (news.kind === "group" ? [`${news.is}: ${news.id}`] : []));
  }

  noticed(): string[] {
    return this.news.flatMap((news) => (news.kind === "noticed" ? [news.text] : []));
  }

  private readonly transport: StreamingTransport = {
    exec: async (node, command) => {
      await this.reach(node);
      if (!/read-events/.test(textOf(command)))
        return result(node, command, answers(this.pacemaker ? crmMon(ONLINE, "dcn1") : ""));
      const out = `${this.spool(node)}\n`;
      const frames = [["hello", ""] as const, ["read-events", out] as const, ["end", ""] as const];
      const text = frames.map(([verb, said]) => `${verb} 0 ${said.length} 0\n${said}`).join("");
      return result(node, command, text);
    },
    execStream: async (node, command, onLine) => {
      await this.reach(node);
      const late = this.lateMs[node];
      if (late !== undefined) await this.clock.sleep(late, command.signal).catch(() => undefined);
      onLine(this.spool(node));
      const from = /follow-events \d+\n(\d+)/.exec(textOf(command))?.[1] ?? "0";
      let told = Math.max(0, Number(from) - 1);
      for (let round = 0; command.signal?.aborted !== true; round += 1) {
        const lines = this.lines.get(node) ?? [];
        // Who has no power says nothing, not even that the connection ends.
        if (this.power && round % 4 === 0) onLine(`alive 1.0 ${lines.length + (this.lost[node] ?? 0)}`);
        for (const line of this.power ? lines.slice(told) : []) onLine(line);
        if (this.power) told = lines.length;
        await this.clock.sleep(500, command.signal).catch(() => undefined);
      }
      return { ...result(node, command), exitCode: null, lost: true };
    },
    close: () => Promise.resolve(),
  };

  private async reach(node: string): Promise<void> {
    await Promise.resolve();
    if (!this.power) throw new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: no answer`, { node });
  }

  private spool(node: string): string {
    const last = this.lines.get(node)?.length ?? 0;
    const [epoch, up] = [this.clock.wallMs(), this.clock.wallMs() - BOOT_MS].map((ms) =>
      (ms / 1_000).toFixed(3),
    );
    return `spool ${last === 0 ? 0 : 1} ${last} b1 ${node} ${epoch} ${up}`;
  }
}

function textOf({ stdin = "" }: Command): string {
  return Buffer.from(stdin).toString();
}

function result(node: string, { argv }: Command, stdout = ""): CommandResult {
  const facts = { exitCode: 0, signal: null, stderr: "", durationMs: 1, timedOut: false, lost: false };
  return { node, argv, stdout, ...facts };
}
