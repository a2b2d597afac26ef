// `dcn-ha drill run`: breaks a lab or a real group in earnest, and says whether it healed as promised.
import { randomInt } from "node:crypto";
import type { DrillGround, DrillResult } from "../drill/index.js";
import type { DocumentOf } from "../profile/index.js";
import type { Call, CommandDefinition } from "./command.js";
import { withDrillGround } from "./drill-ground.js";
import { chosenDrills, drillsOption, loadDrills } from "./drill-library.js";
import { keepResult, readHistoryOf, writeReports } from "./drill-results.js";
import { profilesOption } from "./group.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const run: CommandDefinition = {
  summary: "breaks a lab or a group in earnest, watches it heal, and gives a verdict",
  arguments: [{ name: "DRILL", help: "drills by name (drill list)", variadic: true, optional: true }],
  options: [
    { flags: "--name <LAB>", help: "in this lab (default: default)" },
    {
      flags: "--group <GROUP>",
      help: "on the real machines of this group: nodes are fenced, workloads move; needs --yes-break",
    },
    { flags: "--yes-break <NAME>", help: "with --group: the name of the group, typed once more" },
    { flags: "--all", help: "every drill; those that do not fit are told" },
    { flags: "--core", help: "the ten core drills" },
    { flags: "--seed <N>", help: "choose the same bystanders again (default: a new one, which is printed)" },
    { flags: "--junit <FILE>", help: "also write the verdicts for a CI server" },
    { flags: "--html <FILE>", help: "also write the score card as one page" },
    drillsOption,
    profilesOption,
  ],
  examples: [
    "dcn-ha drill run power-loss --name default",
    "dcn-ha drill run --core --name default --html drills.html",
    "dcn-ha drill run fence-holder --group cabinet-7.yaml --yes-break cabinet-7",
  ],
  run: async (call) => {
    const { options, output } = call;
    const chosen = await chosenDrills(await loadDrills(call), {
      words: call.arguments,
      core: options.flag("core"),
      all: options.flag("all"),
    });
    const seed = options.number("seed", 0, 2 ** 31) ?? randomInt(2 ** 31);
    output.headline(`seed ${seed}: replay with --seed ${seed}`);
    const { describeCard, describeResult, isGoodCard, scoreCard } = await import("../drill/index.js");
    return withDrillGround(call, async (ground) => {
      const [earlier, at] = [await readHistoryOf(ground.group), new Date().toISOString()];
      const results = await each(call, { ground, chosen, seed }, async (result) => {
        output.headline(describeResult(result, output.paint));
        await keepResult(ground, result, at);
      });
      const card = scoreCard(results, earlier, { group: ground.group, where: ground.where, seed });
      await writeReports(call, card);
      output.answer(card, describeCard(card, output.paint));
      return isGoodCard(card) ? exitCodes.done : exitCodes.failed;
    });
  },
};

async function each(
  call: Call,
  about: {
    readonly ground: DrillGround;
    readonly chosen: readonly DocumentOf<"Drill">[];
    readonly seed: number;
  },
  onResult: (result: DrillResult) => Promise<void>,
): Promise<DrillResult[]> {
  const { runDrill } = await import("../workflows/index.js");
  const { systemClock } = await import("../time/index.js");
  const { ground, chosen, seed } = about;
  const results: DrillResult[] = [];
  for (const { name, value } of chosen) {
    call.output.headline(`drill ${name}: ${value.summary}`);
    const result = await runDrill(value, {
      ground,
      seed,
      clock: systemClock,
      signal: call.signal,
      onProgress: (text) => call.output.progress(`    ${text}`),
    });
    results.push(result);
    await onResult(result);
  }
  return results;
}
