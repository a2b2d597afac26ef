// Where results of drills go: a history per group in the user's state folder, JUnit and HTML files where asked.
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { DrillGround, DrillResult, HistoryEntry, ScoreCard } from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import type { Call } from "./command.js";

/** Where a group's drills are kept (XDG Base Directory Specification, XDG_STATE_HOME): its history in a file, its logs in a folder. */
function stateOf(group: string): string {
  const given = process.env.XDG_STATE_HOME ?? "";
  const state = given === "" ? join(homedir(), ".local", "state") : given;
  return join(state, "dcn-ha", "drills", group.replace(/[^A-Za-z0-9._-]/g, "_"));
}

function historyFile(group: string): string {
  return `${stateOf(group)}.jsonl`;
}

/** The folder of a group's drill logs. */
export function logFolder(group: string): string {
  return stateOf(group);
}

/** Every earlier result of a group, oldest first; none where it was never drilled. */
export async function readHistoryOf(group: string): Promise<readonly HistoryEntry[]> {
  const { readHistory } = await import("../drill/index.js");
  return readHistory(await readFile(historyFile(group), "utf8").catch(() => ""));
}

/** Adds a result to the group's history; `at` is when the call began, the same for all of its drills. */
export async function keepResult(ground: DrillGround, result: DrillResult, at: string): Promise<void> {
  const { historyEntry } = await import("../drill/index.js");
  const file = historyFile(ground.group);
  const line = JSON.stringify(historyEntry(result, { at, where: ground.where }));
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${line}\n`, { mode: 0o600 });
  } catch (error) {
    throw notWritten(file, error);
  }
}

/** Writes the files that --junit and --html ask for. Throws DcnError usage DRILL_REPORT_NOT_WRITTEN. */
export async function writeReports(call: Call, card: ScoreCard): Promise<void> {
  const { cardPage, junitReport } = await import("../drill/index.js");
  const made = new Date().toISOString();
  for (const [option, text] of [
    ["junit", () => junitReport(card)],
    ["html", () => cardPage(card, made)],
  ] as const) {
    const file = call.options.text(option);
    if (file === undefined) continue;
    await writeFile(file, text()).catch((error: unknown) => {
      throw notWritten(file, error);
    });
  }
}

function notWritten(file: string, error: unknown): DcnError {
  const why = error instanceof Error ? error.message : String(error);
  return new DcnError("usage", "DRILL_REPORT_NOT_WRITTEN", `${file}: it cannot be written: ${why}`);
}
