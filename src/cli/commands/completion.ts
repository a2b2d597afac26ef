// Prints a completion script for the shell; it is made from the same catalogue as help (bash(1), "Programmable Completion").
import type { CommandDefinition } from "../command.js";
import { exitCodes } from "../trouble.js";

/** The bash script for the given command paths (`validate`, `lab up`). */
export function bashCompletion(paths: readonly string[]): string {
  const first = [...new Set(paths.map((path) => path.split(" ")[0] ?? ""))].join(" ");
  const families = new Map<string, string[]>();
  for (const path of paths) {
    const [family = "", verb] = path.split(" ");
    if (verb !== undefined) families.set(family, [...(families.get(family) ?? []), verb]);
  }
  const cases = [...families].map(([family, verbs]) => `    ${family}) words="${verbs.join(" ")}" ;;`);
  return [
    '# bash completion for dcn-ha: eval "$(dcn-ha completion bash)"',
    "_dcn_ha() {",
    "  local current=$" + "{COMP_WORDS[COMP_CWORD]} words=",
    "  case $COMP_CWORD in",
    `    1) words="${first}" ;;`,
    "    2) case $" + "{COMP_WORDS[1]} in",
    ...cases,
    "    esac ;;",
    "  esac",
    '  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
    '  [ "$' + '{#COMPREPLY[@]}" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$current")',
    "}",
    "complete -o filenames -F _dcn_ha dcn-ha",
    "",
  ].join("\n");
}

export const command: CommandDefinition = {
  summary: "prints a completion script for the shell",
  arguments: [{ name: "SHELL", help: "the shell", choices: ["bash"] }],
  examples: ['eval "$(dcn-ha completion bash)"'],
  run: async ({ output, commandPaths }) => {
    const script = bashCompletion(await commandPaths());
    output.answer({ shell: "bash", script }, script);
    return exitCodes.done;
  },
};
