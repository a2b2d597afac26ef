// The command line's one way in and out: parse, run one command, and turn whatever happens into an exit code.
import { createOutput } from "./output.js";
import { commandPaths, parse } from "./program.js";
import { describeTrouble, exitCodes, type Trouble, troubleOf } from "./trouble.js";

/** Runs dcn-ha with the words after its name, then ends the process with the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const controller = new AbortController();
  const reader = listen(controller);
  const exitCode = await run(argv, controller.signal, reader);
  process.stderr.write("", () => process.stdout.write("", () => process.exit(exitCode)));
}

/** Whoever reads standard output, as `head` does until it has enough. */
interface Reader {
  isGone: boolean;
}

async function run(argv: readonly string[], signal: AbortSignal, reader: Reader): Promise<number> {
  const streams = { stdout: process.stdout, stderr: process.stderr, environment: process.env };
  try {
    const parsed = await parse(argv);
    if ("help" in parsed) {
      process.stdout.write(parsed.help);
      return exitCodes.done;
    }
    const { definition, json, verbose, ...rest } = parsed.request;
    const output = createOutput({ ...streams, json, verbose });
    return (await definition.run?.({ ...rest, output, signal, commandPaths })) ?? exitCodes.bug;
  } catch (error) {
    // Whoever went away wants no words; what was under way did not come to its end.
    if (reader.isGone) return exitCodes.interrupted;
    const trouble = troubleOf(error, signal.aborted);
    const ours = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
    const verbose = ours.includes("--verbose") || process.env.DEBUG !== undefined;
    report(trouble, { json: ours.includes("--json"), verbose });
    return trouble.exitCode;
  }
}

function report(trouble: Trouble, how: { readonly json: boolean; readonly verbose: boolean }): void {
  const { exitCode, stack, ...shown } = trouble;
  const output = createOutput({
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    ...how,
  });
  if (how.json) {
    output.answer({ error: shown }, "");
  } else {
    output.findings(trouble.findings ?? []);
    process.stderr.write(`dcn-ha: ${describeTrouble(shown, exitCode)}\n`);
    if (trouble.hint !== undefined) process.stderr.write(`    ${trouble.hint}\n`);
  }
  if (how.verbose && stack !== undefined) process.stderr.write(`${stack}\n`);
}

/**
 * First Ctrl-C, or a terminal that is gone: end at the next safe point, with what was broken mended and locks given back. Second: at once. A closed pipe on
 * standard output ends in the same way, quietly; one on standard error, as `2>&1 | tee` has after a Ctrl-C, ends nothing by itself.
 */
function listen(controller: AbortController): Reader {
  const reader = { isGone: false };
  const stop = (name: "SIGINT" | "SIGTERM" | "SIGHUP") => {
    process.on(name, () => {
      if (controller.signal.aborted) {
        process.stderr.write("\nended at once: what was begun is left as it is\n");
        process.exit(exitCodes.interrupted);
      }
      process.stderr.write("\nending at the next safe point; once more ends at once\n");
      controller.abort(new Error("interrupted"));
    });
  };
  stop("SIGINT");
  stop("SIGTERM");
  stop("SIGHUP");
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A terminal that hung up answers EIO.
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    // After a Ctrl-C of both the exit code is that of the Ctrl-C.
    if (!controller.signal.aborted) reader.isGone = true;
    controller.abort(new Error("nobody reads on"));
  });
  return reader;
}
