// Commands on the host that carries the lab, as argument lists through the local transport.
import { DcnError } from "../errors/index.js";
import { type CommandResult, createLocalTransport } from "../transport/index.js";

const local = createLocalTransport();

/** Options of one host command. */
export interface HostCommand {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs a command and returns whatever it did. */
export function tryHost(argv: readonly string[], options: HostCommand = {}): Promise<CommandResult> {
  return local.exec("host", {
    argv,
    timeoutMs: options.timeoutMs ?? 60_000,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** Runs a command that has to succeed and returns its standard output. Throws DcnError HOST_COMMAND_FAILED with its words. */
export async function onHost(argv: readonly string[], options: HostCommand = {}): Promise<string> {
  const result = await tryHost(argv, options);
  if (result.exitCode !== 0) {
    const words = result.stderr.trim().split("\n").slice(-6).join("\n") || result.stdout.trim().slice(-400);
    const how = result.timedOut
      ? "timed out"
      : `ended with ${result.exitCode ?? result.signal ?? "no exit code"}`;
    throw new DcnError("failed", "HOST_COMMAND_FAILED", `${argv.slice(0, 4).join(" ")} ${how}: ${words}`);
  }
  return result.stdout;
}
