import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { createTurns, openMemory } from "../../src/monitor/index.js";
import type { Command, CommandResult, StreamingTransport } from "../../src/transport/index.js";
import { type WatchNews, watchGroup } from "../../src/workflows/index.js";
import { createFakeClock } from "../time/fake-clock.js";
import { modelOf } from "./model.js";
import { answers, crmMon } from "./views.js";

const NAMES = ["dcn1", "dcn2", "dcn3"];
const ONLINE = { dcn1: "online", dcn2: "online", dcn3: "online" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-watch-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A cabinet whose power can be cut, and monitors of it, on a clock of their own. */
class Cabinet {
  readonly clock = createFakeClock();
  power = true;
  readonly news: WatchNews[] = [];

  /** Begins a monitor; what is returned kills it. */
  watch(): () => Promise<void> {
    const ends = new AbortController();
    const timing = { tokenMs: 1_000, consensusMs: 1_200, fencingDelayMs: 0 };
    const memory = openMemory(folder, "g");
    const watching = watchGroup({
      group: { name: "g", model: modelOf(NAMES), workloads: [], timing } as never,
      ...{ transport: this.transport, clock: this.clock, memory, turns: createTurns(3) },
      ...{ onNews: (news: WatchNews) => void this.news.push(news), signal: ends.signal },
    });
    return async () => {
      ends.abort();
      await watching;
    };
  }

  async pass(seconds: number): Promise<void> {
    for (let half = 0; half < 2 * seconds; half += 1) {
      await this.clock.advance(500);
      for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  told(): string[] {
    return this.news.flatMap((news) => (news.kind === "group" ? [`${news.is}: ${news.id}`] : []));
  }

  private readonly transport: StreamingTransport = {
    exec: async (node, command) => {
      await this.reach(node);
      if (!/read-events/.test(textOf(command))) return result(node, command, answers(crmMon(ONLINE, "dcn1")));
      const out = `${this.spool(node)}\n`;
      const frames = [["hello", ""] as const, ["read-events", out] as const, ["end", ""] as const];
      const text = frames.map(([verb, said]) => `${verb} 0 ${said.length} 0\n${said}`).join("");
      return result(node, command, text);
    },
    execStream: async (node, command, onLine) => {
      await this.reach(node);
      onLine(this.spool(node));
      while (command.signal?.aborted !== true) {
        // Who has no power says nothing, not even that the connection ends.
        if (this.power) onLine("alive 1.0 0");
        await this.clock.sleep(2_000, command.signal).catch(() => undefined);
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
    return `spool 0 0 b1 ${node} ${(this.clock.wallMs() / 1_000).toFixed(3)} 5.0`;
  }
}

function textOf({ stdin = "" }: Command): string {
  return Buffer.from(stdin).toString();
}

function result(node: string, { argv }: Command, stdout = ""): CommandResult {
  const facts = { exitCode: 0, signal: null, stderr: "", durationMs: 1, timedOut: false, lost: false };
  return { node, argv, stdout, ...facts };
}

test("that nobody of a group answers is told once, and once that somebody does again, also over restarts", async () => {
  const cabinet = new Cabinet();
  let kill = cabinet.watch();
  await cabinet.pass(20);
  expect(cabinet.news.map(({ kind }) => kind)).toContain("found");
  const cutMs = cabinet.clock.wallMs();
  cabinet.power = false;
  await cabinet.pass(30);
  const [news] = cabinet.news.filter(({ kind }) => kind === "group");
  expect(news).toMatchObject({ is: "silent" });
  if (news?.kind !== "group") throw new Error("it was not told");
  expect(news.id).toBe(`g/dark/${news.sinceMs}`);
  expect(Math.abs(news.sinceMs - cutMs)).toBeLessThan(2_500);
  expect(news.text).toBe(`nobody of g answers us since ${new Date(news.sinceMs).toISOString()}`);
  await cabinet.pass(300);
  await kill();
  kill = cabinet.watch();
  await cabinet.pass(120);
  expect(cabinet.told()).toEqual([`silent: ${news.id}`]);
  expect(openMemory(folder, "g").content.dark).toEqual({ is: "told", sinceMs: news.sinceMs });
  await kill();
  cabinet.power = true;
  kill = cabinet.watch();
  await cabinet.pass(60);
  expect(cabinet.told()).toEqual([`silent: ${news.id}`, `answers: g/answers/${news.sinceMs}`]);
  expect(openMemory(folder, "g").content).not.toHaveProperty("dark");
  cabinet.power = false;
  await cabinet.pass(60);
  expect(cabinet.told()).toHaveLength(3);
  expect(new Set(cabinet.told()).size).toBe(3);
  await kill();
}, 60_000);

test("a moment without an answer from anybody is no news of the group; what was known is unknown until a look", async () => {
  const cabinet = new Cabinet();
  const kill = cabinet.watch();
  await cabinet.pass(20);
  cabinet.power = false;
  await cabinet.pass(12);
  expect(cabinet.news.filter((one) => one.kind === "node" && one.is === "silent")).toHaveLength(NAMES.length);
  expect(openMemory(folder, "g").content.dark).toMatchObject({ is: "noticed" });
  cabinet.power = true;
  await cabinet.pass(60);
  await kill();
  expect(cabinet.told()).toEqual([]);
  expect(openMemory(folder, "g").content).not.toHaveProperty("dark");
}, 60_000);
