// The proof: every failure of a group, what the votes and Pacemaker's scheduler make of it, what is lost, and what would mend it.
import { DcnError } from "../errors/index.js";
import { countsOnWatchdog } from "../lint/index.js";
import { type Case, caseOf } from "./case.js";
import { type Failure, failuresOf } from "./failure.js";
import { boardsOf, diesWithNode } from "./fencing.js";
import { type Mend, mendsOf } from "./mend.js";
import { type Ask, cibText, knownOr, type Rest, restOf } from "./rest.js";
import type { Scene } from "./scene.js";
import { statusText } from "./situation.js";
import { type Verdict, verdictOf } from "./verdict.js";

/** A workload that a promised failure takes down. */
export interface Gap {
  readonly failure: string;
  readonly workload: string;
  readonly reason: string;
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
        .filter(({ state }) => state === "lost")
        .map(({ workload, reason }) => ({ failure: name, workload, reason: reason?.text ?? "" })),
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

function remarksOf(
  scene: Scene,
  { rest, verdicts }: { readonly rest: Rest; readonly verdicts: readonly Verdict[] },
): string[] {
  const { fencing, rules, view } = scene;
  const dying = view.nodes.filter((node) => diesWithNode(fencing, node));
  const exposed = verdicts.filter((verdict) => verdict.exposed.length > 0);
  return [
    ...(rest.restless.length === 0
      ? []
      : [`Pacemaker would not rest with everything there: ${rest.restless.slice(0, 5).join(", ")}`]),
    ...awayRemarks(rest.situation),
    ...(fencing.enabled
      ? []
      : ["fencing is off: a node that only seems dead may go on, and its workloads run twice"]),
    ...(dying.length === 0
      ? []
      : [
          `what fences ${dying.join(", ")} loses its power with the node: after a loss of power at the node itself somebody must confirm that it is off (stonith_admin --confirm NODE)`,
        ]),
    ...cabinetRemarks(scene, verdicts),
    ...(exposed.length === 0
      ? []
      : [
          `there is one way only to fence ${exposed.map(({ failure, exposed: nodes }) => `${nodes.join(", ")} (${failure.names.join()})`).join(", ")}: while it does not work, a loss of the node heals only by hand`,
        ]),
    ...(rules.waitForAll
      ? [
          `after a stop of all nodes nothing starts before all ${rules.nodes.length} have been seen (wait_for_all)`,
        ]
      : []),
    ...scene.workloads.flatMap(({ name, idle }) => {
      if (idle === undefined) return [];
      return idle === "by hand"
        ? `${name} waits for a person wherever it goes (start: manual)`
        : `${name} is stopped by somebody (target-role)`;
    }),
    ...scene.remarks,
    ...scene.unknownAttributes.map(
      (name) => `nobody but the running cluster knows the node attribute ${name}: prove --live counts it`,
    ),
  ];
}

/** Nodes that were away before anything failed. */
function awayRemarks({ down, unclean }: Rest["situation"]): string[] {
  const gone = down.filter((name) => !unclean.includes(name));
  const are = (names: readonly string[]): string =>
    `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`;
  return [
    ...(gone.length === 0 ? [] : [`${are(gone)} away already: this is proved without`]),
    ...(unclean.length === 0
      ? []
      : [
          `${are(unclean)} not up and not fenced (UNCLEAN): what ran there, and whatever would have to start, waits for that`,
        ]),
  ];
}

/** Where a promise to survive a cabinet rests on a fence device that must outlive it. */
function cabinetRemarks({ fencing }: Scene, verdicts: readonly Verdict[]): string[] {
  if (!fencing.enabled) return [];
  const survived = verdicts.filter(
    ({ failure, quorum, unfenced }) =>
      failure.kind === "cabinet" && failure.promised && quorum.quorate && unfenced.length === 0,
  );
  const lost = new Set(survived.flatMap(({ failure }) => failure.lost));
  const nodes = [...lost].filter((node) => !countsOnWatchdog(fencing, node));
  if (nodes.length === 0) return [];
  const boards =
    boardsOf(fencing, nodes).size > 0 ? "; Pacemaker tries their boards first, on top of the outage" : "";
  return [
    `what fences ${nodes.join(", ")} when their cabinet loses its power must have power and network from elsewhere, which no profile can say${boards}`,
  ];
}
