// Who this process is, so that others can tell whether it still runs (proc(5), pid_namespaces(7)).
import { randomUUID } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import type { ControllerHolder } from "../coordination/index.js";

/** This process as the holder of locks, and what it can see of others; a parameter, so that tests can play several. */
export interface Controller {
  readonly holder: ControllerHolder;
  newToken(): string;
  /** When the process with this pid started; `gone` where there is none, undefined where it cannot be told. */
  processStarted(pid: number): Promise<string | undefined>;
}

/** This process on this machine. Where /proc is missing nothing can be proven about it, and its lock needs a person. */
export async function thisController(): Promise<Controller> {
  const [boot, pidSpace, started] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""),
    readlink("/proc/self/ns/pid").catch(() => ""),
    startOf(process.pid),
  ]);
  const holder: ControllerHolder = {
    kind: "controller",
    host: hostname(),
    user: userName(),
    pid: process.pid,
    boot: boot.trim(),
    pidSpace,
    started: started === undefined || started === "gone" ? "" : started,
  };
  return { holder, newToken: randomUUID, processStarted: startOf };
}

async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, so count from its end: field 22 is the 20th after it. A zombie has ended.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "gone" : fields[19];
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") return undefined;
  }
  // With hidepid=2 a process of somebody else has no folder either.
  try {
    process.kill(pid, 0);
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH" ? "gone" : undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
