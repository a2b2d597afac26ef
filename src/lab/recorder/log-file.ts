// The file of a recording, and what recording costs.
import { openSync, readFileSync } from "node:fs";
import { DcnError } from "../../errors/index.js";
import { isCode } from "../store.js";

/** Opens a new log for appending. Throws DcnError `refused` DRILL_LOG_EXISTS. */
export function openLog(file: string): number {
  try {
    return openSync(file, "ax", 0o600);
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw cause;
    const hint = "a log is one recording, only ever appended to: name another file";
    throw new DcnError("refused", "DRILL_LOG_EXISTS", `${file} exists already`, { hint, cause });
  }
}

/** Processor time of this process and of its children that have ended (proc_pid_stat(5), fields 14 to 17, in hundredths of seconds). */
export function cpuSeconds(): number {
  const text = readFileSync("/proc/self/stat", "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / 100;
}
