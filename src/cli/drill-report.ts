// `dcn-ha drill report`: the last score card of a group out of its history, with the trend against the runs before.
import type { CommandDefinition } from "./command.js";
import { readHistoryOf, writeReports } from "./drill-results.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const report: CommandDefinition = {
  summary: "prints the last score card of a group, and how it compares with the runs before",
  arguments: [{ name: "NAME", help: "name of the group; that of a lab's is lab-NAME" }],
  options: [
    { flags: "--junit <FILE>", help: "also write the verdicts for a CI server" },
    { flags: "--html <FILE>", help: "also write the score card as one page" },
  ],
  examples: ["dcn-ha drill report cabinet-7", "dcn-ha drill report lab-default --html drills.html"],
  run: async (call) => {
    const { cardOfHistory, describeCard, isGoodCard } = await import("../drill/index.js");
    const [group = ""] = call.arguments;
    const card = cardOfHistory(group, await readHistoryOf(group));
    if (card === undefined) {
      const { DcnError } = await import("../errors/index.js");
      throw new DcnError("usage", "NO_DRILLS_YET", `${group} was never drilled from here`, {
        hint: "dcn-ha drill run --core --name LAB",
      });
    }
    await writeReports(call, card);
    call.output.answer(card, describeCard(card, call.output.paint));
    return isGoodCard(card) ? exitCodes.done : exitCodes.failed;
  },
};
