// A drill's verdict: each thing that its document expects, beside what was seen from outside. No clock, no cluster: facts in, checks out.
import { type Drill, type DrillTarget, msOf } from "../profile/index.js";
import { doubleRunsOf, type Outage, outagesOf, type Run } from "../timeline/index.js";
import type { DrillFacts, Injected } from "./facts.js";
import { type Cast, faultText } from "./fit.js";
import type { InvariantCount } from "./ground.js";

/** One thing that was expected. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

/** `not-injected`: a fault that did not bite; `not-applicable`: this group cannot be drilled so. */
export type Outcome = "passed" | "failed" | "not-injected" | "not-applicable";

/** What came of one drill. */
export interface DrillResult {
  readonly drill: string;
  readonly outcome: Outcome;
  /** Why it did not apply, or bite. */
  readonly why?: string;
  readonly checks: readonly Check[];
  /** The longest outage of the workload; absent where there was none. */
  readonly outageMs?: number;
  /** How much longer or shorter it may have been, where it was sampled. */
  readonly inexactMs?: number;
  readonly bound?: DrillFacts["bound"];
  /** From the first fault until the first fenced node was without power. */
  readonly fenceMs?: number;
  /** From the first fault until all was well. */
  readonly rejoinMs?: number;
  readonly invariants: readonly InvariantCount[];
  readonly injected: readonly Injected[];
  readonly seed: number;
  /** Where all that was seen is written down, for `drill judge`. */
  readonly log?: string;
}

/** The time of the workload's outages while the drill lasted. */
export function outagesIn({ beganNs, truth }: Pick<DrillFacts, "beganNs" | "truth">): Outage[] {
  return outagesOf(truth.runs).filter(({ toNs }) => toNs > beganNs);
}

/** The instance that was there when the drill began. */
function firstRun({ beganNs, truth }: DrillFacts): Run | undefined {
  return truth.runs.filter(({ fromNs }) => fromNs <= beganNs).at(-1);
}

function laterRuns({ beganNs, truth }: DrillFacts): Run[] {
  return truth.runs.filter(({ fromNs }) => fromNs > beganNs);
}

/** Seconds with two digits. */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Seconds with how exact they are, where they are not. */
export function exactText(ms: number, inexactMs = 0): string {
  return inexactMs === 0 ? secondsText(ms) : `${secondsText(ms)} ± ${secondsText(inexactMs)}`;
}

/** The verdict on a drill whose every fault was tried. */
export function verdictOf(
  drill: Drill,
  facts: DrillFacts,
  more: { readonly cast: Cast; readonly seed: number; readonly invariants: readonly InvariantCount[] },
): DrillResult {
  const dull = facts.injected.find(({ evidence }) => evidence === undefined);
  const checks = [
    workloadCheck(drill, facts),
    ...outageChecks(drill, facts),
    fencedCheck(drill, facts, more.cast),
    doubleCheck(facts),
    ...statusCheck(drill, facts),
    wellCheck(drill, facts),
    ...invariantChecks(drill, more.invariants),
  ];
  const bad = checks.some(({ ok }) => !ok);
  const bit = dull === undefined;
  // Two copies at once, or another invariant, are never excused, whatever else went wrong.
  const unexcused = [doubleCheck(facts), ...invariantChecks(drill, more.invariants)].some(({ ok }) => !ok);
  const isBroken = unexcused || dull?.isBroken === true;
  const outcome = isBroken || (bit && bad) ? "failed" : bit ? "passed" : "not-injected";
  return {
    drill: drill.name,
    outcome,
    ...(dull === undefined ? {} : { why: `${faultText(dull)}: ${dull.why ?? "no effect was seen"}` }),
    checks,
    ...timesOf(facts),
    ...(facts.truth.inexactMs === 0 ? {} : { inexactMs: facts.truth.inexactMs }),
    bound: facts.bound,
    invariants: more.invariants,
    injected: facts.injected,
    seed: more.seed,
  };
}

