// A started command until its result: caps, time limit, cancellation and the ladder TERM, KILL, let go; the same for every transport.
import type { Readable } from "node:stream";
import { DcnError } from "../errors/index.js";
import { systemClock } from "../time/index.js";
import type { OutputSink } from "./output.js";
import type { Command, CommandResult } from "./transport.js";

/** How a command ended, as far as the transport could see. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly lost: boolean;
}

/** A command that was started, on this machine or on a node. */
export interface Running {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once the command has ended and both streams are drained. Never rejects. */
  readonly ended: Promise<Ending>;
  kill(signal: "TERM" | "KILL"): void;
  /** Stops listening to a command that will not go. */
  letGo(): void;
}

/** What `supervise` needs besides the running command. */
export interface Supervision {
  readonly node: string;
  readonly command: Command;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
  /** Whether an aborted signal ends the command with a result (streams) or with the signal's reason. */
  readonly abortIsResult?: boolean;
  /** Time between TERM and KILL, and between KILL and giving up on an answer; default 1000 ms. */
  readonly graceMs?: number;
}

type Stop =
  | { readonly why: "timeout" | "abort" | "too-large" }
  | { readonly why: "threw"; readonly error: unknown };

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const UNSEEN: Ending = { exitCode: null, signal: null, lost: false };

/** Waits for `running` within the limits of its command. Throws DcnError OUTPUT_TOO_LARGE, the signal's reason, or what a sink threw. */
export async function supervise(running: Running, supervision: Supervision): Promise<CommandResult> {
  const { node, command, stdout, stderr } = supervision;
  const startedMs = systemClock.nowMs();
  const ladder = createLadder(running, supervision.graceMs ?? 1_000);
  feed(running.stdout, stdout, ladder);
  feed(running.stderr, stderr, ladder);
  const ending = await endWithin(running, command, ladder);
  const stop = ladder.stopped();
  if (stop?.why === "threw") throw stop.error;
  if (stop?.why === "too-large") throw tooLarge(node, command);
  if (stop?.why === "abort" && supervision.abortIsResult !== true) command.signal?.throwIfAborted();
  return {
    node,
    argv: command.argv,
    exitCode: ending.exitCode,
    signal: ending.signal,
    stdout: stdout.text(),
    stderr: stderr.text(),
    durationMs: systemClock.nowMs() - startedMs,
    timedOut: stop?.why === "timeout",
    lost: ending.lost && stop === undefined,
  };
}

async function endWithin(running: Running, command: Command, ladder: Ladder): Promise<Ending> {
  const timer =
    command.timeoutMs > LONGEST_TIMER_MS
      ? undefined
      : setTimeout(() => ladder.stop({ why: "timeout" }), command.timeoutMs);
  const onAbort = (): void => ladder.stop({ why: "abort" });
  command.signal?.addEventListener("abort", onAbort, { once: true });
  if (command.signal?.aborted === true) onAbort();
  try {
    return await Promise.race([running.ended, ladder.gaveUp]);
  } finally {
    clearTimeout(timer);
    ladder.clear();
    command.signal?.removeEventListener("abort", onAbort);
  }
}

interface Ladder {
  stop(stop: Stop): void;
  stopped(): Stop | undefined;
  readonly gaveUp: Promise<Ending>;
  clear(): void;
}

function createLadder(running: Running, graceMs: number): Ladder {
  let stopped: Stop | undefined;
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (ending: Ending) => void = () => undefined;
  const gaveUp = new Promise<Ending>((resolve) => {
    giveUp = resolve;
  });
  const force = (): void => {
    running.kill("KILL");
    running.letGo();
    timer = setTimeout(() => giveUp(UNSEEN), graceMs);
  };
  return {
    gaveUp,
    stopped: () => stopped,
    clear: () => clearTimeout(timer),
    stop: (stop) => {
      if (stopped !== undefined) return;
      stopped = stop;
      // A command that floods us gets no time to flood on.
      if (stop.why === "too-large") {
        force();
      } else {
        running.kill("TERM");
        timer = setTimeout(force, graceMs);
      }
    },
  };
}

function feed(stream: Readable, sink: OutputSink, ladder: Ladder): void {
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => {
    if (ladder.stopped()?.why === "too-large" || ladder.stopped()?.why === "threw") return;
    try {
      if (!sink.take(chunk)) ladder.stop({ why: "too-large" });
    } catch (error) {
      ladder.stop({ why: "threw", error });
    }
  });
}

function tooLarge(node: string, command: Command): DcnError {
  const program = command.argv[0] ?? "";
  return new DcnError(
    "failed",
    "OUTPUT_TOO_LARGE",
    `${program} on ${node} printed more than the cap allows and was stopped`,
    {
      node,
      hint: "ask the tool for less, or raise maxOutputBytes where so much is expected",
    },
  );
}
