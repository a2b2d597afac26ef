// `dcn-ha drill selftest`: breaks each invariant once and has to see the observer notice.
import type { InvariantId } from "../drill/index.js";
import type { SelftestReport } from "../lab/index.js";
import type { Call, CommandDefinition } from "./command.js";
import { nameOption, pathsFor } from "./lab-call.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const selftestVerb: CommandDefinition = {
  summary: "plants a violation of each invariant in a lab and has to see it in the log",
  options: [
    {
      ...nameOption,
      help: "a lab that is up is used and stays; else one is brought up",
      default: "selftest",
    },
    { flags: "--only <LIST>", help: "these invariants: I1,I3" },
    { flags: "--logs <DIR>", help: "where the logs go (default: a new folder for temporary files)" },
  ],
  examples: ["dcn-ha drill selftest", "dcn-ha drill selftest --name lab1 --only I1,I3 --json"],
  run: async (call) => {
    const only = await onlyOf(call);
    const { runSelftest, RESOURCES_FOLDER } = await import("../lab/index.js");
    const { quickstartProduct } = await import("./quickstart-product.js");
    const report = await runSelftest({
      paths: await pathsFor(call),
      resources: RESOURCES_FOLDER,
      product: quickstartProduct(call),
      only,
      ...(call.options.text("logs") === undefined ? {} : { folder: call.options.text("logs") ?? "" }),
      onStep: (text) => call.output.headline(text),
      onProgress: (text) => call.output.progress(text),
      signal: call.signal,
    });
    call.output.answer(report, await describe(report));
    return report.good ? exitCodes.done : exitCodes.failed;
  },
};

async function onlyOf(call: Call): Promise<readonly InvariantId[]> {
  const { invariantIds } = await import("../drill/index.js");
  const text = call.options.text("only");
  if (text === undefined) return invariantIds;
  const { DcnError } = await import("../errors/index.js");
  return text.split(",").map((word) => {
    const id = invariantIds.find((known) => known === word.trim());
    if (id !== undefined) return id;
    throw new DcnError("usage", "NO_SUCH_INVARIANT", `“${word}” is no invariant`, {
      hint: `one of: ${invariantIds.join(", ")} (docs/invariants.md)`,
    });
  });
}

async function describe(report: SelftestReport): Promise<string> {
  const { describePlant } = await import("../lab/index.js");
  const { describeVerdict } = await import("../drill/index.js");
  const plants = [...report.plants].sort(
    (left, right) => Number(left.id.slice(1)) - Number(right.id.slice(1)),
  );
  const tripped = plants.filter((plant) => plant.tripped);
  const live = tripped.filter(({ where }) => where === "on live nodes").length;
  const sum = `${tripped.length} of ${plants.length} planted violations were seen, ${live} of them planted on live nodes`;
  const real =
    report.unaltered === undefined
      ? []
      : ["", `the real run, unaltered: ${describeVerdict(report.unaltered)}`, ""];
  return [...plants.map(describePlant), ...real, sum].join("\n");
}
