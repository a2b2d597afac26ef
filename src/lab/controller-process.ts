// One dcn-ha process beside this one, as another controller: started, paused, killed, and what became of it.
import { spawn } from "node:child_process";

/** How a process ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly ms: number;
}

/** One dcn-ha process. */
export class Controller {
  readonly ended: Promise<Ended>;
  private readonly child;

  constructor(argv: readonly string[]) {
    const [file = "", ...rest] = argv;
    const begun = process.hrtime.bigint();
    this.child = spawn(file, rest, { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    this.child.stderr.setEncoding("utf8").on("data", (part: string) => {
      stderr += part;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (exitCode, signal) => {
        const ms = Number(process.hrtime.bigint() - begun) / 1e6;
        resolve({ exitCode, signal, stderr, ms });
      });
    });
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.child.kill(name);
  }
}
