// Nodes that follow a script: which command each of them expects next and what it answers; for tests of what is sent, in which order.
import { stdinText } from "./recording.js";
import type { Command, CommandResult, Transport } from "./transport.js";

/** One expected command and its answer. */
export interface ScriptedCall {
  /** Each argument, exactly or by a pattern that must match all of it. */
  readonly argv: readonly (string | RegExp)[];
  /** Standard input, exactly, by pattern or by judgement; absent means that it does not matter. */
  readonly stdin?: string | RegExp | ((text: string) => boolean);
  /** The answer, by default exit code 0 with no output; an Error is thrown. */
  readonly result?: Partial<Omit<CommandResult, "node" | "argv">> | Error;
}

/** What each node expects, in order; the order between nodes is free. */
export type Script = Readonly<Record<string, readonly ScriptedCall[]>>;

/** A call that the script does not have at this place. */
export class ScriptMismatchError extends Error {
  override readonly name = "ScriptMismatchError";
}

/** A transport that plays a script. */
export interface ScriptedTransport extends Transport {
  /** Throws ScriptMismatchError: the first mismatch, even if its caller swallowed it, or the calls that never came. `close` does the same. */
  verify(): void;
}

/** Plays `script`; a call that is unexpected, missing or out of order fails with its ordinal on that node and what differs. */
export function createScriptedTransport(script: Script): ScriptedTransport {
  const done = new Map<string, number>();
  let first: ScriptMismatchError | undefined;
  const verify = (): void => {
    if (first !== undefined) throw first;
    const missing = Object.entries(script).flatMap(([node, calls]) =>
      missingOf(node, calls, done.get(node) ?? 0),
    );
    if (missing.length > 0) throw new ScriptMismatchError(`calls that never came:\n${missing.join("\n")}`);
  };
  return {
    verify,
    exec: async (node, command) => {
      command.signal?.throwIfAborted();
      const ordinal = (done.get(node) ?? 0) + 1;
      const expected = script[node]?.[ordinal - 1];
      const differences = expected === undefined ? ["expected: no further call"] : differ(expected, command);
      if (expected === undefined || differences.length > 0) {
        const text = [`call ${ordinal} on ${node} is not in the script`, `  got:      ${show(command.argv)}`];
        const error = new ScriptMismatchError(
          [...text, ...differences.map((line) => `  ${line}`)].join("\n"),
        );
        first ??= error;
        throw error;
      }
      done.set(node, ordinal);
      return await answer(node, command, expected);
    },
    close: () =>
      new Promise((resolve) => {
        verify();
        resolve();
      }),
  };
}

function missingOf(node: string, calls: readonly ScriptedCall[], done: number): string[] {
  return calls.slice(done).map((call, index) => `  call ${done + index + 1} on ${node}: ${show(call.argv)}`);
}

function differ(expected: ScriptedCall, command: Command): string[] {
  const lines: string[] = [];
  const length = Math.max(expected.argv.length, command.argv.length);
  for (let index = 0; index < length; index += 1) {
    const want = expected.argv[index];
    const got = command.argv[index];
    if (want === undefined || got === undefined || !fits(want, got)) {
      lines.push(`argument ${index}: expected ${showOne(want)}, got ${showOne(got)}`);
    }
  }
  if (lines.length > 0) lines.unshift(`expected: ${show(expected.argv)}`);
  const text = stdinText(command);
  if (!stdinFits(expected.stdin, text))
    lines.push(`standard input: expected ${showOne(expected.stdin)}, got ${showOne(text)}`);
  return lines;
}

function fits(want: string | RegExp, got: string): boolean {
  return typeof want === "string"
    ? want === got
    : new RegExp(`^(?:${want.source})$`, want.flags.replace(/[gy]/g, "")).test(got);
}

function stdinFits(want: ScriptedCall["stdin"], text: string): boolean {
  if (want === undefined) return true;
  if (typeof want === "string") return want === text;
  return want instanceof RegExp ? text.search(want) >= 0 : want(text);
}

function answer(node: string, command: Command, call: ScriptedCall): Promise<CommandResult> {
  if (call.result instanceof Error) return Promise.reject(call.result);
  const silence = {
    exitCode: 0,
    signal: null,
    stdout: "",
    stderr: "",
    durationMs: 0,
    timedOut: false,
    lost: false,
  };
  return Promise.resolve({ ...silence, ...call.result, node, argv: command.argv });
}

function show(argv: readonly (string | RegExp)[]): string {
  return argv.map(showOne).join(" ");
}

function showOne(item: string | RegExp | ((text: string) => boolean) | undefined): string {
  if (item === undefined) return "nothing";
  if (typeof item === "string") return JSON.stringify(item.length > 500 ? `${item.slice(0, 500)}…` : item);
  return item instanceof RegExp ? String(item) : "what the script's function accepts";
}
