// What a monitor remembers of a group over its own end: where it is in each node's spool, what it makes of the group, and whom it has still to tell.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { SpoolPosition } from "../observation/index.js";
import { emptyWatch, type Incident, type WatchState } from "../timeline/index.js";
import type { Notification } from "./notification.js";

/** The content of a memory. */
export interface Remembered {
  readonly version: 1;
  positions: Record<string, SpoolPosition>;
  watch: WatchState;
  /** Not yet delivered, the oldest first. */
  outbox: Pending[];
}

/** A notification that a recipient does not have yet. */
export interface Pending {
  readonly recipient: string;
  readonly notification: Notification;
  /** The whole of it, for recipients that take that. */
  readonly incident?: Incident;
}

/** A file of its own for each group; one monitor at a time has it. */
export interface Memory {
  readonly content: Remembered;
  /** Replaces the file as a whole: whoever is killed meanwhile finds the one before. */
  save(): void;
  /** Lets another monitor have it. */
  release(): void;
}

/**
 * Opens the memory of a group in `folder`, empty where there is none or none of this form. Throws DcnError busy MONITOR_RUNNING
 * while another monitor has it, failed MONITOR_MEMORY where it cannot be written.
 */
export function openMemory(folder: string, group: string): Memory {
  const file = join(folder, `${group}.json`);
  const lock = join(folder, `${group}.pid`);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    take(lock, group);
  } catch (error) {
    if (error instanceof DcnError) throw error;
    const text = `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new DcnError("failed", "MONITOR_MEMORY", text, {
      hint: "set XDG_STATE_HOME to a folder of yours, so that nothing is told twice or lost when the monitor ends",
    });
  }
  const content = read(file);
  return {
    content,
    save: () => {
      writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    release: () => rmSync(lock, { force: true }),
  };
}

function read(file: string): Remembered {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as Partial<Remembered> | null;
    if (content?.version === 1 && content.positions && content.watch && content.outbox) {
      const { positions, watch, outbox } = content;
      return { version: 1, positions, watch, outbox };
    }
  } catch {
    // None yet, or none that is whole.
  }
  return { version: 1, positions: {}, watch: emptyWatch, outbox: [] };
}

function take(lock: string, group: string): void {
  const own = `${process.pid} ${startOf(process.pid) ?? ""}`;
  let owner = "";
  try {
    owner = readFileSync(lock, "utf8");
  } catch {
    // Nobody has it.
  }
  const [pid = ""] = owner.split(" ");
  const start = /^\d+$/.test(pid) ? startOf(Number(pid)) : undefined;
  if (start !== undefined && owner === `${pid} ${start}` && owner !== own) {
    throw new DcnError(
      "busy",
      "MONITOR_RUNNING",
      `another monitor watches ${group} already (process ${pid})`,
      {
        hint: "end it, or set XDG_STATE_HOME to another folder for a monitor of its own",
      },
    );
  }
  writeFileSync(lock, own, { mode: 0o600 });
}

/** When a process began (proc(5), field 22 of stat); undefined where there is none of that number. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
