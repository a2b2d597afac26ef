// What a failure does to each workload: where it is then, or why it stays down.
import type { Helpers } from "../lint/index.js";
import type { CrmSimulation } from "../observation/index.js";
import type { Case, Judged, Unfenced } from "./case.js";
import { type Failure, failureName } from "./failure.js";
import { boardsOf, whyNotFenced } from "./fencing.js";
import { type Outage, outageOf } from "./outage.js";
import { type LossReason, reasonOf } from "./reason.js";
import type { Scene } from "./scene.js";
import { baseOf, hostOf, instancesOf, type Placed, type Situation, settle, stepsIn } from "./situation.js";
import type { Quorum } from "./votes.js";
import type { Workload } from "./workload.js";

/** One workload after a failure. */
export interface Fate {
  readonly workload: string;
  /**
   * `restarts`: where it was, since what it is ordered after starts anew. `short`: it runs, in fewer copies than are promised. `waits`: a
   * person starts it, or has stopped it.
   */
  readonly state: "stays" | "moves" | "restarts" | "short" | "lost" | "waits";
  /** Where it runs then; of a workload with a leader the leader's node alone. */
  readonly nodes: readonly string[];
  /** Of one that waits; and of one that a person would start in vain: then it is lost. */
  readonly idle?: "by hand" | "stopped";
  readonly reason?: LossReason;
  readonly outage?: Outage;
}

/** One failure and what comes of it. */
export interface Verdict {
  readonly failure: Failure;
  readonly name: string;
  readonly quorum: Quorum;
  /** Nodes that are lost and not fenced, and why. */
  readonly unfenced: readonly Unfenced[];
  /** Nodes that nobody could fence as long as this is broken. */
  readonly exposed: readonly string[];
  readonly fates: readonly Fate[];
  /** What is lost besides while everything runs that a person starts (`recovery: { start: manual }`). */
  readonly whileStarted?: readonly Fate[];
}

/** The verdict; `simulation` is what the scheduler answered, absent for a case that is clear without. */
export function verdictOf(
  scene: Scene,
  rest: Situation,
  { one, simulation }: { readonly one: Case; readonly simulation: CrmSimulation | undefined },
): Verdict {
  const { failure, quorum, situation } = one;
  const alive = new Set(scene.view.nodes.filter((name) => !situation.down.includes(name)));
  const broken = new Set(failure.kind === "fence-device" ? failure.names : []);
  // What takes a whole cabinet is its power. A node may be lost in other ways, and its board with it in this one alone.
  const dark = failure.kind === "cabinet" ? boardsOf(scene.fencing, failure.lost) : new Set<string>();
  const unfenced = one.stopped ? [] : unfencedIn(scene, { rest, failure }, { alive, broken, dark });
  const exposed =
    broken.size === 0
      ? []
      : [...alive].filter((node) => {
          const others = new Set([...alive].filter((other) => other !== node));
          return whyNotFenced(scene.fencing, node, { alive: others, broken }) !== undefined;
        });
  const after = simulation === undefined ? [] : settle(situation, simulation, scene.unique);
  const steps = stepsIn(simulation ?? { actions: [] });
  const judged = { scene, rest, one, after, steps, unfenced, alive };
  const fates = scene.workloads.map((workload) => fateOf(workload, judged));
  return {
    failure,
    name: failureName(failure),
    quorum,
    unfenced,
    exposed,
    fates: withFollowers(fates, judged),
  };
}

/** Nodes that were UNCLEAN before, whoever could fence them: so far nobody has. And lost ones that nobody can fence. */
function unfencedIn(
  { fencing }: Scene,
  { rest, failure }: { readonly rest: Situation; readonly failure: Failure },
  helpers: Helpers,
): Unfenced[] {
  const unclean = rest.unclean.map((node): Unfenced => {
    const more = whyNotFenced(fencing, node, helpers);
    const why = `${node} is UNCLEAN: its fencing is not confirmed${more === undefined ? "" : `, and ${more}`}`;
    return { node, cause: "unclean", why };
  });
  const lost = failure.lost.filter((node) => !rest.unclean.includes(node));
  const withPower = { ...helpers, dark: new Set<string>() };
  return [
    ...unclean,
    ...lost.flatMap((node): Unfenced[] => {
      const why = whyNotFenced(fencing, node, helpers);
      if (why === undefined) return [];
      const otherwise = whyNotFenced(fencing, node, withPower) !== undefined;
      return [{ node, cause: otherwise ? "nobody" : "no-power", why }];
    }),
  ];
}

