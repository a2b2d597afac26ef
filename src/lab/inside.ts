// Commands inside a lab machine, as root, without the network: nsenter(1) into the namespaces of its init.
import { spawn } from "node:child_process";
import { DcnError } from "../errors/index.js";
import type { CommandResult } from "../transport/index.js";
import { initPidOf } from "./control.js";
import { tryHost } from "./host.js";
import type { LabPaths } from "./paths.js";

/** Runs `argv` inside `node` and returns what it did. Throws DcnError where the machine is off. */
export async function execInside(
  paths: LabPaths,
  node: string,
  argv: readonly string[],
  options: { readonly timeoutMs?: number; readonly stdin?: string } = {},
): Promise<CommandResult> {
  return tryHost(await entering(paths, node, argv), {
    timeoutMs: options.timeoutMs ?? 600_000,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  });
}

/** What a command did that ran with our own standard input. */
export interface Attached {
  readonly node: string;
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Empty unless the output was captured. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `argv` inside `node` with this process's standard input, and, unless `capture`, its standard output and error
 * too: a shell works, a stream flows, and nothing is cut off by a time limit. Throws DcnError where the machine is off.
 */
export async function attachInside(
  paths: LabPaths,
  node: string,
  options: { readonly argv: readonly string[]; readonly capture: boolean },
): Promise<Attached> {
  const { argv, capture } = options;
  const [program = "", ...words] = await entering(paths, node, argv);
  const ours = capture ? "pipe" : "inherit";
  const child = spawn(program, words, { stdio: ["inherit", ours, ours] });
  const said: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout?.on("data", (part: Buffer) => said.stdout.push(part));
  child.stderr?.on("data", (part: Buffer) => said.stderr.push(part));
  const ended = await new Promise<Pick<Attached, "exitCode" | "signal">>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString("utf8");
  return { node, argv, ...ended, stdout: text(said.stdout), stderr: text(said.stderr) };
}

async function entering(paths: LabPaths, node: string, argv: readonly string[]): Promise<string[]> {
  if (argv.length === 0) throw new DcnError("usage", "NO_COMMAND", "what shall run inside the machine?");
  return enteringInit(await initPidOf(paths, node), argv);
}

/** The command that runs `argv` in the namespaces of a machine whose init has this number on the host. */
export function enteringInit(pid: number, argv: readonly string[]): string[] {
  const spaces = ["mount", "uts", "ipc", "net", "pid", "root", "wd"].map((space) => `--${space}`);
  return ["nsenter", `--target=${pid}`, ...spaces, "--", ...argv];
}
