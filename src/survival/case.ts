// A failure that befalls a group in a situation, and what its judgement is made of.
import { lostIn } from "./cut-off.js";
import type { Failure } from "./failure.js";
import type { Scene } from "./scene.js";
import { aliveOf, type Placed, type Situation, type Steps } from "./situation.js";
import { type Membership, type Quorum, quorumAfter } from "./votes.js";

/** A node that is lost and not fenced, and why: whatever has to start waits for it. */
export interface Unfenced {
  readonly node: string;
  /** `nobody`: no device that works; `no-power`: its devices lost their power with it; `unclean`: it was UNCLEAN before anything failed. */
  readonly cause: "nobody" | "no-power" | "unclean";
  readonly why: string;
}

/** A failure ready to be asked about. */
export interface Case {
  readonly failure: Failure;
  /** Who votes then. */
  readonly membership: Membership;
  readonly quorum: Quorum;
  readonly situation: Situation;
  /** What becomes of the workloads is clear without the scheduler: all stop. */
  readonly stopped: boolean;
  /** For want of votes nothing starts, whatever may go on. */
  readonly frozen: boolean;
}

/** All that a workload's fate is judged by. */
export interface Judged {
  readonly scene: Scene;
  readonly rest: Situation;
  readonly one: Case;
  readonly after: readonly Placed[];
  /** How it comes there. */
  readonly steps: Steps;
  readonly unfenced: readonly Unfenced[];
  readonly alive: ReadonlySet<string>;
}

/** What the cluster does when it has no quorum (Pacemaker Explained, "no-quorum-policy"). */
function quorumPolicy({ view }: Pick<Scene, "view">): string {
  return view.property("no-quorum-policy") ?? "stop";
}

/** The case of a failure that happens to a group in a situation; `expected` votes where they are not all. */
export function caseOf(scene: Scene, rest: Situation, failure: Failure, expected?: number): Case {
  const { lost, deviceLost } = lostIn(scene, rest, failure);
  const before = rest.nodes.map(({ name }) => name).filter((name) => !rest.down.includes(name));
  const membership = {
    before,
    left: before.filter((name) => !lost.includes(name)),
    deviceLost,
    ...(expected === undefined ? {} : { expected }),
  };
  const quorum = quorumAfter(scene.rules, membership);
  const attributes = new Map(
    [...rest.attributes].map(([node, values]) => {
      const networks = failure.cut.filter((one) => one.node === node).map(({ network }) => network);
      const cut = networks.filter((network) => values.has(`network-${network}`));
      return [
        node,
        new Map([...values, ...cut.map((network) => [`network-${network}`, "0"] as const)]),
      ] as const;
    }),
  );
  const down = [...rest.down, ...lost];
  const situation = { ...rest, down, placed: aliveOf(rest.placed, down), attributes };
  const frozen = !quorum.quorate && quorumPolicy(scene) !== "ignore";
  const stopped = frozen && !["freeze", "demote"].includes(quorumPolicy(scene));
  return { failure: { ...failure, lost }, membership, quorum, situation, stopped, frozen };
}
