import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/cli/catalogue.js";
import type { CommandDefinition } from "../../src/cli/command.js";
import { dcnHa, errorOf } from "./dcn-ha.js";

describe("wrong usage", () => {
  const wrong: readonly (readonly [words: string, message: RegExp])[] = [
    ["", /no command given/],
    ["doctro", /unknown command 'doctro'[\s\S]*doctor/],
    ["doctor --jsn", /unknown option '--jsn'[\s\S]*--json/],
    ["doctor one", /too many arguments/],
    ["completion", /missing required argument 'SHELL'/],
    ["completion tcsh", /“tcsh” is no SHELL. Allowed choices are bash/],
    ["lab", /lab takes one of: up, down.*\n.*See: dcn-ha lab --help/],
    ["lab power sideways dcn1", /“sideways” is no ACTION[\s\S]*See: dcn-ha lab power --help/],
  ];
  it.each(wrong)("`dcn-ha %s` ends with 64 and says what is wrong", (words, message) => {
    const run = dcnHa(words.split(" ").filter((word) => word !== ""));
    expect(run.stderr).toMatch(message);
    expect(run.stderr).toMatch(/See: dcn-ha .*--help/);
    expect(run).toMatchObject({ exitCode: 64, stdout: "" });
  });

  it.each([
    [
      "drill run power-loss --all --group profiles/groups/gateway-pair.yaml",
      /--all runs every drill that fits, beside power-loss/,
    ],
    [
      "image render profiles/images/plant.yaml --graph --to containerfile --out /nowhere",
      /--graph shows the layers and writes nothing/,
    ],
  ])("`dcn-ha %s` says which of its words would not count", (words, message) => {
    const run = dcnHa(words.split(" "));
    expect(run.stderr).toMatch(message);
    expect(run.exitCode).toBe(64);
  });

  it("answers in JSON when asked to", () => {
    const run = dcnHa(["doctor", "--jsn", "--json"]);
    expect(run).toMatchObject({ exitCode: 64, stderr: "" });
    expect(errorOf(run)).toMatchObject({ code: "USAGE", hint: "See: dcn-ha doctor --help" });
  });
});

/** Every verb of a command as typed behind its name, down to the last. */
function verbsOf(path: string, definition: CommandDefinition): [string, CommandDefinition][] {
  if (definition.subcommands === undefined) return [[path, definition]];
  return Object.entries(definition.subcommands).flatMap(([verb, one]) =>
    verbsOf(`${path} ${verb}`.trim(), one),
  );
}

describe("help", () => {
  it("lists every command of the catalogue with the summary of its file", async () => {
    const { stdout, exitCode } = dcnHa(["--help"]);
    expect(exitCode).toBe(0);
    const flat = stdout.replace(/\s+/g, " ");
    for (const { name, summary, load } of catalogue) {
      expect(flat).toContain(`${name} ${summary}`.replace(/\s+/g, " "));
      expect((await load()).summary).toBe(summary);
    }
  });

  it("has an example for every command and every verb", async () => {
    for (const { name, load } of catalogue) {
      for (const [verb, leaf] of verbsOf("", await load())) {
        expect(leaf.run, `${name} ${verb}`).toBeDefined();
        expect(leaf.examples?.join("\n"), `${name} ${verb}`).toContain(`dcn-ha ${name} ${verb}`.trim());
      }
    }
  });

  it("of a command is the same by `help` and by `--help`", () => {
    const { stdout } = dcnHa(["doctor", "--help"]);
    expect(stdout).toContain("Example:\n  dcn-ha doctor");
    expect(dcnHa(["help", "doctor"]).stdout).toBe(stdout);
  });
});
