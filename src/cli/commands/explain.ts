// Says what the code of a finding means, what a profile offers, or how the times of a group were computed (docs/architecture.md, "Three kinds of trouble").
import { DcnError } from "../../errors/index.js";
import type { ProfileDocument, ResolvedGroup } from "../../profile/index.js";
import type { Call, CommandDefinition } from "../command.js";
import type { Explanation } from "../explanations/explanation.js";
import { documentsByName, loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "says what a finding's code means, what a profile takes, or how a group's times were computed",
  arguments: [
    {
      name: "CODE|PROFILE|GROUP",
      help: "the code of a finding, the name of a profile or policy, or a group: its file, folder or name",
    },
  ],
  options: [profilesOption],
  examples: [
    "dcn-ha explain FAILURES_NEVER_FORGOTTEN",
    "dcn-ha explain container",
    "dcn-ha explain cabinet-7.yaml",
  ],
  run: async (call) => {
    const [word = ""] = call.arguments;
    const { output } = call;
    if (!/^[A-Z][A-Z0-9_]*$/.test(word)) {
      const profiles = await profilesNamed(call, word);
      if (profiles.length > 0) {
        const { profileWords } = await import("../profile-words.js");
        const answer = profiles.map(({ kind, name, file, value }) => ({ kind, name, file, document: value }));
        output.answer({ profiles: answer }, profiles.map(profileWords).join("\n"));
        return exitCodes.done;
      }
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

/** Profiles of that name; none where it is a group's, or a path. Throws DcnError usage NO_SUCH_WORD where nothing has it. */
async function profilesNamed(call: Call, word: string): Promise<ProfileDocument[]> {
  const all = await documentsByName(call, word);
  if (all === undefined || all.broken.some(({ name }) => name === word)) return [];
  const named = all.documents.filter(({ name }) => name === word);
  // It may stand in a file that cannot be read: then that file's findings are the answer.
  if (named.length === 0 && all.broken.some(({ name }) => name === undefined)) return [];
  if (named.length === 0) {
    const { hintFor } = await import("../../profile/index.js");
    const hint = hintFor(word, [...new Set(all.documents.map(({ name }) => name))].sort());
    throw new DcnError("usage", "NO_SUCH_WORD", `there is no profile, policy or group ${word}`, { hint });
  }
  return named.some(({ kind }) => kind === "NodeGroup") ? [] : named;
}

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
