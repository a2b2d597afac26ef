// What was sent to nodes and what came back, in order; and a controller that dies at a chosen moment, for tests of what it leaves behind.
import type { Command, CommandResult, Transport } from "./transport.js";

/** One command as it was sent. */
export interface RecordedCall {
  /** Counts from 1 over all nodes, in the order of sending. */
  readonly ordinal: number;
  readonly node: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  /** What came back; absent while it runs. */
  readonly outcome?: CommandResult | Error;
}

/** A transport that remembers. */
export interface RecordingTransport extends Transport {
  /** The calls so far; their stdin may hold secrets. */
  calls(): readonly RecordedCall[];
}

/** `inner`, with every call and its outcome kept in memory. */
export function createRecordingTransport(inner: Transport): RecordingTransport {
  const calls: RecordedCall[] = [];
  return {
    calls: () => [...calls],
    exec: async (node, command) => {
      const index = calls.length;
      const call = { ordinal: index + 1, node, argv: command.argv, stdin: stdinText(command) };
      calls.push(call);
      try {
        const outcome = await inner.exec(node, command);
        calls[index] = { ...call, outcome };
        return outcome;
      } catch (error) {
        calls[index] = { ...call, outcome: error instanceof Error ? error : new Error(String(error)) };
        throw error;
      }
    },
    close: () => inner.close(),
  };
}

/** Standard input of a command as text; bytes that are not UTF-8 become U+FFFD. */
export function stdinText(command: Command): string {
  const { stdin = "" } = command;
  return typeof stdin === "string" ? stdin : Buffer.from(stdin).toString("utf8");
}

/** The controller is dead: this call, and every later one, never comes back with a result. */
export class ControllerKilledError extends Error {
  override readonly name = "ControllerKilledError";
}

/** Where and how the way to the nodes breaks. */
export interface Interruption {
  /** I/O point, from 1: the n-th call has the points 2n-1 (before it is sent) and 2n (done on the node, the answer not yet seen). */
  readonly at: number;
  /** `kill`: the controller is gone from that point on. `lose`: only this call's connection is lost. */
  readonly how: "kill" | "lose";
}

/** A transport that breaks at one I/O point and counts how many there were. */
export interface InterruptedTransport extends Transport {
  points(): number;
}

/** `inner`, broken as `interruption` says; an `at` beyond the last point breaks nothing. */
export function createInterruptedTransport(
  inner: Transport,
  interruption: Interruption,
): InterruptedTransport {
  let points = 0;
  let dead = false;
  const reach = (): boolean => {
    if (dead) throw new ControllerKilledError("the controller is dead");
    points += 1;
    if (points !== interruption.at) return false;
    if (interruption.how === "lose") return true;
    dead = true;
    throw new ControllerKilledError(`the controller was killed at I/O point ${points}`);
  };
  return {
    points: () => points,
    exec: async (node, command) => {
      if (reach()) return lostResult(node, command);
      const result = await inner.exec(node, command);
      return reach() ? lostResult(node, command) : result;
    },
    close: () => inner.close(),
  };
}

function lostResult(node: string, command: Command): CommandResult {
  const nothing = { exitCode: null, signal: null, stdout: "", stderr: "", durationMs: 0, timedOut: false };
  return { node, argv: command.argv, ...nothing, lost: true };
}
