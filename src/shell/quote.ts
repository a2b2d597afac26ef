// The one place where an argument list becomes shell text: single quotes of POSIX sh (XCU 2.2.2), for sshd's login shells and for scripts that we write.
import { DcnError } from "../errors/index.js";

/**
 * Checks that `argv` can reach a program byte for byte: a program name that is no option, no NUL, no half of a surrogate pair.
 * Throws DcnError usage (ARGUMENT_NOT_TRANSPORTABLE).
 */
export function checkArgv(argv: readonly string[]): void {
  const [program] = argv;
  if (program === undefined || program === "") {
    throw new DcnError("usage", "ARGUMENT_NOT_TRANSPORTABLE", "the argument list names no program");
  }
  if (program.startsWith("-")) throw unfit(0, "is the program's name and looks like an option");
  for (const [index, argument] of argv.entries()) checkArgument(argument, index);
}

function checkArgument(argument: string, index: number): void {
  if (argument.includes("\0")) throw unfit(index, "contains a NUL byte, which no argument may");
  if (/\p{Cs}/u.test(argument))
    throw unfit(index, "contains half of a surrogate pair, which UTF-8 cannot spell");
}

function unfit(index: number, why: string): DcnError {
  return new DcnError("usage", "ARGUMENT_NOT_TRANSPORTABLE", `argument ${index} ${why}`);
}

/**
 * `argv` as one line of POSIX shell that runs exactly these arguments; every word is quoted, so that no keyword, alias or assignment is left.
 * Throws DcnError usage (ARGUMENT_NOT_TRANSPORTABLE).
 */
export function quoteForShell(argv: readonly string[]): string {
  checkArgv(argv);
  return argv.map(quoted).join(" ");
}

/**
 * Arguments that follow a program's name as shell text that people can read: words without a meaning to any shell stand bare, all others are quoted.
 * Throws DcnError usage (ARGUMENT_NOT_TRANSPORTABLE).
 */
export function quoteArguments(words: readonly string[]): string {
  for (const [index, word] of words.entries()) checkArgument(word, index);
  return words.map((word) => (BARE.test(word) && !KEYWORDS.has(word) ? word : quoted(word))).join(" ");
}

// Neither `~` (bash expands it after `=` too), nor braces, nor `=` at the start (zsh), nor anything beyond ASCII.
const BARE = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/;

// Harmless behind a program's name, but checkers and readers stumble over them.
const KEYWORDS = new Set(
  "if then else elif fi for in do done while until case esac function select time".split(" "),
);

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
