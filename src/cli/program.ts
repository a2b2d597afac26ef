// From the catalogue to a command line (commander): only the command that was called is loaded and configured.
import { Argument, Command, CommanderError, Option } from "commander";
import { DcnError } from "../errors/index.js";
import { type CatalogueEntry, catalogue } from "./catalogue.js";
import type { CommandDefinition, OptionValues } from "./command.js";

/** What the command line asked for. */
export interface Request {
  readonly definition: CommandDefinition;
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Either something to run, or a text that answers at once (help). */
export type Parsed = { readonly request: Request } | { readonly help: string };

/** Reads a command line (without `node` and the script). Throws DcnError `usage` for what makes no sense. */
export async function parse(words: readonly string[]): Promise<Parsed> {
  const argv = words[0] === "help" ? [...words.slice(1), "--help"] : words;
  const written: string[] = [];
  let request: Request | undefined;
  const program = new Command("dcn-ha")
    .description("Self-healing Pacemaker clusters of distributed control nodes.")
    .option("-V, --version", "print the version")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => written.push(text),
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .addHelpText("after", "\nMore about a command: dcn-ha COMMAND --help");
  const called = argv.filter((word) => !word.startsWith("-"));
  let verbs: readonly string[] = [];
  for (const entry of catalogue) {
    const command = program.command(entry.name).summary(entry.summary).description(entry.summary);
    if (entry.name !== called[0]) continue;
    const definition = await entry.load();
    verbs = Object.keys(definition.subcommands ?? {});
    configure(command, definition, (made) => (request = made));
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { help: written.join("") };
    throw usageError(error, called, verbs);
  }
  if (request === undefined) throw usageError(undefined, called, verbs);
  return { request };
}

/** The names of all commands and their subcommands as typed (`lab up`), for completion and for the documentation's test. */
export async function commandPaths(): Promise<string[]> {
  const paths = await Promise.all(catalogue.map(pathsOf));
  return paths.flat();
}

async function pathsOf(entry: CatalogueEntry): Promise<string[]> {
  const { subcommands } = await entry.load();
  return subcommands === undefined
    ? [entry.name]
    : Object.keys(subcommands).map((name) => `${entry.name} ${name}`);
}

function configure(
  command: Command,
  definition: CommandDefinition,
  accept: (request: Request) => void,
): void {
  command.summary(definition.summary).description(definition.summary);
  const examples = (definition.examples ?? []).map((line) => `  ${line}`).join("\n");
  if (examples !== "") command.addHelpText("after", `\nExample:\n${examples}`);
  for (const [name, child] of Object.entries(definition.subcommands ?? {})) {
    configure(command.command(name), child, accept);
  }
  command.helpCommand(false).enablePositionalOptions();
  if (definition.run === undefined) return;
  for (const argument of definition.arguments ?? []) command.addArgument(argumentOf(argument));
  for (const option of definition.options ?? []) command.addOption(optionOf(option));
  command.option("--json", "answer with JSON on standard output");
  command.option("--verbose", "say more, for reports");
  if (definition.passThrough === true) command.passThroughOptions();
  command.action(() => {
    const values = command.opts<Record<string, unknown>>();
    accept({
      definition,
      arguments: command.args,
      options: optionValues(command),
      json: values.json === true,
      verbose: values.verbose === true,
    });
  });
}

function argumentOf(definition: NonNullable<CommandDefinition["arguments"]>[number]): Argument {
  const name = `${definition.name}${definition.variadic === true ? "..." : ""}`;
  const argument = new Argument(definition.optional === true ? `[${name}]` : `<${name}>`, definition.help);
  return definition.choices === undefined ? argument : argument.choices(definition.choices);
}

function optionOf(definition: NonNullable<CommandDefinition["options"]>[number]): Option {
  const option = new Option(definition.flags, definition.help);
  if (definition.default !== undefined) option.default(definition.default);
  if (definition.choices !== undefined) option.choices(definition.choices);
  if (definition.repeatable === true)
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option.makeOptionMandatory(definition.required === true);
}

function optionValues(command: Command): OptionValues {
  const named = (name: string): unknown => {
    const option = command.options.find(
      // `--no-wait` is the flag `wait`, true unless it is given.
      ({ long }) => long === `--${name}` || long === `--no-${name}`,
    );
    return option === undefined ? undefined : command.getOptionValue(option.attributeName());
  };
  const text = (name: string): string | undefined => {
    const value = named(name);
    return typeof value === "string" ? value : undefined;
  };
  return {
    text,
    list: (name) => {
      const values = named(name);
      return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
    },
    flag: (name) => named(name) === true,
    number: (name, from, to) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (/^-?\d+$/.test(value) && number >= from && number <= to) return number;
      throw new DcnError(
        "usage",
        "WRONG_OPTION",
        `--${name} takes a whole number from ${from} to ${to}, not ${value}`,
      );
    },
  };
}

function usageError(
  error: CommanderError | undefined,
  words: readonly string[],
  verbs: readonly string[],
): DcnError {
  const [called = "", verb = ""] = words;
  const path = catalogue.some(({ name }) => name === called) ? [called] : [];
  if (verbs.includes(verb)) path.push(verb);
  const said = error?.message
    .replace(/^error: /, "")
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*)'\. /, "“$1” is no $2. ");
  const nothing = verbs.length === 0 ? "no command given" : `${called} takes one of: ${verbs.join(", ")}`;
  const text = said === undefined || said.startsWith("(") ? nothing : said;
  return new DcnError("usage", "USAGE", text, { hint: `See: ${["dcn-ha", ...path, "--help"].join(" ")}` });
}
