// A transport from nothing but a way to start commands: what is common to ssh and local.
import { collectHead, collectOutput, splitLines } from "./output.js";
import type { StreamingTransport } from "./stream.js";
import { type Running, supervise } from "./supervise.js";
import type { Command, CommandResult, Input } from "./transport.js";

/** How one kind of transport starts commands. */
export interface Starting {
  start(node: string, command: Command, input?: () => Input): Promise<Running>;
  /** Whether `start` asks `input` for standard input once the command runs; else it is never given one. */
  readonly takesInputLate?: boolean;
  close(): Promise<void>;
  /** Time between TERM and KILL; default 1000. */
  readonly graceMs?: number;
}

const DEFAULT_CAP_BYTES = 64 * 1024 * 1024;
const DEFAULT_LINE_BYTES = 1024 * 1024;
const STDERR_HEAD_BYTES = 64 * 1024;

/** The transport that starts its commands by `starting`. */
export function transportOver(starting: Starting): StreamingTransport {
  const grace = starting.graceMs === undefined ? {} : { graceMs: starting.graceMs };
  const exec = async (node: string, command: Command, input?: () => Input): Promise<CommandResult> => {
    command.signal?.throwIfAborted();
    const running = await starting.start(node, command, input);
    const cap = command.maxOutputBytes ?? DEFAULT_CAP_BYTES;
    return supervise(running, {
      node,
      command,
      stdout: collectOutput(cap),
      stderr: collectOutput(cap),
      ...grace,
    });
  };
  return {
    exec: (node, command) => exec(node, command),
    ...(starting.takesInputLate === true && { execLate: exec }),
    execStream: async (node, command, onLine) => {
      command.signal?.throwIfAborted();
      const running = await starting.start(node, command);
      const stdout = splitLines(command.maxOutputBytes ?? DEFAULT_LINE_BYTES, onLine);
      const stderr = collectHead(STDERR_HEAD_BYTES);
      const result = await supervise(running, {
        node,
        command,
        stdout,
        stderr,
        abortIsResult: true,
        ...grace,
      });
      if (result.exitCode !== null) stdout.finish();
      return result;
    },
    close: () => starting.close(),
  };
}
