// `dcn-ha drill judge`: the verdict on a log, from the log alone.
import { readFile } from "node:fs/promises";
import type { CommandDefinition } from "./command.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const judgeVerb: CommandDefinition = {
  summary: "says which invariants a recorded log shows held, violated or not observed",
  arguments: [{ name: "LOG", help: "a log that drill observe, run or selftest has written" }],
  examples: ["dcn-ha drill judge night.jsonl", "dcn-ha drill judge night.jsonl --json"],
  run: async (call) => {
    const { describeVerdict, judge, readDrillLog } = await import("../drill/index.js");
    const [file = ""] = call.arguments;
    const { entries, cut } = readDrillLog(await textOf(file));
    const verdict = judge(entries);
    const words = describeVerdict(verdict);
    const note =
      cut === undefined
        ? ""
        : `\nline ${cut.line} was cut short (the recorder was killed?) and does not count`;
    call.output.answer({ ...verdict, ...(cut === undefined ? {} : { cut }) }, words + note);
    return verdict.violated.length === 0 ? exitCodes.done : exitCodes.failed;
  },
};

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { DcnError } = await import("../errors/index.js");
    throw new DcnError("usage", "DRILL_LOG_MISSING", `the log ${file} cannot be read`, {
      hint: "record one: dcn-ha drill observe --name LAB --out LOG",
      cause,
    });
  }
}
