// Connections to a node, played from scripts, for those who follow its events.
import { DcnError } from "../../src/errors/index.js";
import { createTurns, followNode, type NodeNews } from "../../src/monitor/index.js";
import type { SpoolPosition } from "../../src/observation/index.js";
import { systemClock } from "../../src/time/index.js";
import type { Command, CommandResult, StreamingTransport } from "../../src/transport/index.js";

/** An event of dcn1. */
export const line = (seq: number, boot = "b1"): string =>
  `seq=${seq}\tboot=${boot}\thost=dcn1\twall=1700000000.5\tup=1\tkind=attribute\tnode=dcn1\tname=n\tvalue=${seq}\t.`;
/** The header of dcn1's spool. */
export const spool = (first: number, last: number, boot = "b1"): string =>
  `spool ${first} ${last} ${boot} dcn1 ${(systemClock.wallMs() / 1000).toFixed(3)} 5.0`;

/** What one connection says before it ends; `read` answers read-events. */
export interface Script {
  readonly follows: readonly (readonly string[])[];
  readonly read?: (from: number, to: number) => readonly string[];
  /** How many connections are refused at first. */
  readonly refuses?: number;
}

/** Plays the connections one after the other, the last without an end; says what was asked. */
export async function play(
  script: Script,
  position: SpoolPosition | undefined,
  until: (news: NodeNews[]) => boolean,
) {
  const ends = new AbortController();
  const asked: string[] = [];
  const news: NodeNews[] = [];
  const result = (node: string, { argv }: Command, stdout = ""): CommandResult => ({
    ...{
      node,
      argv,
      exitCode: 0,
      signal: null,
      stdout,
      stderr: "",
      durationMs: 1,
      timedOut: false,
      lost: false,
    },
  });
  let connection = 0;
  const transport: StreamingTransport = {
    exec: async (node, command) => {
      const [, from = "", to = ""] =
        /read-events \d+\n(\d+) (\d+)/.exec(String(Buffer.from(command.stdin ?? ""))) ?? [];
      asked.push(`read ${from}-${to}`);
      await Promise.resolve();
      const out = `${(script.read?.(Number(from), Number(to)) ?? []).join("\n")}\n`;
      const frames = [
        ["hello", ""],
        ["read-events", out],
        ["end", ""],
      ] as const;
      return result(
        node,
        command,
        frames.map(([verb, text]) => `${verb} 0 ${text.length} 0\n${text}`).join(""),
      );
    },
    execStream: async (node, command, onLine) => {
      const [, from = ""] = /follow-events \d+\n(\d+)/.exec(String(Buffer.from(command.stdin ?? ""))) ?? [];
      asked.push(`follow ${from}`);
      const lines = script.follows[connection] ?? [];
      connection += 1;
      if (connection <= (script.refuses ?? 0))
        throw new DcnError("refused", "LOGIN_REFUSED", "dcn1: no login");
      for (const one of lines) {
        onLine(one);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (connection >= script.follows.length && command.signal?.aborted === false)
        await new Promise((resolve) => command.signal?.addEventListener("abort", resolve, { once: true }));
      return { ...result(node, command), exitCode: null, lost: true };
    },
    close: () => Promise.resolve(),
  };
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal),
  };
  await followNode({
    node: "dcn1",
    transport,
    clock,
    position,
    turns: createTurns(1),
    signal: ends.signal,
    onNews: (one) => {
      news.push(one);
      if (until(news)) ends.abort();
    },
  });
  const numbers = news.flatMap((one) => (one.kind === "event" ? [one.event.seq] : []));
  const missed = news.flatMap((one) => (one.kind === "missed" ? [one.count] : []));
  return { numbers, missed, asked, news };
}

/** Until so many of a kind came. */
export const ofKind = (kind: NodeNews["kind"], count: number) => (news: NodeNews[]) =>
  news.filter((one) => one.kind === kind).length >= count;
/** A spool that has these numbers. */
export const held = (from: number, to: number) => (low: number, high: number) => [
  spool(from, to),
  ...Array.from({ length: to - from + 1 }, (_, index) => from + index)
    .filter((seq) => seq >= low && seq <= high)
    .map((seq) => line(seq)),
];
