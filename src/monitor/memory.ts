// What a monitor remembers of a group over its own end: where it is in each node's spool, what it makes of the group, and whom it has still to tell.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { SpoolPosition } from "../observation/index.js";
import { emptyWatch, type Incident, type WatchState } from "../timeline/index.js";
import type { Notification } from "./notification.js";
import { attempt, createTroubles, reasonOf } from "./trouble.js";

/** The content of a memory. */
export interface Remembered {
  readonly version: 1;
  positions: Record<string, SpoolPosition>;
  watch: WatchState;
  /** Not yet delivered, the oldest first. */
  outbox: Pending[];
  /** From when nobody answered us, until a look sees the cluster again; what was known of it before is unknown meanwhile. */
  dark?: Dark;
}

/** A group of which nobody answers, and how far that was told. */
export interface Dark {
  is: "noticed" | "told" | "over";
  readonly sinceMs: number;
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
  /** Replaces the file as a whole: whoever is killed meanwhile finds the one before. Where it cannot, as on a full disk, the next one brings all. */
  save(): void;
  /** Saves what could not be saved yet, and lets another monitor have it. */
  release(): void;
}

/**
 * Opens the memory of a group in `folder`, empty where there is none or none of this form. Throws DcnError busy MONITOR_RUNNING
 * while another monitor has it, failed MONITOR_MEMORY where it cannot be written. When that happens later, `onTrouble` is told so
 * once, and once more when it is over.
 */
export function openMemory(
  folder: string,
  group: string,
  onTrouble: (text: string) => void = () => undefined,
): Memory {
  const file = join(folder, `${group}.json`);
  const lock = join(folder, `${group}.pid`);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    take(lock, group);
  } catch (error) {
    if (error instanceof DcnError) throw error;
    throw unwritable(folder, reasonOf(error));
  }
  const content = read(file);
  const trouble = attempt(() => replace(file, content));
  if (trouble !== undefined) {
    rmSync(lock, { force: true });
    throw unwritable(folder, trouble);
  }
  const outcome = createTroubles({
    ...{ onTrouble, failed: "what was told cannot be noted, and the next monitor would tell it again" },
    again: "what was told is noted again",
  });
  let kept = true;
  const save = (): void => {
    const reason = attempt(() => replace(file, content));
    kept = reason === undefined;
    outcome(reason);
  };
  const release = (): void => {
    if (!kept) save();
    rmSync(lock, { force: true });
  };
  return { content, save, release };
}

function unwritable(folder: string, reason: string): DcnError {
  return new DcnError("failed", "MONITOR_MEMORY", `${folder} cannot be written: ${reason}`, {
    hint: "set XDG_STATE_HOME to a folder of yours, so that nothing is told twice or lost when the monitor ends",
  });
}

function replace(file: string, content: Remembered): void {
  writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function read(file: string): Remembered {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as Partial<Remembered> | null;
    if (content?.version === 1 && content.positions && content.watch && content.outbox) {
      const { positions, watch, outbox, dark } = content;
      return { version: 1, positions, watch, outbox, ...(dark === undefined ? {} : { dark }) };
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
