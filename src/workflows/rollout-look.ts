// One look at a group that gets another image: what a surviving node sees of all, and what the node under way says of itself.
import { worsened } from "../apply/index.js";
import { mayStandStill } from "../cluster/index.js";
import { readImage } from "../deployments/index.js";
import { DcnError } from "../errors/index.js";
import type { ClusterObservation, ImageState, ObservedNode } from "../observation/index.js";
import { observeCib, speaksForCluster } from "../observe/index.js";
import { standbyOf } from "../plan/index.js";
import {
  decodeRecord,
  type GroupFacts,
  type NodeFacts,
  type RecordState,
  ROLLOUT_OWNER,
} from "../rollout/index.js";
import type { RolloutScene } from "./rollout-scene.js";

/** What the majority says; undefined where nobody speaks for it. */
export interface GroupSight {
  /** Who said it. */
  readonly through: string;
  readonly cluster: ClusterObservation;
  /** As its node told it, status section and all. */
  readonly cib: string;
  readonly record: RecordState;
  readonly ours: readonly string[];
}

const LOOK_MS = 8_000;

/** Asks the nodes, `first` before all others, until one speaks for the cluster with quorum; `except` is asked last. */
export async function lookAtGroup(
  scene: RolloutScene,
  order: { readonly first?: string | undefined; readonly except?: string | undefined },
): Promise<GroupSight | undefined> {
  const rank = (node: string): number => (node === order.except ? 2 : node === order.first ? 0 : 1);
  const nodes = [...scene.nodes].sort((one, other) => rank(one) - rank(other));
  for (const node of nodes) {
    const sight = await sightOf(scene, node);
    if (sight !== undefined) return sight;
  }
  return undefined;
}

/** As `lookAtGroup`. Throws DcnError busy NO_QUORUM where nobody speaks for the cluster. */
export async function mustSee(scene: RolloutScene): Promise<GroupSight> {
  const sight = await lookAtGroup(scene, {});
  if (sight !== undefined) return sight;
  const text = `${scene.group}: no node with quorum answers`;
  throw new DcnError("busy", "NO_QUORUM", text, { hint: `dcn-ha status ${scene.group}`, retryable: true });
}

async function sightOf({ transport, signal }: RolloutScene, node: string): Promise<GroupSight | undefined> {
  try {
    const view = await observeCib(transport, node, { timeoutMs: LOOK_MS, signal });
    const { cluster, quorum, cib } = view;
    if (cluster === undefined || cib === undefined) return undefined;
    if (!speaksForCluster(view) || quorum?.quorate !== true) return undefined;
    const value = /id="dcn-ha-rollout-state"[^>]* value="([^"]*)"/.exec(cib)?.[1];
    return { through: node, cluster, cib, record: decodeRecord(value), ours: standbyOf(cib, ROLLOUT_OWNER) };
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return undefined;
  }
}

/** The facts for the machine. `node` is the one under way or next, with its `state`; `before` is how the cluster was when its turn began. */
export function factsOf(
  scene: RolloutScene,
  sight: GroupSight | undefined,
  about: Omit<About, "node"> & { readonly node: string | undefined },
): GroupFacts {
  const { node } = about;
  return {
    quorate: sight?.cluster.quorate,
    ails: sight === undefined ? undefined : ailsOf(scene, sight, about),
    ours: sight?.ours,
    denied: about.list?.denied.map(({ digest }) => digest),
    node: node === undefined ? undefined : nodeFacts(scene, sight, { ...about, node }),
  };
}

/** What the node says of its images; undefined where it does not answer. */
export async function imageOf(
  { transport, signal }: RolloutScene,
  node: string,
): Promise<ImageState | undefined> {
  try {
    return await readImage({ transport, node, timeoutMs: LOOK_MS, signal });
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return undefined;
  }
}

/** What ails the group besides `node`: then no node begins, and one that is under way is brought back. */
function ailsOf(
  { nodes }: RolloutScene,
  { cluster, ours }: GroupSight,
  about: { readonly node: string | undefined; readonly standby: readonly string[] },
): string[] {
  const ails: string[] = [];
  if (cluster.maintenanceMode === true) ails.push("the cluster is in maintenance mode: nothing is healed");
  if (cluster.stopAllResources === true) ails.push("stop-all-resources is set");
  for (const name of nodes) {
    if (name === about.node) continue;
    const member = memberOf(cluster.nodes.find((one) => one.name === name));
    const known = member === "standby" && (about.standby.includes(name) || ours.includes(name));
    if (member !== "online" && !known) ails.push(`${name} is ${member}`);
  }
  return ails;
}

function memberOf(node: ObservedNode | undefined): NodeFacts["member"] {
  if (node?.online === undefined) return "unknown";
  if (node.unclean === true) return "unclean";
  if (!node.online) return "offline";
  if (node.pending === true) return "joining";
  return node.standby === true ? "standby" : "online";
}

interface About {
  readonly node: string;
  /** Nodes that were in a person's standby before. */
  readonly standby: readonly string[];
  readonly before: ClusterObservation | undefined;
  readonly state: ImageState | undefined;
  /** Of the node whose list of denied images counts. */
  readonly list: ImageState | undefined;
}

function nodeFacts(
  scene: RolloutScene,
  sight: GroupSight | undefined,
  { node, before, state }: About,
): NodeFacts {
  const seen = sight?.cluster.nodes.find(({ name }) => name === node);
  return {
    answers: state !== undefined,
    bootId: state?.bootId,
    os: state?.os,
    // Without checks in the image nobody will ever say more: preflight warns of that.
    health: state?.health === "none" ? "green" : (state?.health ?? "unknown"),
    needsHands: state?.bootStatus.needsHands === true,
    complaint: complaintOf(state),
    member: memberOf(seen),
    standby: standbyFor(node, sight, seen),
    busy: sight?.cluster.resources
      .filter((one) => one.nodes.includes(node) && (one.active === true || one.pending !== undefined))
      .map(({ id }) => id),
    worse: sight === undefined ? ["nobody answers for the group"] : worse(scene, sight, before),
  };
}

/** What the node's checks, or its deployment tool, complain about, in words. */
export function complaintOf(state: ImageState | undefined): string | undefined {
  const check = state?.trial.rolledBack?.check;
  return state?.finalizeFailed ?? (check === undefined ? undefined : `the check ${check} failed`);
}

function standbyFor(
  node: string,
  sight: GroupSight | undefined,
  seen: ObservedNode | undefined,
): NodeFacts["standby"] {
  if (sight === undefined) return "unknown";
  if (sight.ours.includes(node)) return "ours";
  // A node that is out says nothing about its standby; the CIB does, where the mark is ours.
  return seen?.standby === true ? "a person's" : "none";
}

function worse(
  { profile: { model } }: RolloutScene,
  { cluster }: GroupSight,
  before: ClusterObservation | undefined,
): string[] {
  return before === undefined
    ? []
    : worsened(before, cluster, mayStandStill(model.configuration, cluster.tickets));
}
