// The proof: every failure of a group, what the votes and Pacemaker's scheduler make of it, what is lost, and what would mend it.
import { DcnError } from "../errors/index.js";
import { type Case, caseOf } from "./case.js";
import { type Failure, failuresOf } from "./failure.js";
import { type Mend, mendsOf } from "./mend.js";
import { remarksOf } from "./remarks.js";
import { type Ask, cibText, knownOr, type Rest, restOf } from "./rest.js";
import type { Scene } from "./scene.js";
import { statusText } from "./situation.js";
import { butFor, failing, startedFrom, whileRuns, withStarted } from "./started.js";
import { type Fate, type Verdict, verdictOf } from "./verdict.js";

/** A workload that a promised failure takes down, or leaves with too few copies. */
export interface Gap {
  readonly failure: string;
  readonly workload: string;
  readonly reason: string;
  /** It runs, in fewer copies than are promised. */
  readonly short?: true;
  /** Workloads that a person starts, where it is about the time that they run. */
  readonly started?: readonly string[];
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
  const waiting = await verdictsOf(scene, { rest: rest.situation, failures }, ask);
  const started = await startedFrom(scene, rest.situation, ask);
  const running = started === undefined ? [] : await verdictsOf(started.scene, { ...started, failures }, ask);
  const verdicts = withStarted(waiting, running);
  const byHand = started?.workloads ?? [];
  const mends = await mendsOf(scene, { rest: rest.situation, verdicts: waiting }, ask);
  const later =
    started === undefined
      ? []
      : await mendsOf(started.scene, { rest: started.rest, verdicts: butFor(waiting, running) }, ask);
  return {
    group: scene.group,
    source: scene.source,
    workloads: scene.workloads.map(({ name }) => name),
    nodes: scene.nodes.map(({ name }) => name),
    verdicts,
    gaps: gapsOf(verdicts, byHand),
    singlePoints: singlePointsOf(verdicts, byHand),
    remarks: remarksOf(scene, { rest, verdicts }),
    mends: [...mends, ...later.map((mend) => ({ ...mend, started: byHand }))],
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

/** What is lost though nothing failed is told once: no failure has to do with it. */
function gapsOf(verdicts: readonly Verdict[], byHand: readonly string[]): Gap[] {
  const lasting = lastingIn(verdicts);
  return verdicts
    .filter(({ failure }) => failure.promised)
    .flatMap(({ name, failure, fates, whileStarted = [] }) => {
      const gap = ({ workload, state, reason }: Fate, started: readonly string[]): Gap => ({
        failure: name,
        workload,
        reason: reason?.text ?? "",
        ...(state === "short" ? { short: true } : {}),
        ...(started.length === 0 ? {} : { started }),
      });
      const all = [
        ...failing(fates).map((fate) => ({ fate, started: fate.idle === "by hand" ? byHand : [] })),
        ...whileStarted.map((fate) => ({ fate, started: byHand })),
      ];
      return all
        .filter(({ fate }) => failure.kind === "nothing" || !lasting.has(keyOf(fate)))
        .map(({ fate, started }) => gap(fate, started));
    });
}

const keyOf = ({ workload, state }: Fate): string => `${workload} ${state}`;

/** What is not as promised when nothing has failed; what is lost then is never again short of copies. */
function lastingIn(verdicts: readonly Verdict[]): ReadonlySet<string> {
  const nothing = verdicts.find(({ failure }) => failure.kind === "nothing");
  const fates = failing([...(nothing?.fates ?? []), ...(nothing?.whileStarted ?? [])]);
  const both = (fate: Fate): Fate[] => (fate.state === "lost" ? [fate, { ...fate, state: "short" }] : [fate]);
  return new Set(fates.flatMap(both).map(keyOf));
}

function singlePointsOf(verdicts: readonly Verdict[], byHand: readonly string[]): Proof["singlePoints"] {
  const lasting = lastingIn(verdicts);
  const takenIn = (fates: readonly Fate[]): string[] =>
    fates
      .filter((fate) => fate.state === "lost" && !lasting.has(keyOf(fate)))
      .map(({ workload }) => workload);
  return verdicts
    .filter(({ failure }) => failure.names.length === 1)
    .flatMap(({ name, fates, whileStarted = [] }) => [
      { thing: name, workloads: takenIn(fates) },
      { thing: `${name}${whileRuns(byHand)}`, workloads: takenIn(whileStarted) },
    ])
    .filter(({ workloads }) => workloads.length > 0);
}
