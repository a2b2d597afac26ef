// The command line's one way in and out: parse, run one command, and turn whatever happens into an exit code.
import { createOutput } from "./output.js";
import { commandPaths, parse } from "./program.js";
import { describeTrouble, exitCodes, type Trouble, troubleOf } from "./trouble.js";

/** Runs dcn-ha with the words after its name, then ends the process with the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const controller = new AbortController();
  listen(controller);
  const exitCode = await run(argv, controller.signal);
  process.stderr.write("", () => process.stdout.write("", () => process.exit(exitCode)));
}

async function run(argv: readonly string[], signal: AbortSignal): Promise<number> {
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

/** First Ctrl-C: end at the next safe point. Second: at once. A closed pipe on standard output ends quietly. */
function listen(controller: AbortController): void {
  const stop = (name: "SIGINT" | "SIGTERM") => {
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
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.done);
    throw error;
  });
}
