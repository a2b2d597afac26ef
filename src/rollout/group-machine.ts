// A group's rollout: one node after the other, no next one unless everything is well, and an end that leaves nothing behind (docs/rollouts.md).
import { isImage, type OsObservation } from "../observation/index.js";
import type { Ask, Deadlines, Look, NodeFacts, PhaseProgress } from "./look.js";
import { advanceNode } from "./node-machine.js";
import type { Rule } from "./node-rules.js";
import { currentNode, isAtRest, type NodeRecord, type Outcome, type RolloutRecord } from "./record.js";

/** What is known of the group now. */
export interface GroupFacts {
  /** A node of the majority says so; undefined where nobody answers. */
  readonly quorate: boolean | undefined;
  /** What ails the group besides the node whose turn it is, in words; undefined: nobody can say. */
  readonly ails: readonly string[] | undefined;
  /** Facts of the node whose turn it is, or would be next. */
  readonly node: NodeFacts | undefined;
  /** Nodes in a standby that a rollout of ours set. */
  readonly ours: readonly string[] | undefined;
  /** Images that are offered to nobody, from this rollout or an earlier one. */
  readonly denied: readonly string[] | undefined;
}

/** What a look at the group has to go by. */
export interface GroupLook {
  readonly record: RolloutRecord;
  readonly facts: GroupFacts;
  readonly progress: PhaseProgress;
  readonly deadlines: Deadlines;
  /** Why no node may begin now, though the group is well: no window, an approval; undefined: one may. */
  readonly waitsFor: string | undefined;
}

/** Something to be done on a node, or about it. */
export interface GroupAsk {
  readonly ask: Ask | "deny-image";
  readonly node: string;
  readonly why?: string;
}

/** What a look came to. */
export interface GroupTurn {
  /** As it is to be written before anything is asked for; the same object where nothing changed. */
  readonly record: RolloutRecord;
  readonly asks: readonly GroupAsk[];
  /** What is waited for, in words; undefined while a node is under way. */
  readonly waits?: string;
  readonly rule?: Rule;
}

const GOOD: readonly Outcome[] = ["updated", "already-there"];

/** Where the group goes from here. Unknown blocks: it neither begins a node nor ends one's turn. */
export function advanceGroup(look: GroupLook): GroupTurn {
  const { record } = look;
  if (isAtRest(record)) return { record, asks: [] };
  const node = currentNode(record);
  return node === undefined ? between(look) : underWay(look, node);
}

function underWay(look: GroupLook, node: string): GroupTurn {
  const { facts, progress, deadlines } = look;
  const record = haltedByOthers(look);
  const now = record.nodes[node];
  if (now === undefined || facts.node === undefined) return { record, asks: [] };
  const ending = record.state !== "running";
  const othersWell = facts.quorate === true && facts.ails?.length === 0;
  const seen: Look = { node: now, facts: facts.node, progress, deadlines, ending, othersWell };
  const turn = advanceNode(seen);
  const asks = turn.asks.map((ask) => ({ ask, node }));
  if (turn.rule === undefined) return { record, asks };
  const next = withNode(record, node, turn.node);
  const { outcome, evidence } = turn.node;
  const ends = outcome !== undefined && !GOOD.includes(outcome) && now.outcome === undefined;
  // In the same write as the outcome: a controller that is killed now leaves no image undenied.
  const denies = ends && turn.rule.denies?.(seen) === true;
  const denied = denies ? [...new Set([...next.denied, now.target])] : next.denied;
  const halts = next.state === "running" || next.state === "pausing";
  const why = `${node}: ${[outcome, evidence && `(${evidence})`].filter(Boolean).join(" ")}`;
  return {
    record: { ...next, denied, ...(ends && halts ? { state: "halting", why } : {}) },
    asks,
    rule: turn.rule,
  };
}

/** Another node went while one is under way: nothing more is drained, and the one under way is brought back. */
function haltedByOthers({ record, facts }: GroupLook): RolloutRecord {
  const ails = facts.ails ?? [];
  if (record.state !== "running" || ails.length === 0) return record;
  return { ...record, state: "halting", why: ails.join("; ") };
}

function between(look: GroupLook): GroupTurn {
  const { record, facts } = look;
  const rest = { pausing: "paused", halting: "halted", aborting: "aborted" } as const;
  if (record.state === "aborting") {
    const left = facts.ours;
    if (left === undefined) return { record, asks: [], waits: "nobody says who is in standby" };
    if (left.length > 0) return { record, asks: left.map((node) => ({ ask: "clear-standby", node })) };
  }
  const denials = denialsOf(look);
  if (denials.length > 0) return { record, asks: denials };
  if (record.state === "pausing" || record.state === "halting" || record.state === "aborting")
    return { record: { ...record, state: rest[record.state] }, asks: [] };
  const next = record.order.find((node) => record.nodes[node]?.phase === "waiting");
  if (next === undefined) return { record: { ...record, state: "done" }, asks: [] };
  const bar = obstacle(look, next);
  if (bar.halts !== undefined) return { record: { ...record, state: "halting", why: bar.halts }, asks: [] };
  return bar.waits === undefined ? begin(look, next) : { record, asks: [], waits: bar.waits };
}

