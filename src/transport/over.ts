// A transport from nothing but a way to start commands: what is common to ssh and local.
import { collectHead, collectOutput, splitLines } from "./output.js";
import type { StreamingTransport } from "./stream.js";
import { type Running, supervise } from "./supervise.js";
import type { Command } from "./transport.js";

/** How one kind of transport starts commands. */
export interface Starting {
  start(node: string, command: Command): Promise<Running>;
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
  return {
    exec: async (node, command) => {
      command.signal?.throwIfAborted();
      const running = await starting.start(node, command);
      const cap = command.maxOutputBytes ?? DEFAULT_CAP_BYTES;
      return supervise(running, {
        node,
        command,
        stdout: collectOutput(cap),
        stderr: collectOutput(cap),
        ...grace,
      });
    },
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
