// What a monitor remembers of a group over its own end: where it is in each node's spool, what it makes of the group, and whom it has still to tell.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
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
 * Opens the memory of a group in `folder`, empty where there is none; one that cannot be used is kept aside, and `onTrouble` told so.
 * Throws DcnError busy MONITOR_RUNNING while another monitor has it, failed MONITOR_MEMORY where it cannot be written. When that happens
 * later, `onTrouble` is told so once, and once more when it is over.
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
  let content: Remembered;
  try {
    content = read(file, onTrouble);
    replace(file, content);
  } catch (error) {
    rmSync(lock, { force: true });
    throw unwritable(folder, reasonOf(error));
  }
  const outcome = createTroubles({
    ...{ onTrouble, failed: "what was told cannot be noted, and the next monitor would tell it again" },
    again: "what was told is noted again",
  });
  const sync = createSync(file);
  let kept = true;
  const save = (): void => {
    const reason = attempt(() => replace(file, content));
    kept = reason === undefined;
    if (kept) sync();
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

/**
 * Forgets where one is in the spools of nodes that the group does not have any more; and all of how it was, where that is about none that
 * it has. What a cluster may still know of a node stays: else a look would find it lost as if it were news.
 */
export function forgetOthers(
  memory: Memory,
  nodes: readonly string[],
  onTrouble: (text: string) => void,
): void {
  const { content } = memory;
  const { positions, watch } = content;
  const known = Object.keys({ ...positions, ...watch.nodes });
  if (known.every((node) => nodes.includes(node))) return;
  content.positions = Object.fromEntries(Object.entries(positions).filter(([node]) => nodes.includes(node)));
  if (!known.some((node) => nodes.includes(node))) {
    onTrouble(`what was remembered is of other nodes (${known.join(", ")}), and is forgotten`);
    content.watch = { ...emptyWatch, incidents: watch.incidents };
    delete content.dark;
  }
  memory.save();
}

function replace(file: string, content: Remembered): void {
  writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Has the disk take what was written: a power cut would leave an empty file. Beside all else and not before the rename, because who is to
 * be told of an event would wait for the disk, and with many groups for hundreds of times.
 */
function createSync(file: string): () => void {
  let busy = false;
  let again = false;
  const sync = async (): Promise<void> => {
    const handle = await open(file);
    await handle.sync().finally(() => handle.close());
  };
  const run = (): void => {
    again = busy;
    if (busy) return;
    busy = true;
    const done = (): void => {
      busy = false;
      if (again) run();
    };
    sync().then(done, done);
  };
  return run;
}

function read(file: string, onTrouble: (text: string) => void): Remembered {
  let reason = "it is not of this form";
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as Partial<Remembered> | null;
    if (content?.version === 1 && content.positions && content.watch && content.outbox) {
      const { positions, watch, outbox, dark } = content;
      return { version: 1, positions, watch, outbox, ...(dark === undefined ? {} : { dark }) };
    }
  } catch (error) {
    reason = isAbsent(error) ? "" : reasonOf(error);
  }
  if (reason !== "") {
    renameSync(file, `${file}.unread`);
    onTrouble(`${file} cannot be used and is now ${file}.unread: ${reason}; the monitor begins anew`);
  }
  return { version: 1, positions: {}, watch: emptyWatch, outbox: [] };
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
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
  // Also where that is this process: two groups of one name would each overwrite what the other notes.
  if (start !== undefined && owner === `${pid} ${start}`) {
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
