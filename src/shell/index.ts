// Argument lists as text of a POSIX shell: the one audited place of quoting.
export { checkArgv, quoteArguments, quoteForShell } from "./quote.js";
