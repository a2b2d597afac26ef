// Who has quorum when some are gone: votequorum's arithmetic for any set of nodes, at once or one after the other (votequorum(5), corosync-qdevice(8)).
import { type CorosyncConfiguration, type CorosyncSection, quorumVotes } from "../cluster/index.js";

/** Which node's half goes on where the votes are even: the one with this id, or the first of a list that was there. */
export type TieBreaker = "lowest" | "highest" | readonly number[];

/** What corosync.conf says about votes. */
export interface VotingRules {
  readonly nodes: readonly { readonly id: number; readonly name: string; readonly votes: number }[];
  /** Votes of the quorum device; 0 without one, and where another setting disables it. */
  readonly deviceVotes: number;
  readonly twoNode: boolean;
  /** After a stop of all nodes none goes to work before all were seen. */
  readonly waitForAll: boolean;
  readonly lastManStanding: boolean;
  readonly tieBreaker: TieBreaker | undefined;
  /** Votes that are expected while everybody is there. */
  readonly expected: number;
}

/** Who is there. */
export interface Membership {
  /** Names of the nodes that were members before. */
  readonly before: readonly string[];
  /** Of these, the ones that are left. */
  readonly left: readonly string[];
  /** The quorum device does not vote. */
  readonly deviceLost?: boolean;
  /** Votes expected before the loss; default all. */
  readonly expected?: number;
}

/** Whether those who are left go on, with the arithmetic. */
export interface Quorum {
  readonly quorate: boolean;
  readonly votes: number;
  readonly needed: number;
  readonly expected: number;
  /** An even split was decided by the tie breaker. */
  readonly byTieBreaker: boolean;
}

const YES = ["1", "yes", "true", "on"];

/** The rules as corosync.conf has them. */
export function votingRules({ nodes, quorum }: CorosyncConfiguration): VotingRules {
  const on = (key: string): boolean => YES.includes(value(quorum, key) ?? "");
  const [twoNode, lastManStanding, breaksTies] = [
    on("two_node") && nodes.length === 2,
    on("last_man_standing"),
    on("auto_tie_breaker"),
  ];
  const voters = nodes.map(({ id, name, entries = [] }) => ({
    id,
    name,
    votes: Number(entries.findLast(([key]) => key === "quorum_votes")?.[1] ?? 1),
  }));
  const device = quorum.sections.find(({ name }) => name === "device");
  // Without `votes` votequorum gives the device one vote less than there are nodes.
  const deviceVotes =
    device === undefined || lastManStanding || breaksTies
      ? 0
      : Number(value(device, "votes") ?? nodes.length - 1);
  return {
    nodes: voters,
    deviceVotes,
    twoNode,
    waitForAll: value(quorum, "wait_for_all") === undefined ? twoNode : on("wait_for_all"),
    lastManStanding,
    tieBreaker: breaksTies ? tieBreaker(value(quorum, "auto_tie_breaker_node") ?? "lowest") : undefined,
    expected: Number(value(quorum, "expected_votes") ?? sum(voters) + deviceVotes),
  };
}

/** The host of the quorum device. */
export function deviceHost({ quorum }: CorosyncConfiguration): string | undefined {
  const device = quorum.sections.find(({ name }) => name === "device");
  const net = device?.sections.find(({ name }) => name === "net");
  return net?.entries.find(([key]) => key === "host")?.[1];
}

function value({ entries }: CorosyncSection, key: string): string | undefined {
  return entries.findLast(([name]) => name === key)?.[1];
}

function tieBreaker(text: string): TieBreaker {
  return text === "lowest" || text === "highest" ? text : text.trim().split(/\s+/).map(Number);
}

function sum(voters: readonly { readonly votes: number }[]): number {
  return voters.reduce((total, { votes }) => total + votes, 0);
}

/** Whether the nodes that are left go on. They see each other, and the others are dead. */
export function quorumAfter(rules: VotingRules, membership: Membership): Quorum {
  const { before, left, deviceLost = false, expected = rules.expected } = membership;
  const voters = rules.nodes.filter(({ name }) => left.includes(name));
  const votes = sum(voters) + (deviceLost || voters.length === 0 ? 0 : rules.deviceVotes);
  const needed = quorumVotes({
    nodes: expected,
    deviceVotes: 0,
    twoNode: rules.twoNode,
    autoTieBreaker: rules.tieBreaker !== undefined,
  });
  const enough = votes >= needed && voters.length > 0;
  const byTieBreaker =
    !enough &&
    // votequorum.c: half, or half less one, and what is gone cannot have quorum by itself.
    votes === Math.floor(expected / 2) &&
    before.length - left.length < needed &&
    breaksTie(rules, before, left);
  return { quorate: enough || byTieBreaker, votes, needed, expected, byTieBreaker };
}

function breaksTie(
  { nodes, tieBreaker: by }: VotingRules,
  before: readonly string[],
  left: readonly string[],
): boolean {
  if (by === undefined) return false;
  const were = nodes.filter(({ name }) => before.includes(name)).map(({ id }) => id);
  const decisive =
    by === "lowest"
      ? Math.min(...were)
      : by === "highest"
        ? Math.max(...were)
        : by.find((id) => were.includes(id));
  return nodes.some(({ id, name }) => id === decisive && left.includes(name));
}

/** Votes that are expected once `left` have been alone for a while: fewer where the last man is to stand. */
export function expectedLater(rules: VotingRules, left: readonly string[]): number {
  if (!rules.lastManStanding) return rules.expected;
  const { quorate } = quorumAfter(rules, { before: rules.nodes.map(({ name }) => name), left });
  return quorate ? sum(rules.nodes.filter(({ name }) => left.includes(name))) : rules.expected;
}
