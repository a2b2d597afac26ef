// What would keep the quorum: each way by the same arithmetic of votes as the verdict, as a case that a scheduler can be asked about.
import { deviceVotes } from "../cluster/index.js";
import { type Case, caseOf } from "./case.js";
import type { Failure } from "./failure.js";
import type { Scene } from "./scene.js";
import type { Situation } from "./situation.js";
import { quorumAfter, type VotingRules } from "./votes.js";

/** One change, where the group is at rest with it, and what the failure is then. */
export interface Way {
  readonly change: string;
  readonly rest: Situation;
  readonly one: Case;
}

/** Ways that leave a quorum after a failure, the smallest first. */
export function waysToVotes(scene: Scene, rest: Situation, failure: Failure): Way[] {
  if (failure.kind === "network" || failure.kind === "link")
    return quorate([secondNetwork(scene, rest, failure)]);
  return quorate([...nodesBack(scene, rest, failure), ...moreVotes(scene, rest, failure)]);
}

function quorate(ways: readonly Way[]): Way[] {
  return ways.filter(({ one }) => one.quorum.quorate);
}

/** Then nobody is alone. */
function secondNetwork(scene: Scene, rest: Situation, failure: Failure): Way {
  const { things } = scene;
  const wider = { ...scene, things: { ...things, networks: [...things.networks, "+"] } };
  const change = "a second network: one link more for every node";
  return { change, rest, one: caseOf(wider, rest, { ...failure, lost: [] }) };
}

/** Who is away comes back: one of them, or all. */
function nodesBack(scene: Scene, rest: Situation, failure: Failure): Way[] {
  const { down } = rest;
  const sets = [...down.map((name) => [name]), ...(down.length > 1 ? [down] : [])];
  return sets.map((names) => {
    const still = (some: readonly string[]): string[] => some.filter((name) => !names.includes(name));
    const back = { ...rest, down: still(down), unclean: still(rest.unclean) };
    return {
      change: `${names.join(", ")} back in the cluster`,
      rest: back,
      one: caseOf(scene, back, failure),
    };
  });
}

function moreVotes(scene: Scene, rest: Situation, failure: Failure): Way[] {
  const { rules } = scene;
  const one = caseOf(scene, rest, failure);
  const votes = rules.nodes.reduce((sum, node) => sum + node.votes, 0);
  const way = (change: string, next: VotingRules, extra: readonly string[] = []): Way => {
    const { membership } = one;
    const members = { before: [...membership.before, ...extra], left: [...membership.left, ...extra] };
    const quorum = quorumAfter(next, { ...membership, ...members });
    return { change, rest, one: { ...one, quorum, stopped: false, frozen: false } };
  };
  const withDevice = (algorithm: "ffsplit" | "lms"): VotingRules => {
    const device = deviceVotes(algorithm, rules.nodes.length);
    const bare = { ...rules, lastManStanding: false, tieBreaker: undefined, twoNode: false };
    return { ...bare, deviceVotes: device, expected: votes + device };
  };
  const grown = (more: number): Way => {
    const names = Array.from({ length: more }, (_, index) => `+${index}`);
    const nodes = names.map((name, index) => ({ id: 1_000 + index, name, votes: 1 }));
    const next = {
      ...rules,
      twoNode: false,
      nodes: [...rules.nodes, ...nodes],
      expected: rules.expected + more,
    };
    return way(more === 1 ? "one node more" : `${more} nodes more`, next, names);
  };
  const split = "quorumDevice: { algorithm: ffsplit }, on a host outside of the group";
  return [
    ...(rules.deviceVotes === 0 && rules.nodes.length % 2 === 0 ? [way(split, withDevice("ffsplit"))] : []),
    grown(1),
    grown(2),
    way("quorumDevice: { algorithm: lms }: even the last node goes on while it answers", withDevice("lms")),
  ];
}
