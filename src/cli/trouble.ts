// From a caught error to an exit code and a message; the exit codes follow sysexits.h(3head), see docs/exit-codes.md.
import { DcnError, type ErrorKind, type Finding } from "../errors/index.js";

/** Every exit code that dcn-ha uses. */
export const exitCodes = {
  done: 0,
  failed: 1,
  differences: 2,
  usage: 64,
  invalid: 65,
  unreachable: 69,
  bug: 70,
  busy: 75,
  refused: 77,
  interrupted: 130,
} as const;

const codeOfKind: Readonly<Record<ErrorKind, number>> = {
  failed: exitCodes.failed,
  usage: exitCodes.usage,
  invalid: exitCodes.invalid,
  unreachable: exitCodes.unreachable,
  busy: exitCodes.busy,
  refused: exitCodes.refused,
};

/** Ends a command because its input has findings that are errors: they are printed, and the exit code is 65. */
export class FindingsError extends Error {
  override readonly name = "FindingsError";
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const errors = findings.filter((finding) => finding.severity === "error").length;
    super(errors === 1 ? "1 error in the input" : `${errors} errors in the input`);
    this.findings = findings;
  }
}

/** An error as the user meets it; this is also the shape of `error` with `--json`. */
export interface Trouble {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly node?: string;
  readonly hint?: string;
  readonly findings?: readonly Finding[];
  /** Present for our own bugs only. */
  readonly stack?: string;
}

/** Says what an error means for the user. `interrupted` is true after a Ctrl-C, which explains any abort. */
export function troubleOf(error: unknown, interrupted: boolean): Trouble {
  if (error instanceof FindingsError) {
    return {
      exitCode: exitCodes.invalid,
      code: "INVALID_INPUT",
      message: error.message,
      findings: error.findings,
    };
  }
  // What an interrupted drill left broken counts more than that it was interrupted.
  if (interrupted && !(error instanceof DcnError && error.code === "DRILL_NOT_UNDONE")) {
    return {
      exitCode: exitCodes.interrupted,
      code: "INTERRUPTED",
      message: "interrupted",
      hint: "The same command again completes what was begun (a rollout: rollout resume); a change made with --confirm-within goes back at its deadline, unless dcn-ha confirm keeps it.",
    };
  }
  if (error instanceof DcnError) {
    return {
      exitCode: codeOfKind[error.kind],
      code: error.code,
      message: error.message,
      ...(error.node === undefined ? {} : { node: error.node }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  return {
    exitCode: exitCodes.bug,
    code: "BUG",
    message: `this is our bug, please report it: ${error instanceof Error ? error.message : String(error)}`,
    hint: "Run the command again with --verbose and put its output into the report (see SECURITY.md for secrets).",
    ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
  };
}

/** Trouble for a person: the node where the words do not begin with it, and the code at the end of the first line. */
export function describeTrouble(
  { code, message, node }: Pick<Trouble, "code" | "message" | "node">,
  exitCode: number,
): string {
  const named = node === undefined || message.startsWith(`${node}: `) || message.startsWith(`${node} (`);
  const [first = "", ...rest] = message.split("\n");
  const marked = exitCode === exitCodes.usage ? first : `${first.replace(/:$/, "")} [${code}]`;
  return [`${named ? "" : `${node}: `}${marked}`, ...rest].join("\n");
}