function timesOf(facts: DrillFacts): Pick<DrillResult, "outageMs" | "fenceMs" | "rejoinMs"> {
  const outages = outagesIn(facts).map(({ ms }) => ms);
  const first = facts.injected[0]?.atNs ?? facts.beganNs;
  const gone = facts.truth.fencings.flatMap(({ goneNs }) => goneNs ?? []);
  const fencedNs = gone.length === 0 ? undefined : Math.min(...gone);
  return {
    ...(outages.length === 0 ? {} : { outageMs: Math.max(...outages) }),
    ...(fencedNs === undefined ? {} : { fenceMs: Math.max(0, (fencedNs - first) / 1e6) }),
    ...(facts.wellNs === undefined ? {} : { rejoinMs: (facts.wellNs - first) / 1e6 }),
  };
}

/** Beats come each 50 ms, and samples as they are told to: of a run that was not seen for longer than this it is known that it is over. */
function silenceNs({ truth }: DrillFacts): number {
  return 2e9 + truth.inexactMs * 1e6;
}

/** What became of the workload, as documents say it. */
export function fateOf(facts: DrillFacts): { readonly fate: string; readonly text: string } {
  const first = firstRun(facts);
  const later = laterRuns(facts);
  const [next] = later;
  if (first === undefined) return { fate: "unknown", text: "it did not run when the drill began" };
  if (next === undefined) {
    const over = facts.truth.nowNs - first.toNs > silenceNs(facts);
    return over
      ? { fate: "stopped", text: `it stopped on ${first.node} and ran nowhere since` }
      : { fate: "stays", text: `it ran on ${first.node} without a pause` };
  }
  const moved = later.find(({ node }) => node !== first.node);
  if (moved !== undefined) return { fate: "moved", text: `it went from ${first.node} to ${moved.node}` };
  return { fate: "restarted", text: `it began anew on ${first.node}` };
}

/** Whether what is expected of the workload has come; also asked while a drill is under way. */
export function workloadCheck(drill: Drill, facts: DrillFacts): Check {
  const { fate, text } = fateOf(facts);
  const { workload } = drill.expect;
  const hit = facts.injected.some(
    ({ parameters, evidence }) => evidence !== undefined && parameters.node === facts.before.holder,
  );
  const wanted = workload === "moved-if-hit" ? (hit ? "moved" : "stays") : workload;
  const runs = laterRuns(facts).at(-1) ?? firstRun(facts);
  const alive = runs !== undefined && !runs.stopped && facts.truth.nowNs - runs.toNs < silenceNs(facts);
  const ok = wanted === "recovers" ? alive : wanted === "stopped" ? wasStopped(facts) : fate === wanted;
  return { name: "workload", ok, text: ok ? text : `${text}; expected: ${wanted}` };
}

/** Whether it ran nowhere from the last fault until it was begun to mend what was broken, but for a beat of those who had it. */
function wasStopped(facts: DrillFacts): boolean {
  const { truth, injected, mendingNs = truth.nowNs } = facts;
  const from = injected.at(-1)?.atNs ?? facts.beganNs;
  const begun = truth.runs.some(({ fromNs }) => fromNs > from && fromNs < mendingNs);
  const ran = truth.runs.some(({ fromNs, toNs }) => fromNs <= from && toNs > from + 10e9);
  return !begun && !ran;
}

function outageChecks(drill: Drill, facts: DrillFacts): Check[] {
  const { back, within } = drill.expect;
  const longest = outagesIn(facts).sort((left, right) => right.ms - left.ms)[0];
  if (longest === undefined) return [];
  const least = longest.ms - facts.truth.inexactMs;
  const limits = [
    ...(back === undefined
      ? []
      : [{ ms: facts.bound.totalMs * back, text: `${back} × bound ${secondsText(facts.bound.totalMs)}` }]),
    ...(within === undefined ? [] : [{ ms: msOf(within, "0ms"), text: within }]),
  ];
  return limits.map(({ ms, text }) => ({
    name: "outage",
    ok: least <= ms,
    text: `${exactText(longest.ms, facts.truth.inexactMs)}, at most ${text}`,
  }));
}

