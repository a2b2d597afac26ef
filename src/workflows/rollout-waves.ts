// A rollout over many groups: wave after wave, several groups at a time, and an end to it when too many of them halt (docs/rollouts.md).
import { DcnError } from "../errors/index.js";
import { inParallel } from "../observe/index.js";
import type { RolloutRecord } from "../rollout/index.js";

/** One group's part, however it is begun or gone on with. */
export interface GroupJob {
  readonly group: string;
  readonly run: () => Promise<RolloutRecord>;
}

/** Groups that go at the same time. */
export interface WaveJobs {
  readonly name: string;
  /** Somebody has to say that it may begin. */
  readonly needsApproval: boolean;
  readonly jobs: readonly GroupJob[];
}

/** What became of a group. */
export type GroupResult =
  | { readonly group: string; readonly kind: "record"; readonly record: RolloutRecord }
  | { readonly group: string; readonly kind: "failed"; readonly error: DcnError }
  | { readonly group: string; readonly kind: "not-begun"; readonly why: string };

/** How wide, and how much may go wrong before no further group begins. A group that is at it goes on: its nodes are better at one image than at two. */
export interface WaveOptions {
  readonly parallel: number;
  readonly failures: number;
  readonly approved: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the waves. Every group has a result, in the order of the document. */
export async function runWaves(waves: readonly WaveJobs[], options: WaveOptions): Promise<GroupResult[]> {
  const results: GroupResult[] = [];
  let stopped: string | undefined;
  const bad: string[] = [];
  for (const { name, needsApproval, jobs } of waves) {
    if (stopped === undefined && needsApproval && !options.approved.has(name))
      stopped = `the wave ${name} awaits its approval`;
    const done = await inParallel(jobs, options.parallel, async ({ group, run }): Promise<GroupResult> => {
      options.signal?.throwIfAborted();
      if (bad.length > options.failures) stopped ??= `${bad.join(", ")} did not end well`;
      if (stopped !== undefined) return { group, kind: "not-begun", why: stopped };
      const result = await resultOf(group, run, options);
      if (!isGood(result)) bad.push(group);
      return result;
    });
    results.push(...done);
    if (bad.length > options.failures) stopped ??= `${bad.join(", ")} did not end well`;
  }
  return results;
}

/** Every node of the group has its image. */
export function isGood(result: GroupResult): boolean {
  return result.kind === "record" && result.record.state === "done";
}

/** One group's part, whose trouble keeps none of the others from theirs. */
export async function resultOf(
  group: string,
  run: GroupJob["run"],
  { signal }: Pick<WaveOptions, "signal">,
): Promise<GroupResult> {
  try {
    return { group, kind: "record", record: await run() };
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return { group, kind: "failed", error };
  }
}
