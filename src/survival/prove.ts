// The proof: every failure of a group, what the votes and Pacemaker's scheduler make of it, what is lost, and what would mend it.
import { DcnError } from "../errors/index.js";
import { type Case, caseOf } from "./case.js";
import { type Failure, failuresOf } from "./failure.js";
import { type Mend, mendsOf } from "./mend.js";
import { remarksOf } from "./remarks.js";
import { type Ask, cibText, knownOr, type Rest, restOf } from "./rest.js";
import type { Scene } from "./scene.js";
import { statusText } from "./situation.js";
import { type Verdict, verdictOf } from "./verdict.js";

/** A workload that a promised failure takes down, or leaves with too few copies. */
export interface Gap {
  readonly failure: string;
  readonly workload: string;
  readonly reason: string;
  /** It runs, in fewer copies than are promised. */
  readonly short?: true;
}

/** What was proved. */
export interface Proof {
  readonly group: string;
  readonly source: Scene["source"];
  readonly workloads: readonly string[];
  readonly nodes: readonly string[];
  /** The first is the group with everything there. */
  readonly verdicts: readonly Verdict[];
  /** What the group is said to survive, and does not. */
  readonly gaps: readonly Gap[];
  /** Single things whose loss takes workloads down, promised or not. */
  readonly singlePoints: readonly { readonly thing: string; readonly workloads: readonly string[] }[];
  /** What is no gap and worth knowing. */
  readonly remarks: readonly string[];
  /** The smallest changes that would mend the gaps. */
  readonly mends: readonly Mend[];
}

/** How much to prove. */
export interface ProofOptions {
  /** Every so many nodes at once; default what the profile promises. */
  readonly failures?: number | undefined;
}

const MOST_FAILURES = 5_000;

/** Proves a group. Throws DcnError failed SCHEDULER_SILENT, usage TOO_MANY_FAILURES. */
export async function prove(scene: Scene, ask: Ask, options: ProofOptions = {}): Promise<Proof> {
  const failures = failuresOf(scene.things, scene.claims, options.failures);
  if (failures.length > MOST_FAILURES) {
    const text = `${failures.length} sets of failures are more than anybody will read`;
    throw new DcnError("usage", "TOO_MANY_FAILURES", text, { hint: "a smaller number for --failures" });
  }
  const rest = await restOf(scene, ask);
  const verdicts = await verdictsOf(scene, { rest: rest.situation, failures }, ask);
  const gaps = gapsOf(verdicts);
  return {
    group: scene.group,
    source: scene.source,
    workloads: scene.workloads.map(({ name }) => name),
    nodes: scene.nodes.map(({ name }) => name),
    verdicts,
    gaps,
    singlePoints: singlePointsOf(verdicts),
    remarks: remarksOf(scene, { rest, verdicts }),
    mends: await mendsOf(scene, { rest: rest.situation, verdicts }, ask),
  };
}

/** The verdicts of failures that befall a group in a situation; one question to the scheduler for all of them. */
export async function verdictsOf(
  scene: Scene,
  {
    rest,
    failures,
    expected,
  }: { readonly rest: Rest["situation"]; readonly failures: readonly Failure[]; readonly expected?: number },
  ask: Ask,
): Promise<Verdict[]> {
  const cases = failures.map((failure) => caseOf(scene, rest, failure, expected));
  const answers = new Map<Case, Awaited<ReturnType<Ask>>[number] | undefined>();
  for (const quorate of [true, false]) {
    const asked = cases.filter((one) => !one.stopped && one.quorum.quorate === quorate);
    if (asked.length === 0) continue;
    const statuses = asked.map(({ situation }) => statusText(situation));
    // Many failures look the same to the scheduler: a fence device or a network that nobody watches.
    const different = [...new Set(statuses)];
    const found = await ask(cibText(scene.cib, quorate), different);
    const answerTo = new Map(different.map((status, index) => [status, found[index]]));
    for (const [index, one] of asked.entries()) answers.set(one, answerTo.get(statuses[index] ?? ""));
  }
  return cases.map((one) =>
    verdictOf(scene, rest, { one, simulation: one.stopped ? undefined : knownOr(answers.get(one)) }),
  );
}

function gapsOf(verdicts: readonly Verdict[]): Gap[] {
  return verdicts
    .filter(({ failure }) => failure.promised)
    .flatMap(({ name, fates }) =>
      fates
        .filter(({ state }) => state === "lost" || state === "short")
        .map(({ workload, reason, state }) => ({
          failure: name,
          workload,
          reason: reason?.text ?? "",
          ...(state === "short" ? { short: true as const } : {}),
        })),
    );
}

function singlePointsOf(verdicts: readonly Verdict[]): Proof["singlePoints"] {
  return verdicts
    .filter(({ failure }) => failure.names.length === 1)
    .map(({ name, fates }) => ({
      thing: name,
      workloads: fates.filter(({ state }) => state === "lost").map(({ workload }) => workload),
    }))
    .filter(({ workloads }) => workloads.length > 0);
}
