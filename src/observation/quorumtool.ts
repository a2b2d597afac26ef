// Quorum as corosync sees it on one node: `corosync-quorumtool -s` (corosync-quorumtool(8), votequorum(5)).

/** A member of the partition that the asked node is in. */
export interface QuorumMember {
  readonly id: number;
  readonly votes: number;
  readonly name: string;
}

/** Votes and members; undefined where the tool did not say. */
export interface QuorumObservation {
  readonly quorate: boolean | undefined;
  readonly expectedVotes: number | undefined;
  readonly totalVotes: number | undefined;
  readonly neededVotes: number | undefined;
  /** `Quorate`, `2Node`, `WaitForAll`, `Qdevice`, `LastManStanding` and the like. */
  readonly flags: readonly string[];
  readonly members: readonly QuorumMember[];
  /** The quorum device as the asked node counts it; absent without one. Votes are 0 while it is not there or gives none. */
  readonly device?: { readonly votes: number };
}

/** Reads the output of `corosync-quorumtool -s` (exit 0 quorate, 2 not); undefined where it is no such output. */
export function parseQuorumtool(text: string): QuorumObservation | undefined {
  if (!text.includes("Quorum information")) return undefined;
  const facts = new Map<string, string>();
  const members: QuorumMember[] = [];
  for (const line of text.split("\n")) {
    const fact = /^([A-Z][A-Za-z ]+):\s+(.*?)\s*$/.exec(line);
    if (fact?.[1] !== undefined) facts.set(fact[1], fact[2] ?? "");
    // A quorum device shows its own flags between votes and name, and id 0 for itself.
    const member = /^\s+(\d+)\s+(\d+)\s+(?:[A-Z,]+\s+)?(\S+)(?: \((?:local|votes \d+)\))?\s*$/.exec(line);
    if (member?.[3] !== undefined) {
      members.push({ id: Number(member[1]), votes: Number(member[2]), name: member[3] });
    }
  }
  const quorate = facts.get("Quorate");
  const count = (key: string): number | undefined => {
    const digits = /^\d+/.exec(facts.get(key) ?? "")?.[0];
    return digits === undefined ? undefined : Number(digits);
  };
  const device = members.find((member) => member.id === 0);
  return {
    quorate: quorate === undefined ? undefined : quorate === "Yes",
    expectedVotes: count("Expected votes"),
    totalVotes: count("Total votes"),
    neededVotes: count("Quorum"),
    flags: (facts.get("Flags") ?? "").split(" ").filter((flag) => flag !== ""),
    members: members.filter((member) => member.id > 0),
    ...(device === undefined ? {} : { device: { votes: device.votes } }),
  };
}
