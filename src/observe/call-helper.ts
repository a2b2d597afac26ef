// Runs verbs of the on-node helper on one node, and says in plain words why it could not (sudo(8), docs/node-helper.md).
import { DcnError } from "../errors/index.js";
import {
  encodeRequest,
  HELPER_ARGV,
  type HelperAnswer,
  type HelperFrame,
  parseAnswers,
} from "../observation/index.js";
import type { Command, CommandResult, Input, Transport } from "../transport/index.js";

/** How long to wait for the whole request, and how to give up before. */
export interface CallOptions {
  readonly timeoutMs?: number;
  /** How to start the helper; default HELPER_ARGV. */
  readonly argv?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** Frames, or what computes them while the helper starts; where it throws, that is thrown, and the helper does nothing. */
export type Frames = readonly HelperFrame[] | (() => readonly HelperFrame[]);

/**
 * Runs `frames` in one exec and returns one answer per frame, in order; a verb that fails is an answer, not an error.
 * Throws DcnError as `Transport.exec` does, and: refused SUDO_REFUSED, failed HELPER_MISSING, HELPER_REFUSED,
 * HELPER_ANSWER, OUTCOME_UNKNOWN (sent, and the connection ended or the time was over: observe again).
 */
export async function callHelper(
  transport: Transport,
  node: string,
  frames: Frames,
  options: CallOptions = {},
): Promise<HelperAnswer[]> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, argv = HELPER_ARGV, signal } = options;
  const command = { argv, timeoutMs, ...(signal === undefined ? {} : { signal }) };
  const { asked, result } = await sent(transport, node, { frames, command });
  if (result.lost || result.timedOut || result.exitCode === null) {
    const why = result.timedOut
      ? `no answer within ${timeoutMs / 1000} s`
      : "the connection ended before the answer";
    throw new DcnError("failed", "OUTCOME_UNKNOWN", `${node}: ${why}; what was asked for may have happened`, {
      node,
      retryable: true,
    });
  }
  if (result.exitCode !== 0) throw helperRefusal(node, result);
  return parseAnswers(result.stdout, asked, node);
}

async function sent(
  transport: Transport,
  node: string,
  { frames, command }: { readonly frames: Frames; readonly command: Command },
): Promise<{ readonly asked: readonly HelperFrame[]; readonly result: CommandResult }> {
  let asked = typeof frames === "function" ? [] : frames;
  const input = (): Input => {
    if (typeof frames === "function") asked = frames();
    return encodeRequest(asked);
  };
  // Not before: what is asked for is known when it was sent.
  const result =
    typeof frames === "function" && transport.execLate !== undefined
      ? await transport.execLate(node, command, input)
      : await transport.exec(node, { ...command, stdin: input() });
  return { asked, result };
}

/** Why there is no answer, from exit code and standard error of sudo and the helper. */
export function helperRefusal(node: string, result: CommandResult): DcnError {
  const { exitCode, stderr } = result;
  const said = stderr.trim().split("\n").at(-1) ?? "";
  if (/dcn-ha helper: refused/.test(stderr)) {
    return new DcnError("failed", "HELPER_REFUSED", `${node}: ${said}`, {
      node,
      hint: "install the helper of this release",
    });
  }
  if (/dcn-ha\/helper: (command )?not found|helper: No such file/i.test(stderr)) {
    return new DcnError("failed", "HELPER_MISSING", `${node}: the on-node helper is not installed`, { node });
  }
  if (
    /password is required|authentication is required|may not run sudo|not in the sudoers|not allowed to/i.test(
      stderr,
    )
  ) {
    return new DcnError(
      "refused",
      "SUDO_REFUSED",
      `${node}: the login may not run the on-node helper as root`,
      {
        node,
        hint: "give the group an adminUser that may install it (root, or one whose sudo covers sh), or install resources/node/sudoers as /etc/sudoers.d/dcn-ha",
      },
    );
  }
  if (exitCode === 127 || /sudo: (command )?not found/.test(stderr)) {
    return new DcnError("refused", "SUDO_REFUSED", `${node}: sudo is not installed`, { node });
  }
  return new DcnError(
    "failed",
    "HELPER_FAILED",
    `${node}: the on-node helper ended with ${exitCode}: ${said}`,
    { node },
  );
}
