// A command in a session channel of an SSH connection (RFC 4254 section 6): asking for it, its two outputs, its end.
import { Readable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { DcnError } from "../errors/index.js";
import { unlessAborted } from "./cancel.js";
import type { Sessions } from "./sessions.js";
import type { Ending, Running } from "./supervise.js";
import type { Command, Input } from "./transport.js";

/** The connection was gone before the command could be sent: it surely did not run. */
export class NotSentError extends Error {
  override readonly name = "NotSentError";
}

/** Starts commands on one connection. */
export interface Starter {
  /**
   * Sends `line` and resolves when the node has accepted it. Throws NotSentError; DcnError busy SESSION_REFUSED; the signal's reason, after which the
   * command, if it had been sent already, is stopped as soon as the node answers. `input` is asked for then, instead of the command's own
   * standard input; what it throws is thrown, and the command is stopped without any.
   */
  start(node: string, line: string, command: Command, input?: () => Input): Promise<Running>;
}

/** What a starter knows of its connection. */
export interface StarterParts {
  readonly client: Client;
  readonly sessions: Sessions;
  /** How long the node may take to accept a command. */
  readonly answerTimeoutMs: number;
  isOpen(): boolean;
  drop(): void;
}

type Opened =
  | { readonly kind: "running"; readonly running: Running; readonly channel: ClientChannel }
  | { readonly kind: "no-session" }
  | { readonly kind: "refused" }
  | { readonly kind: "not-sent" }
  | { readonly kind: "lost" };

const SESSION_TRIES = 20;
const SESSION_WAIT_MS = 50;

/** A starter over `parts`. */
export function createStarter(parts: StarterParts): Starter {
  const { sessions } = parts;
  return {
    start: async (node, line, command, input) => {
      for (let attempt = 1; ; attempt += 1) {
        await sessions.acquire(command.signal);
        const opened = await openOrAbort(parts, line, command.signal);
        if (opened.kind === "running") {
          void opened.running.ended.finally(() => sessions.release());
          opened.channel.end(input === undefined ? command.stdin : lateInput(opened, input));
          return opened.running;
        }
        if (opened.kind === "no-session") sessions.shrink();
        sessions.release();
        if (opened.kind === "lost") return lostCommand();
        if (opened.kind === "not-sent") parts.drop();
        if (opened.kind === "not-sent")
          throw new NotSentError("the connection was gone before the command was sent");
        if (opened.kind === "refused" || attempt === SESSION_TRIES) throw sessionRefused(node);
        // The node may still be clearing away the session that just ended.
        await new Promise((resolve) => setTimeout(resolve, SESSION_WAIT_MS));
      }
    },
  };
}

function lateInput({ running }: Extract<Opened, { kind: "running" }>, input: () => Input): Input {
  try {
    return input();
  } catch (error) {
    // Nobody reads what it says, and it has not ended before that was read.
    running.stdout.resume();
    running.stderr.resume();
    running.kill("TERM");
    running.letGo();
    throw error;
  }
}

async function openOrAbort(
  parts: StarterParts,
  line: string,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const opening = open(parts, line);
  try {
    return await unlessAborted(opening, signal);
  } catch (error) {
    void opening.then((late) => {
      parts.sessions.release();
      if (late.kind !== "running") return;
      late.running.kill("TERM");
      late.running.letGo();
    });
    throw error;
  }
}

function open(parts: StarterParts, line: string): Promise<Opened> {
  const { client } = parts;
  return new Promise<Opened>((resolve) => {
    // A node that keeps the connection alive and answers nothing is as good as gone.
    const silent = setTimeout(() => parts.drop(), parts.answerTimeoutMs);
    const done = (opened: Opened): void => {
      clearTimeout(silent);
      resolve(opened);
    };
    try {
      client.exec(line, (error, channel) => {
        if (error === undefined) done({ kind: "running", running: runningOn(client, channel), channel });
        else done({ kind: kindOf(error, parts.isOpen()) });
      });
    } catch {
      done({ kind: "not-sent" });
    }
  });
}

/** ssh2 asks for the channel and then for the command; only its words tell at which of the two it failed. */
function kindOf(error: Error, connectionOpen: boolean): "no-session" | "refused" | "not-sent" | "lost" {
  if (error.message === "Unable to exec") return connectionOpen ? "refused" : "lost";
  return connectionOpen ? "no-session" : "not-sent";
}

function sessionRefused(node: string): DcnError {
  return new DcnError("busy", "SESSION_REFUSED", `${node} is logged in but does not let us run a command`, {
    node,
    hint: "see MaxSessions, ForceCommand and PermitTTY in its sshd_config, and the shell of the login",
    retryable: true,
  });
}

function lostCommand(): Running {
  return {
    stdout: Readable.from([]),
    stderr: Readable.from([]),
    ended: Promise.resolve({ exitCode: null, signal: null, lost: true }),
    kill: () => undefined,
    letGo: () => undefined,
  };
}

function runningOn(client: Client, channel: ClientChannel): Running {
  let ending: Ending = { exitCode: null, signal: null, lost: true };
  channel.on("exit", (code: number | null, signal?: string) => {
    ending = { exitCode: code, signal: signal ?? null, lost: false };
  });
  channel.on("error", () => undefined);
  const ended = Promise.all([closeOf(channel), closeOf(channel.stderr)]).then(() => ending);
  return {
    stdout: channel.stdout,
    stderr: channel.stderr,
    ended,
    kill: (signal) => sendSignal(client, channel, signal),
    letGo: () => channel.close(),
  };
}

function closeOf(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => stream.once("close", () => resolve()));
}

/**
 * RFC 4254 section 6.9. ssh2's own `channel.signal` stays silent once stdin was ended, though the protocol allows signals then; so this goes one level
 * below, and does nothing where a later ssh2 looks different there. The contract suite shows that it works.
 */
function sendSignal(client: Client, channel: ClientChannel, signal: string): void {
  const protocol: unknown = Reflect.get(client, "_protocol");
  const outgoing: unknown = Reflect.get(channel, "outgoing");
  if (typeof protocol !== "object" || protocol === null || typeof outgoing !== "object" || outgoing === null)
    return;
  const state: unknown = Reflect.get(outgoing, "state");
  const send: unknown = Reflect.get(protocol, "signal");
  if ((state !== "open" && state !== "eof") || typeof send !== "function") return;
  try {
    Reflect.apply(send, protocol, [Reflect.get(outgoing, "id"), signal]);
  } catch {
    // The connection is gone, and the command with it or lost.
  }
}