/** Nodes by what became of their fencing: asked for at all, done for certain, and each of these before anything was mended. */
function fencedNodes({ truth, mendingNs = Number.POSITIVE_INFINITY }: DrillFacts) {
  const { fencings } = truth;
  const nodes = (list: typeof fencings) => [...new Set(list.map(({ node }) => node))].sort();
  return {
    asked: nodes(fencings),
    askedInTime: nodes(fencings.filter(({ askedNs }) => askedNs <= mendingNs)),
    done: nodes(fencings.filter(({ goneNs }) => goneNs !== undefined)),
    doneInTime: nodes(fencings.filter(({ goneNs }) => goneNs !== undefined && goneNs <= mendingNs)),
  };
}

/** Whether the right ones were fenced, and nobody else; also asked while a drill is under way. What was asked for and not done is no fencing, and nor is what came of the mending. */
export function fencedCheck(drill: Drill, facts: DrillFacts, cast: Cast): Check {
  const { fenced = [], fencedInVain = [], mayFence = [], fencedCount } = drill.expect;
  const { asked, askedInTime, done, doneInTime } = fencedNodes(facts);
  const text = asked.map((node) => (done.includes(node) ? node : `${node} in vain`)).join(", ") || "nobody";
  if (fencedCount !== undefined) {
    const ok = doneInTime.length === fencedCount && done.length === fencedCount;
    return { name: "fenced", ok, text: ok ? text : `${text}; expected: ${fencedCount} of them` };
  }
  const nodesOf = (parts: readonly DrillTarget[]) => parts.flatMap((part) => cast.of(part));
  const [must, vain] = [nodesOf(fenced), nodesOf(fencedInVain)];
  const may = [...must, ...vain, ...nodesOf(mayFence)];
  const words = [
    remark(
      must.filter((node) => !doneInTime.includes(node)),
      "was not",
    ),
    remark(
      vain.filter((node) => !askedInTime.includes(node)),
      "was not asked for",
    ),
    remark(
      vain.filter((node) => doneInTime.includes(node)),
      "really was",
    ),
    remark(
      asked.filter((node) => !may.includes(node)),
      "should not have been",
    ),
  ].flat();
  return { name: "fenced", ok: words.length === 0, text: [text, ...words].join("; ") };
}

function remark(nodes: readonly string[], words: string): string[] {
  return nodes.length === 0 ? [] : [`${nodes.join(", ")} ${words}`];
}

function doubleCheck({ truth, beganNs }: DrillFacts): Check {
  const doubles = doubleRunsOf(truth.runs).filter(({ toNs }) => toNs > beganNs);
  const text = doubles.map(({ nodes, ms }) => `on ${nodes.join(" and ")} for ${ms.toFixed(0)} ms`);
  return { name: "one copy", ok: doubles.length === 0, text: text.join("; ") || "never two at once" };
}

function statusCheck(drill: Drill, { troublesAmid }: DrillFacts): Check[] {
  const { saysTrouble } = drill.expect;
  if (saysTrouble === undefined || troublesAmid === undefined) return [];
  const ok = troublesAmid.length > 0 === saysTrouble;
  const said = troublesAmid.length === 0 ? "it told no trouble" : `it told: ${troublesAmid.join("; ")}`;
  return [{ name: "status", ok, text: said }];
}

function wellCheck(drill: Drill, { after, wellNs }: DrillFacts): Check {
  const wanted = drill.expect.rejoins !== false;
  const ok = wellNs !== undefined || !wanted;
  const text = wellNs === undefined ? `not well: ${after.troubles.join("; ")}` : "all is well again";
  return { name: "well again", ok, text };
}

function invariantChecks(drill: Drill, invariants: readonly InvariantCount[]): Check[] {
  const counted = invariants.filter(({ id }) => drill.invariants?.includes(id) ?? true);
  return counted
    .filter(({ violations }) => violations.length > 0)
    .map(({ id, violations }) => ({
      name: id,
      ok: false,
      text: `${violations.length} times, first: ${violations[0] ?? ""}`,
    }));
}
