// Codes of the invariant observer.
import { type Explanations, entry } from "./explanation.js";

const NOT_JUDGED = "No verdict was made: one from half a log would be worth nothing.";

export const observerCodes: Explanations = {
  DRILL_LOG: entry(
    "A line of the log is none that the recorder writes.",
    NOT_JUDGED,
    "Take the file as the recorder wrote it. Only a last line that was cut short is allowed, and is told.",
    "dcn-ha drill judge night.jsonl",
  ),
  DRILL_LOG_MISSING: entry(
    "There is no such log, or it may not be read.",
    NOT_JUDGED,
    "Record one, as root.",
    "dcn-ha drill observe --out night.jsonl --for 600",
  ),
  DRILL_LOG_EXISTS: entry(
    "The log to be written exists already.",
    "A log is one recording: it is only ever appended to, and never mixed with another.",
    "Name another file.",
    "dcn-ha drill observe --out night-2.jsonl",
  ),
  DRILL_BOUND: entry(
    "A promised outage that is no workload with its milliseconds.",
    "Nothing was recorded.",
    "Write the name, an equals sign and whole milliseconds; several with commas between them.",
    "dcn-ha drill observe --out night.jsonl --bound pulse=5000,other=3000",
  ),
  NO_SUCH_INVARIANT: entry(
    "A number that no invariant has.",
    "Nothing was planted.",
    "I1 to I16, as docs/invariants.md lists them.",
    "dcn-ha drill selftest --only I1,I3",
  ),
  SELFTEST_COMMAND: entry(
    "A command failed with which the self-test plants a violation.",
    "The self-test ended; the nodes may still be as it had left them.",
    "Take the lab down, and let the self-test bring up its own.",
    "dcn-ha drill selftest",
  ),
};
