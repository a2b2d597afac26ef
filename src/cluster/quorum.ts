// Votes and quorum: who may go on when nodes are lost (votequorum(5), corosync-qdevice(8)).

/** What decides about quorum, as corosync.conf says it. */
export interface QuorumRules {
  /** Votes of all nodes together; one each unless `quorum_votes` says otherwise. */
  readonly nodes: number;
  /** Votes of the quorum device; 0 without one. */
  readonly deviceVotes: number;
  readonly twoNode: boolean;
  readonly autoTieBreaker: boolean;
}

/** How a quorum device votes: for half of the nodes (`ffsplit`), or so that the last node goes on (`lms`). */
export type QuorumAlgorithm = "ffsplit" | "lms";

/** Votes of a quorum device of model net. */
export function deviceVotes(algorithm: QuorumAlgorithm, nodes: number): number {
  return algorithm === "ffsplit" ? 1 : nodes - 1;
}

/** Votes that a partition needs: more than half of the expected ones, the device's included; 1 with `two_node`. */
export function quorumVotes(rules: QuorumRules): number {
  return rules.twoNode ? 1 : Math.floor((rules.nodes + rules.deviceVotes) / 2) + 1;
}

/**
 * How many nodes may be lost at the same moment, whichever they are, so that the rest goes on; the quorum device is there.
 * An even split is survived only where the tie breaker's node is in the half that lives, so that it does not count here.
 */
export function survivableLosses(rules: QuorumRules): number {
  if (rules.twoNode) return 1;
  return Math.max(0, rules.nodes + rules.deviceVotes - quorumVotes(rules));
}

/** True where a cut into two equal halves leaves one half that goes on, and not both, and not none. */
export function decidesEvenSplit(rules: QuorumRules): boolean {
  return rules.nodes % 2 === 1 || rules.deviceVotes > 0 || rules.autoTieBreaker || rules.twoNode;
}
