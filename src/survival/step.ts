// One step of a rollout: some nodes are out on purpose. Is everything placed, and would one more failure take something down?
import { type Failure, failuresOf } from "./failure.js";
import { verdictsOf } from "./prove.js";
import { type Ask, restOf, settled } from "./rest.js";
import type { Scene } from "./scene.js";
import { aliveOf, type Situation } from "./situation.js";
import { nodesOf, type Verdict } from "./verdict.js";
import { expectedLater, type Quorum, quorumAfter } from "./votes.js";

/** Nodes that are out. */
export interface StepOut {
  /** In standby: they run nothing, and still vote. */
  readonly standby?: readonly string[];
  /** Stopped or rebooting: they run nothing and do not vote. */
  readonly down?: readonly string[];
}

/** A step, and where it starts from. */
export interface Step {
  readonly out: StepOut;
  /**
   * What ran where before, from the proof of the step before; default the group at rest. With it, `out` names every node that is out,
   * also those that were dead to begin with.
   */
  readonly from?: Situation;
  /** The steps that will be taken after it, each from the one before: for a scheduler that remembers what it was asked. */
  readonly next?: readonly Required<StepOut>[];
}

/** What one step means for a group. */
export interface StepProof {
  readonly out: Required<StepOut>;
  readonly quorum: Quorum;
  /** Quorum is kept, and every workload has a place; one that a person starts may wait. */
  readonly safe: boolean;
  /** Where each workload is while the nodes are out, or why it is nowhere. */
  readonly step: Verdict;
  /** Workloads that go to another node when the step begins. */
  readonly moves: readonly {
    readonly workload: string;
    readonly from: readonly string[];
    readonly to: readonly string[];
  }[];
  /** What the loss of each further node would do meanwhile. */
  readonly next: readonly Verdict[];
  /** Of these, the ones that take the quorum, or workloads. */
  readonly fatal: readonly {
    readonly failure: string;
    readonly losesQuorum: boolean;
    readonly workloads: readonly string[];
  }[];
  /** Where everything is then: the next step's `from`. */
  readonly situation: Situation;
}

/** What a step moves, and where everything is then. */
export type StepMoves = Pick<StepProof, "out" | "moves" | "situation">;

/** Takes a step. Throws DcnError failed SCHEDULER_SILENT. */
export async function takeStep(scene: Scene, ask: Ask, { out, from, next = [] }: Step): Promise<StepMoves> {
  const start = from ?? (await restOf(scene, ask)).situation;
  const standby = [...(out.standby ?? [])];
  const down = [...new Set([...(from === undefined ? start.down : []), ...(out.down ?? [])])];
  const ahead = (end: Situation): Situation[] => {
    let last = end;
    return next.map((step) => {
      last = begunFrom(last, step);
      return last;
    });
  };
  const { situation } = await settled(scene, ask, begunFrom(start, { standby, down }), ahead);
  const moves = scene.workloads.flatMap((workload) => {
    const [was, is] = [nodesOf(workload, start.placed), nodesOf(workload, situation.placed)];
    const goes = was.length > 0 && is.length > 0 && workload.form !== "copies" && was.join() !== is.join();
    return goes ? [{ workload: workload.name, from: was, to: is }] : [];
  });
  return { out: { standby, down }, moves, situation };
}

function begunFrom(start: Situation, { standby, down }: Required<StepOut>): Situation {
  const unclean = start.unclean.filter((name) => down.includes(name));
  return { ...start, standby, down, unclean, placed: aliveOf(start.placed, down) };
}

/** Takes a step, and proves it. Throws DcnError failed SCHEDULER_SILENT. */
export async function proveStep(scene: Scene, ask: Ask, step: Step): Promise<StepProof> {
  return proveTaken(scene, ask, await takeStep(scene, ask, step));
}

/** Proves a step that was taken. Throws DcnError failed SCHEDULER_SILENT. */
export async function proveTaken(scene: Scene, ask: Ask, taken: StepMoves): Promise<StepProof> {
  const { out, situation } = taken;
  const { down } = out;
  const members = scene.nodes.map(({ name }) => name);
  const left = members.filter((name) => !down.includes(name));
  const [step, ...next] = await verdictsOf(
    scene,
    { rest: situation, failures: furtherLosses(scene, left), expected: expectedLater(scene.rules, left) },
    ask,
  );
  if (step === undefined) throw new TypeError("a step without a verdict");
  const quorum = quorumAfter(scene.rules, { before: members, left });
  const lostIn = ({ fates }: Verdict): string[] =>
    fates.filter(({ state }) => state === "lost").map(({ workload }) => workload);
  return {
    ...taken,
    quorum,
    step,
    safe: quorum.quorate && lostIn(step).length === 0,
    next,
    fatal: next
      .map((verdict) => ({
        failure: verdict.name,
        losesQuorum: !verdict.quorum.quorate,
        workloads: lostIn(verdict),
      }))
      .filter((one) => one.losesQuorum || one.workloads.length > 0),
  };
}

/** Nothing, and each node that is left. */
function furtherLosses({ things }: Scene, left: readonly string[]): Failure[] {
  const nodes = things.nodes.filter(({ name }) => left.includes(name));
  const [nothing] = failuresOf({ ...things, nodes: [] }, []);
  const losses = nodes.map(
    ({ name }): Failure => ({
      kind: "node",
      names: [name],
      lost: [name],
      cut: [],
      promised: true,
    }),
  );
  return [...(nothing === undefined ? [] : [nothing]), ...losses];
}
