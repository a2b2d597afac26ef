// Looks for secrets in the arguments of all processes of this host, those of the nodes included (proc_pid_cmdline(5)).
import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LogCanary } from "../../drill/index.js";

/** Each process is looked at when it is new, and all of them again after so long: a process may get other arguments. */
const AGAIN_NS = 2e9;

/** Searches for these; what is found is told once for each place, and never what it was. */
export class CanaryWatch {
  private seen = new Set<string>();
  private allNs = 0;
  private scanned = 0;
  private readonly told = new Set<string>();

  constructor(private readonly canaries: readonly string[]) {}

  /** One look. Without anything found there is a line for each full search only. */
  look(t: number): LogCanary[] {
    if (this.canaries.length === 0) return [];
    const all = t - this.allNs >= AGAIN_NS;
    const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const fresh = all ? processes : processes.filter((name) => !this.seen.has(name));
    this.seen = new Set(processes);
    const found = fresh.flatMap((pid) => this.inArguments(pid));
    this.scanned += fresh.length;
    if (all) this.allNs = t;
    if (!all && found.length === 0) return [];
    const scanned = this.scanned;
    this.scanned = 0;
    const [first, ...others] = found;
    return [
      { t, kind: "canary", where: first ?? null, scanned },
      ...others.map((where): LogCanary => ({ t, kind: "canary", where })),
    ];
  }

  private inArguments(pid: string): string[] {
    let text = "";
    try {
      text = readFileSync(join("/proc", pid, "cmdline"), "latin1");
    } catch {
      return []; // it has ended
    }
    if (!this.canaries.some((canary) => text.includes(canary))) return [];
    const where = `the arguments of process ${pid} (${text.split("\0")[0]?.slice(0, 60) ?? ""})`;
    if (this.told.has(where)) return [];
    this.told.add(where);
    return [where];
  }
}

/** The words in all files below a folder: what a lab keeps secret. Short ones would be found everywhere. */
export async function secretsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const texts = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")),
  );
  return texts.map((text) => text.trim()).filter((text) => text.length >= 8 && text.length <= 200);
}
