// Says what the code of a finding means, or how the times of a group were computed (docs/architecture.md, "Three kinds of trouble").
import { DcnError } from "../../errors/index.js";
import type { ResolvedGroup } from "../../profile/index.js";
import type { CommandDefinition } from "../command.js";
import type { Explanation } from "../explanations/explanation.js";
import { loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "says what a finding's code means, or how a group's times were computed",
  arguments: [{ name: "CODE|GROUP", help: "the code of a finding, or a group: its file, folder or name" }],
  options: [profilesOption],
  examples: ["dcn-ha explain FAILURES_NEVER_FORGOTTEN", "dcn-ha explain cabinet-7.yaml"],
  run: async (call) => {
    const [word = ""] = call.arguments;
    const { output } = call;
    if (!/^[A-Z][A-Z0-9_]*$/.test(word)) {
      const group = await loadGroup(call);
      output.answer(
        { group: group.name, policy: group.policyName, figures: group.timing.figures },
        arithmetic(group),
      );
      return exitCodes.done;
    }
    const { explanations } = await import("../explanations/all.js");
    const explanation = Object.hasOwn(explanations, word) ? explanations[word] : undefined;
    if (explanation === undefined) {
      const { nearestName } = await import("../../profile/index.js");
      const near = nearestName(word, Object.keys(explanations));
      const options = near === undefined ? {} : { hint: `did you mean ${near}?` };
      throw new DcnError("usage", "NO_SUCH_WORD", `there is no code ${word}`, options);
    }
    output.answer({ code: word, ...explanation }, inWords(word, explanation));
    return exitCodes.done;
  },
};

function inWords(code: string, { means, why, remedy, example }: Explanation): string {
  const parts = [code, `  ${means}`, `  Why it matters: ${why}`, `  What to do: ${remedy}`];
  return [...parts, ...(example === undefined ? [] : [`  Example: ${example}`])].join("\n");
}

function arithmetic({ name, policyName, timing }: ResolvedGroup): string {
  const lines = timing.figures.map(
    (one) => `${one.name} = ${one.ms} ms\n    ${one.formula}\n    ${one.source}`,
  );
  return [`${name} under ${policyName}; all times in milliseconds`, ...lines].join("\n");
}
