// A foreign tool on the machine that builds and hosts images: an argument list, its exit codes, and a log that stays when it fails.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { CommandResult, Transport } from "../transport/index.js";

/** Where tools run, and whom to tell. */
export interface Workshop {
  /** Runs commands on this machine. */
  readonly transport: Transport;
  /** What each failed tool said is kept here. */
  readonly logs: string;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One call of a tool. */
export interface ToolCall {
  readonly argv: readonly string[];
  /** What it is for, in words: `sign dcn/hmi/site-1`. Names the log. */
  readonly purpose: string;
  readonly stdin?: string | Uint8Array;
  /** Default five minutes. */
  readonly timeoutMs?: number;
  /** Exit codes that are no failure; default 0 alone. */
  readonly accept?: readonly number[];
}

/**
 * Runs the tool and returns what it did. Throws DcnError failed TOOL_FAILED with the last lines of what it said and the place of the whole log,
 * TOOL_MISSING where it cannot be started, or the signal's reason.
 */
export async function runTool(shop: Workshop, call: ToolCall): Promise<CommandResult> {
  const { argv, purpose, stdin, timeoutMs = 300_000, accept = [0] } = call;
  const result = await shop.transport.exec("host", {
    argv,
    timeoutMs,
    ...(stdin === undefined ? {} : { stdin }),
    ...(shop.signal === undefined ? {} : { signal: shop.signal }),
  });
  if (result.exitCode !== null && accept.includes(result.exitCode)) return result;
  const [program = ""] = argv;
  if (result.exitCode === 127 && result.stderr.startsWith(`${program}: not found`)) {
    const hint = "dcn-ha doctor says what to install";
    throw new DcnError("failed", "TOOL_MISSING", `${purpose}: ${program} is not on this machine`, { hint });
  }
  const log = await keepLog(shop, purpose, result);
  const words = lastLines(result.stderr) || lastLines(result.stdout) || "it said nothing";
  const hint = `everything that it said: ${log}`;
  throw new DcnError("failed", "TOOL_FAILED", `${purpose}: ${program} ${howEnded(result)}: ${words}`, {
    hint,
  });
}

function howEnded({ timedOut, exitCode, signal, durationMs }: CommandResult): string {
  if (timedOut) return `was stopped after ${Math.round(durationMs / 1000)} s`;
  return `ended with ${exitCode ?? signal ?? "no exit code"}`;
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-6).join("\n");
}

async function keepLog(shop: Workshop, purpose: string, result: CommandResult): Promise<string> {
  await mkdir(shop.logs, { recursive: true, mode: 0o700 });
  const log = join(shop.logs, `${purpose.replaceAll(/[^A-Za-z0-9.-]+/g, "-")}.log`);
  const text = `${JSON.stringify(result.argv)}\n${howEnded(result)}\n\n${result.stdout}\n${result.stderr}`;
  await writeFile(log, text, { mode: 0o600 });
  return log;
}
