// The graph of an image pipeline on this machine: one step after the other, each with its result; a failed run goes on from its failed step.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool, type Workshop } from "../build/index.js";
import { DcnError } from "../errors/index.js";
import type { PipelineStep } from "../image/index.js";
import type { Clock } from "../time/index.js";

/** How one step ended. */
export interface StepResult {
  readonly name: string;
  readonly outcome: "done" | "before" | "failed" | "not reached";
  readonly seconds: number;
}

/** What to run, and where. */
export interface PipelineRun {
  readonly set: string;
  readonly steps: readonly PipelineStep[];
  /** The program itself: node and its file. */
  readonly program: readonly string[];
  /** Folder that remembers which step failed. */
  readonly store: string;
  /** Step to begin with; `failed` for the one that failed last. */
  readonly from?: string;
  readonly shop: Workshop;
  readonly clock: Clock;
}

const STEP_TIMEOUT_MS = 7_200_000;

/**
 * Runs the steps. Throws DcnError usage NO_SUCH_STEP; failed TOOL_FAILED with what the step said, after which `from: "failed"`
 * goes on there.
 */
export async function runPipeline(run: PipelineRun): Promise<StepResult[]> {
  const { steps, shop, clock } = run;
  const memory = join(run.store, `pipeline-${run.set}.json`);
  await mkdir(run.store, { recursive: true });
  const first = run.from === "failed" ? await failedStep(memory) : (run.from ?? steps[0]?.name);
  const begin = steps.findIndex(({ name }) => name === first);
  if (begin < 0) {
    const hint = `one of: ${steps.map(({ name }) => name).join(", ")}`;
    throw new DcnError("usage", "NO_SUCH_STEP", `the pipeline has no step ${first ?? ""}`, { hint });
  }
  const results: StepResult[] = steps.map(({ name }, index) => ({
    name,
    outcome: index < begin ? "before" : "not reached",
    seconds: 0,
  }));
  for (const [index, step] of steps.entries()) {
    if (index < begin) continue;
    shop.onProgress(`${step.name}: ${step.title}`);
    const startMs = clock.nowMs();
    const note = async (outcome: "done" | "failed"): Promise<void> => {
      results[index] = { name: step.name, outcome, seconds: (clock.nowMs() - startMs) / 1000 };
      await writeFile(memory, `${JSON.stringify({ schema: 1, results }, undefined, 2)}\n`);
    };
    try {
      await runTool(shop, {
        argv: [...run.program, ...step.argv],
        purpose: step.name,
        timeoutMs: STEP_TIMEOUT_MS,
      });
    } catch (error) {
      await note("failed");
      throw error;
    }
    await note("done");
  }
  return results;
}

/** The step that failed last. Throws DcnError usage NOTHING_FAILED. */
async function failedStep(memory: string): Promise<string> {
  const text = await readFile(memory, "utf8").catch(() => "{}");
  const { results = [] } = JSON.parse(text) as { results?: readonly StepResult[] };
  const found = results.find(({ outcome }) => outcome === "failed");
  if (found !== undefined) return found.name;
  throw new DcnError("usage", "NOTHING_FAILED", "no step of this pipeline failed when it ran last");
}
