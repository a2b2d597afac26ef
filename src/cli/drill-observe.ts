// `dcn-ha drill observe`: records a lab from outside its nodes until Ctrl-C, beside whatever else goes on.
import type { Call, CommandDefinition } from "./command.js";
import { nameOption, pathsFor } from "./lab-call.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const observeVerb: CommandDefinition = {
  summary: "records from outside the nodes what a lab does, until Ctrl-C",
  options: [
    nameOption,
    { flags: "--out <LOG>", help: "the log to write; a file that exists is refused", required: true },
    { flags: "--every <MS>", help: "between two looks at heartbeats and power, 50 to 1000", default: "100" },
    { flags: "--for <SECONDS>", help: "end after this time" },
    { flags: "--bound <LIST>", help: "promised outages in milliseconds: pulse=5000,other=3000" },
  ],
  examples: [
    "dcn-ha drill observe --out night.jsonl",
    "dcn-ha drill observe --name mixed --out night.jsonl --for 600 --bound pulse=5000",
  ],
  run: async (call) => {
    const { startRecorder } = await import("../lab/index.js");
    const { limited } = await import("../time/index.js");
    const paths = await pathsFor(call);
    const logFile = call.options.text("out") ?? "";
    const seconds = call.options.number("for", 1, 7 * 24 * 3600);
    const recorder = await startRecorder({
      paths,
      logFile,
      sampleMs: call.options.number("every", 50, 1000) ?? 100,
      bounds: await boundsOf(call),
      signal: seconds === undefined ? call.signal : limited(call.signal, seconds * 1000),
    });
    call.output.progress(`recording into ${logFile}; Ctrl-C ends it`);
    await recorder.ended;
    const cost = recorder.cost();
    const share = (100 * cost.cpuSeconds) / cost.seconds;
    call.output.answer(
      { log: logFile, ...cost },
      [
        `${cost.lines} lines over ${cost.seconds.toFixed(1)} s in ${logFile}`,
        `${cost.execs} looks inside nodes; the recorder took ${share.toFixed(1)} % of a core`,
        `next: dcn-ha drill judge ${logFile}`,
      ].join("\n"),
    );
    return exitCodes.done;
  },
};

async function boundsOf(call: Call): Promise<Record<string, number>> {
  const text = call.options.text("bound");
  const { DcnError } = await import("../errors/index.js");
  const pairs = (text ?? "").split(",").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, resource, ms] = /^([^=]+)=(\d+)$/.exec(pair) ?? [];
      if (resource !== undefined && ms !== undefined) return [resource, Number(ms)];
      throw new DcnError("usage", "DRILL_BOUND", `“${pair}” is no bound`, {
        hint: "a workload and milliseconds: pulse=5000",
      });
    }),
  );
}
