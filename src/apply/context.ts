// What every step of an apply works with, and how a step runs on many nodes at once.
import { DcnError } from "../errors/index.js";
import type { HelperAnswer, HelperFrame } from "../observation/index.js";
import { type AdminAccess, callHelper, inParallel } from "../observe/index.js";
import type { DesiredGroup } from "../plan/index.js";
import type { Clock } from "../time/index.js";
import type { Transport } from "../transport/index.js";
import type { SecretValues } from "./desired-group.js";
import type { NodePrograms } from "./programs.js";
import type { ApplyStep, ProgressListener } from "./progress.js";

export interface ApplyContext {
  readonly desired: DesiredGroup;
  readonly transport: Transport;
  readonly admin: AdminAccess | undefined;
  readonly programs: NodePrograms;
  readonly secrets: SecretValues;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal | undefined;
}

/** Runs one step on all `nodes` at once and reports it. Waits for all before the first error is thrown. */
export async function onEach(
  context: ApplyContext,
  step: ApplyStep,
  nodes: readonly string[],
  work: (node: string) => Promise<string | undefined>,
): Promise<void> {
  context.signal?.throwIfAborted();
  const errors = await inParallel(nodes, 16, async (node) => {
    context.onProgress({ node, step, state: "started" });
    try {
      const text = await work(node);
      context.onProgress({ node, step, state: "done", ...(text === undefined ? {} : { text }) });
      return [];
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      context.onProgress({ node, step, state: "failed", text });
      return [error instanceof Error ? error : new Error(text)];
    }
  });
  const [first] = errors.flat();
  if (first !== undefined) throw first;
}

/** Runs verbs that must all succeed. Throws as `callHelper`, and DcnError failed STEP_FAILED with what the verb said. */
export async function mustDo(
  context: ApplyContext,
  node: string,
  frames: readonly HelperFrame[],
): Promise<HelperAnswer[]> {
  const { transport, signal } = context;
  return checked(node, await callHelper(transport, node, frames, { timeoutMs: 120_000, signal }));
}

/** The answers, if all verbs succeeded. */
export function checked(node: string, answers: HelperAnswer[]): HelperAnswer[] {
  const failed = answers.find((answer) => answer.exitCode !== 0 && !answer.skipped);
  if (failed === undefined) return answers;
  const said = failed.stderr.trim() || failed.stdout.trim() || `exit code ${failed.exitCode}`;
  throw new DcnError("failed", "STEP_FAILED", `${node}: ${failed.verb} failed: ${said}`, { node });
}