/** What keeps the next node from its turn: until somebody has looked into it, or for now. */
function obstacle({ facts, waitsFor }: GroupLook, next: string): { halts?: string; waits?: string } {
  const { quorate, ails, ours, node } = facts;
  if (quorate === false) return { waits: "the group has no quorum" };
  if (quorate === undefined || ails === undefined || ours === undefined)
    return { waits: "nobody answers for the group" };
  if (ails.length > 0) return { halts: ails.join("; ") };
  const member = node?.member ?? "unknown";
  if (member === "unknown") return { waits: `nobody says whether ${next} is in the cluster` };
  // What ails the group is told without the next one.
  if (member !== "online" && member !== "standby") return { halts: `${next} is ${member}` };
  const left = ours.filter((name) => name !== next);
  if (left.length > 0) return { halts: `still in the standby of a rollout: ${left.join(", ")}` };
  return waitsFor === undefined ? {} : { waits: waitsFor };
}

/** What this rollout found out and the group's list does not hold yet. */
function denialsOf({ record, facts }: GroupLook): GroupAsk[] {
  const missing = record.denied.filter((image) => facts.denied?.includes(image) !== true);
  return missing.flatMap((image) => {
    const node = record.order.find((name) => record.nodes[name]?.target === image);
    return node === undefined ? [] : [{ ask: "deny-image", node, why: record.nodes[node]?.outcome ?? "" }];
  });
}

/** A node's turn begins with what it runs now. */
function begin({ record, facts }: GroupLook, next: string): GroupTurn {
  const node = record.nodes[next];
  const seen = facts.node;
  const from = bootedOf(seen?.os);
  if (node === undefined || seen?.bootId === undefined || from === undefined)
    return { record, asks: [], waits: `${next} does not say what it runs` };
  const there = seen.os?.deployments.filter((one) => isImage(one, node.target)) ?? [];
  if (there.some(({ state }) => state === "booted")) {
    // One that an earlier rollout left half way is brought to an end; the others have nothing to do.
    const isLeft = seen.standby === "ours" || seen.health === "red";
    const now: NodeRecord = isLeft
      ? { ...fresh(node), phase: "joining", from, boot: seen.bootId, wasThere: true }
      : { ...node, phase: "over", from, outcome: "already-there" };
    return { record: withNode(record, next, now), asks: [] };
  }
  if (facts.denied === undefined) return { record, asks: [], waits: "nobody says which images are denied" };
  if ([...record.denied, ...facts.denied].includes(node.target)) {
    const why = `${next}: its image is denied, for what it did to a node before`;
    return { record: { ...record, state: "halting", why }, asks: [] };
  }
  const begun: NodeRecord = {
    ...fresh(node),
    phase: "fetching",
    from,
    boot: seen.bootId,
    wasThere: there.length > 0,
  };
  return { record: withNode(record, next, begun), asks: [] };
}

/** Digest of what a node runs: a container image's, or an ostree commit. */
export function bootedOf(os: OsObservation | undefined): string | undefined {
  const booted = os?.deployments.find(({ state }) => state === "booted");
  return booted?.imageDigest ?? booted?.checksum;
}

function withNode(record: RolloutRecord, node: string, now: NodeRecord): RolloutRecord {
  return { ...record, nodes: { ...record.nodes, [node]: now } };
}

/**
 * A record for a resume: nodes that are not updated get another turn, and one that was left on its way goes on where it is. What was begun is
 * brought back first, whatever it came to: its standby may still be ours, its cluster stopped, its image not green.
 */
export function resumed(record: RolloutRecord): RolloutRecord {
  const again = (node: NodeRecord): NodeRecord => {
    const { outcome } = node;
    if (node.phase !== "over" || outcome === undefined || GOOD.includes(outcome)) return node;
    if (node.boot === undefined) return fresh(node);
    // That was judged: what is left of it on the node says nothing about the next turn.
    const wasThere = node.wasThere === true || outcome === "rolled-back";
    return { ...node, phase: "joining", wasThere, outcome: undefined, evidence: undefined };
  };
  const nodes = Object.entries(record.nodes).map(([name, node]) => [name, again(node)] as const);
  return { ...record, state: "running", why: undefined, nodes: Object.fromEntries(nodes) };
}

/** As before its turn. */
export function fresh({ target, source }: NodeRecord): NodeRecord {
  return { phase: "waiting", target, ...(source === undefined ? {} : { source }) };
}
