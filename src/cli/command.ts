// What a command file exports: its help, its options and the one function that runs it. One file per command in commands/.
import type { Output } from "./output.js";

/** One positional argument; a variadic one is the last and takes one or more values. */
export interface ArgumentDefinition {
  /** Upper-case word as help shows it, for example `GROUP`. */
  readonly name: string;
  readonly help: string;
  readonly variadic?: boolean;
  readonly optional?: boolean;
  readonly choices?: readonly string[];
}

/** One option; `flags` as commander takes them: `--out <DIR>`, `--bare`. */
export interface OptionDefinition {
  readonly flags: string;
  readonly help: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** May be given several times; read with `list`. */
  readonly repeatable?: boolean;
}

/**
 * A command, or a family of them under `subcommands` (then `run` is absent). Command files stay light: they import
 * rooms with `await import()` inside `run`, so that help costs nothing.
 */
export interface CommandDefinition {
  /** One line for `--help`, starting with a verb in the third person. */
  readonly summary: string;
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  /** Whole command lines as a person types them; at least one for a command with `run`. */
  readonly examples?: readonly string[];
  readonly subcommands?: Readonly<Record<string, CommandDefinition>>;
  /** Everything after the positional arguments belongs to the command as it stands (`lab exec NODE -- COMMAND…`). */
  readonly passThrough?: boolean;
  /** Does the job and answers with the exit code. Throws DcnError or FindingsError for trouble. */
  readonly run?: (call: Call) => Promise<number>;
}

/** One call of a command. `--json` and `--verbose` exist on every command and are read through `output`. */
export interface Call {
  /** Positional arguments in order, variadic ones spread. */
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly output: Output;
  /** Aborted by the first Ctrl-C; workflows end at the next safe point. */
  readonly signal: AbortSignal;
  /** The names of all commands, families with their verbs (`lab up`). */
  readonly commandPaths: () => Promise<string[]>;
}

/** Option values by long name without dashes, as typed on the command line. */
export interface OptionValues {
  /** The value of an option that takes one. */
  text(name: string): string | undefined;
  /** The values of a repeatable option, in order; none where it was not given. */
  list(name: string): readonly string[];
  /** Whether a flag was given. */
  flag(name: string): boolean;
  /** A whole number between `from` and `to`; undefined when not given. Throws DcnError `usage` for anything else. */
  number(name: string, from: number, to: number): number | undefined;
}