function fateOf(workload: Workload, judged: Judged): Fate {
  const { scene, rest, one, after } = judged;
  const { name, idle } = workload;
  const [was, is] = [nodesOf(workload, rest.placed), nodesOf(workload, after)];
  // Who starts it by hand starts nothing without votes.
  if (idle !== undefined && is.length === 0 && !(idle === "by hand" && one.frozen))
    return { workload: name, state: "waits", nodes: [], idle };
  const there = was.length > 0 && (workload.form === "copies" ? is.length > 0 : is.join() === was.join());
  // What is ordered after something that was lost is stopped at once, and starts when that does.
  const again = there && isInterrupted(workload, is, judged);
  const same = there && !again;
  const reason = whyLost(workload, { was, is, same }, judged);
  if (reason !== undefined) return { workload: name, state: "lost", nodes: [], reason };
  const few = tooFew(workload, is, judged);
  const short = few === undefined ? {} : ({ state: "short", reason: few } as const);
  if (same || one.failure.kind === "nothing") return { workload: name, state: "stays", nodes: is, ...short };
  const outage = outageOf(scene, one.failure, { workload, runsOn: was, steps: judged.steps });
  return { workload: name, state: again ? "restarts" : "moves", nodes: is, outage, ...short };
}

/** Nothing starts without votes, nor before every node is fenced; undefined for what runs. */
function whyLost(
  workload: Workload,
  {
    was,
    is,
    same,
  }: { readonly was: readonly string[]; readonly is: readonly string[]; readonly same: boolean },
  judged: Judged,
): LossReason | undefined {
  const { one, unfenced } = judged;
  if (is.length === 0 && one.frozen) return withoutQuorum(one);
  const waiting = unfenced.find(({ node }) => was.includes(node) || (!same && is.length > 0));
  if (waiting !== undefined && !same) return { code: "not-fenced", text: waiting.why };
  return is.length === 0 ? reasonOf(workload, judged) : undefined;
}

/** Fewer copies than are promised, though there are nodes for more; what was not fenced lets none start. */
function tooFew(workload: Workload, is: readonly string[], judged: Judged): LossReason | undefined {
  const { rest, one, unfenced, alive } = judged;
  const was = nodesOf(workload, rest.placed);
  const running = unfenced.length === 0 ? is : is.filter((node) => was.includes(node));
  const free = [...alive].filter((node) => !one.situation.standby.includes(node));
  const wanted = Math.min(workload.copies ?? 0, free.length);
  if (running.length >= wanted) return undefined;
  const others = new Set(free.filter((node) => !is.includes(node)));
  const { code, text, ...which } = reasonOf(workload, { ...judged, alive: others });
  const why = running.length < is.length ? unfenced[0]?.why : code === "unknown" ? undefined : text;
  const said = `${running.length} of ${wanted} copies run${why === undefined ? "" : `: ${why}`}`;
  return { code: "too-few-copies", text: said, ...which };
}

/** Whether it is stopped and started again where it is; of copies all of them. */
function isInterrupted(
  { primitives }: Workload,
  nodes: readonly string[],
  { steps, after }: Judged,
): boolean {
  return nodes.every((node) =>
    primitives.some((id) =>
      instancesOf(id, after).some(
        (one) => hostOf(one.node, after) === node && steps.again.has(`${baseOf(id)} ${one.node}`),
      ),
    ),
  );
}

function withoutQuorum({ quorum, failure }: Case): LossReason {
  const { votes, needed, expected } = quorum;
  const alone = failure.kind === "network" ? "no node sees another: " : "";
  return { code: "no-quorum", text: `${alone}${votes} of ${expected} votes are left, ${needed} are needed` };
}

/** Where a workload runs as a whole: all its primitives; the leader's node where one leads, any copies' nodes else. */
export function nodesOf({ primitives, form }: Workload, placed: readonly Placed[]): string[] {
  const [first = "", ...others] = primitives;
  const nodes = instancesOf(first, placed)
    .filter((one) => one.stuck === undefined && (form !== "leader" || one.leads))
    .map(({ node }) => node);
  const whole = [...new Set(nodes)].filter((node) =>
    others.every((id) => instancesOf(id, placed).some((one) => one.node === node && one.stuck === undefined)),
  );
  return [...new Set(whole.map((node) => hostOf(node, placed)))].sort();
}

/** What is bound to a lost workload is lost for its sake, and mended with it. */
function withFollowers(fates: readonly Fate[], { scene }: Judged): Fate[] {
  const lost = new Set(fates.filter(({ state }) => state === "lost").map(({ workload }) => workload));
  const byResource = new Map(
    scene.workloads.flatMap((one) => [one.resource, ...one.primitives].map((id) => [id, one.name] as const)),
  );
  return fates.map((fate) => {
    if (fate.reason?.code !== "unknown") return fate;
    const own = scene.workloads.find(({ name }) => name === fate.workload);
    const leader = scene.view.model.configuration.constraints
      .flatMap((one) => {
        if (one.kind === "colocation" && one.score === "INFINITY")
          return [[one.resource, one.with, one.id] as const];
        if (one.kind === "order" && (one.orderKind ?? "Mandatory") === "Mandatory")
          return [[one.then, one.first, one.id] as const];
        return [];
      })
      .find(([who, on]) => own?.resource === who && lost.has(byResource.get(on) ?? ""));
    if (leader === undefined) return fate;
    const text = `it goes with ${byResource.get(leader[1]) ?? leader[1]}, which is lost (${leader[2]})`;
    return { ...fate, reason: { code: "follows", text, constraint: leader[2] } as const };
  });
}
