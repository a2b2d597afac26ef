// Commands on this machine, each in a process group of its own so that all of it can be stopped; the only place of execa.
import { Readable } from "node:stream";
import { DcnError } from "../errors/index.js";
import { checkArgv } from "../shell/index.js";
import { transportOver } from "./over.js";
import type { StreamingTransport } from "./stream.js";
import type { Ending, Running } from "./supervise.js";
import type { Command } from "./transport.js";

/** Exit codes that a POSIX shell gives where a program cannot be started (XCU 2.8.2); a node would answer the same. */
const NOT_STARTED: Readonly<Record<string, readonly [exitCode: number, text: string]>> = {
  ENOENT: [127, "not found"],
  ENOTDIR: [127, "not found"],
  EACCES: [126, "Permission denied"],
  E2BIG: [126, "Argument list too long"],
};

/** A transport that runs every command here, whatever the node's name. `exec` throws DcnError usage ARGUMENT_NOT_TRANSPORTABLE, failed (OUTPUT_TOO_LARGE, TRANSPORT_CLOSED). */
export function createLocalTransport(options: { readonly killGraceMs?: number } = {}): StreamingTransport {
  const running = new Set<Running>();
  // Groups of their own do not hear the terminal's Ctrl-C and would outlive us.
  const killAll = (): void => {
    for (const command of running) command.kill("KILL");
  };
  let closed = false;
  return transportOver({
    ...(options.killGraceMs === undefined ? {} : { graceMs: options.killGraceMs }),
    start: async (_node, command) => {
      checkArgv(command.argv);
      if (closed)
        throw new DcnError("failed", "TRANSPORT_CLOSED", "the transport to this machine was closed");
      const started = await startLocally(command);
      if (running.size === 0) process.on("exit", killAll);
      running.add(started);
      void started.ended.then(() => {
        running.delete(started);
        if (running.size === 0) process.off("exit", killAll);
      });
      return started;
    },
    close: async () => {
      closed = true;
      killAll();
      await Promise.all([...running].map((command) => command.ended));
    },
  });
}

async function startLocally(command: Command): Promise<Running> {
  const { execa } = await import("execa");
  const [program = "", ...args] = command.argv;
  const subprocess = execa(program, args, {
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const { pid, stdin, stdout, stderr } = subprocess;
  if (pid === undefined) return notStarted(program, (await subprocess).code);
  // A program may end without reading its input.
  stdin.on("error", () => undefined);
  stdin.end(command.stdin);
  const exited = new Promise<Ending>((resolve) => {
    subprocess.once("exit", (exitCode, signal) => resolve({ exitCode, signal, lost: false }));
  });
  return {
    stdout,
    stderr,
    ended: Promise.all([exited, closeOf(stdout), closeOf(stderr)]).then(([ending]) => ending),
    kill: (signal) => killGroup(pid, `SIG${signal}`),
    letGo: () => {
      stdout.destroy();
      stderr.destroy();
    },
  };
}

function notStarted(program: string, code: string | undefined): Running {
  const [exitCode, text] = NOT_STARTED[code ?? ""] ?? [126, code ?? "cannot be started"];
  return {
    stdout: Readable.from([]),
    stderr: Readable.from([Buffer.from(`${program}: ${text}\n`)]),
    ended: new Promise((resolve) => setImmediate(() => resolve({ exitCode, signal: null, lost: false }))),
    kill: () => undefined,
    letGo: () => undefined,
  };
}

function closeOf(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once("close", () => resolve()));
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the whole group is gone already, which is what we want.
  }
}
