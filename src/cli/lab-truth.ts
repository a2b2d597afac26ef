// `dcn-ha lab truth`: what ran where, from outside the nodes.
import type { CommandDefinition } from "./command.js";
import { nameOption, pathsFor } from "./lab-call.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const truth: CommandDefinition = {
  summary: "says from outside the nodes what ran where, its outages and double runs",
  arguments: [
    { name: "RESOURCE", help: "a workload that writes a heartbeat (default: the first one)", optional: true },
  ],
  options: [
    nameOption,
    { flags: "--group <NAME>", help: "in a lab of an image set: the group that counts (default: the first)" },
  ],
  examples: ["dcn-ha lab truth", "dcn-ha lab truth pulse --json"],
  run: async (call) => {
    const { heartbeatOf, readTruth } = await import("../lab/index.js");
    const paths = await pathsFor(call);
    const found = await readTruth(
      paths,
      call.arguments[0] ?? (await heartbeatOf(paths)),
      call.options.text("group"),
    );
    const runs = found.runs.map(
      (run) => `ran on ${run.node} for ${((run.toNs - run.fromNs) / 1e9).toFixed(1)} s`,
    );
    const outages = found.outages.map(
      (gap) => `outage ${(gap.ms / 1000).toFixed(2)} s, ${gap.fromNode} to ${gap.toNode}`,
    );
    const doubles = found.doubleRuns.map(
      (twice) => `DOUBLE RUN on ${twice.nodes.join(" and ")}, ${twice.ms.toFixed(0)} ms`,
    );
    const silences = (found.addressSilences ?? []).map(
      (gap) => `address silent for ${(gap.ms / 1000).toFixed(2)} s`,
    );
    call.output.answer(
      found,
      [...runs, ...outages, ...silences, ...doubles].join("\n") || "no heartbeat yet",
    );
    return doubles.length === 0 ? exitCodes.done : exitCodes.failed;
  },
};
