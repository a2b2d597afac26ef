// The rollout of one group, as commands want it: planned, started, gone on with (docs/rollouts.md).
import { resolveImage } from "../deployments/index.js";
import { DcnError, type Finding } from "../errors/index.js";
import type { ImageState } from "../observation/index.js";
import { inParallel } from "../observe/index.js";
import { refusal } from "../plan/index.js";
import { bootedOf, orderFacts, type RolloutRecord, rolloutOrder, underChannel } from "../rollout/index.js";
import { saveRecord } from "./rollout-asks.js";
import { driveRollout } from "./rollout-drive.js";
import { denyLeft, leftUnseen } from "./rollout-late.js";
import { type GroupSight, imageOf, mustSee } from "./rollout-look.js";
import { allowForced, checkGroup, checkNode, deniedBy } from "./rollout-preflight.js";
import { forecast, type StepForecast } from "./rollout-proof.js";
import type { ImageWish, PlannedNode, RolloutGate, RolloutScene } from "./rollout-scene.js";
import { goOnWith, isEnded, lastRollout, underWay, unreadable } from "./rollout-standing.js";

/** What a rollout of a group would do. */
export interface RolloutPlan {
  readonly group: string;
  /** Nodes in their order, with what they run and what they are to run. */
  readonly nodes: readonly PlannedNode[];
  /** What moves in each turn, by the cluster's own scheduler. */
  readonly steps: readonly StepForecast[];
  /** Until everything is over or has halted, at most. */
  readonly longestMs: number;
  /** What stands in the way, or is worth to know; errors refuse a start. */
  readonly findings: readonly Finding[];
}

/** Which rollout, and which image each node is to get. */
export interface RolloutRequest {
  readonly name: string;
  readonly wish: (node: string) => ImageWish;
  /** Fetch the images first, so that they can be compared. */
  readonly fetch: boolean;
  /** Codes of findings to go on in spite of. */
  readonly force: readonly string[];
  /** The image that somebody asked for by its digest, whatever the document says. */
  readonly digest?: string | undefined;
}

/**
 * Looks at every node and says what a rollout would do, each source resolved to a digest once, and each step proved on the cluster as it
 * runs. Throws DcnError busy NO_QUORUM.
 */
export async function planRollout(scene: RolloutScene, request: RolloutRequest): Promise<RolloutPlan> {
  const sight = await mustSee(scene);
  const findings = checkGroup(scene, sight);
  const unseen = await leftUnseen(scene, sight.record);
  const looked = await inParallel(scene.nodes, 8, async (node) => {
    const wish = request.wish(node);
    const resolving = await resolved(scene, node, wish);
    const state = resolving?.state ?? (await imageOf(scene, node));
    const planned = await plannedNode(scene, node, { state, wish, resolving, findings });
    return { planned, state };
  });
  const left = [...unseen, ...deniedBy(looked)];
  const plans = looked.map(({ planned }) => planned);
  const updated = plans.filter(({ from, target }) => from === target).map(({ node }) => node);
  const facts = orderFacts(scene.profile.model, sight.cluster, updated);
  const { order } = rolloutOrder(facts);
  const turns = order.filter((node) => !updated.includes(node));
  const spoken = { node: sight.through, cib: sight.cib };
  // The one asks the nodes' disks and networks, the other a scheduler.
  const [checked, { steps, findings: proved }] = await Promise.all([
    inParallel(looked, 8, ({ planned, state }) =>
      checkNode(scene, planned, { state, left, fetch: request.fetch }),
    ),
    forecast(scene, scene.profile, { order: turns, standby: facts.standby, spoken }),
  ]);
  const rank = { error: 0, warning: 1, note: 2 };
  const all = [...findings, ...checked.flat(), ...proved].sort(
    (one, other) => rank[one.severity] - rank[other.severity],
  );
  const nodes = order.flatMap((node) => plans.filter((one) => one.node === node));
  const { deadlines } = scene;
  // A turn that takes longer than its deadlines halts, so that this is the most.
  const turnMs =
    deadlines.drainMs + deadlines.stageMs + deadlines.rebootMs + deadlines.greenMs + deadlines.joinMs;
  return {
    group: scene.group,
    nodes,
    steps,
    findings: all,
    longestMs: turns.length * (turnMs + deadlines.soakMs),
  };
}

/** What a source stands for, or why nobody can say; and the node's images, where it told them with that. */
interface Resolving {
  readonly image: { readonly digest: string; readonly version: string | undefined } | DcnError;
  readonly state: ImageState | undefined;
}

/** Resolves what needs nothing to be known of the node, in one request with the look at its images; undefined for any other wish. */
async function resolved(
  scene: RolloutScene,
  node: string,
  { digest, channel, source }: ImageWish,
): Promise<Resolving | undefined> {
  return digest === undefined && channel === undefined ? resolve(scene, node, source) : undefined;
}

async function resolve(
  { transport, signal }: RolloutScene,
  node: string,
  source: string | undefined,
): Promise<Resolving> {
  let state: ImageState | undefined;
  const onState = (told: ImageState): void => {
    state = told;
  };
  try {
    return { image: await resolveImage({ transport, node, signal, onState }, source), state };
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return { image: error, state };
  }
}

async function plannedNode(
  scene: RolloutScene,
  node: string,
  about: {
    readonly state: ImageState | undefined;
    readonly wish: ImageWish;
    readonly resolving: Resolving | undefined;
    readonly findings: Finding[];
  },
): Promise<PlannedNode> {
  const { state, wish, findings } = about;
  const fail = (code: string, text: string): void => {
    findings.push({ severity: "error", code, subject: `node ${node}`, text });
  };
  const from = bootedOf(state?.os);
  if (from === undefined) fail("IMAGE_UNKNOWN", "it does not say which image it runs");
  const named = wish.channel === undefined ? wish.source : underChannel(state?.origin, wish.channel);
  if (wish.channel !== undefined && named === undefined)
    fail("IMAGE_ORIGIN_UNKNOWN", "it does not say what it follows, so that a channel means nothing to it");
  const planned = { node, from, target: wish.digest, ...(named === undefined ? {} : { source: named }) };
  if (wish.digest !== undefined) return planned;
  const { image } = about.resolving ?? (await resolve(scene, node, named));
  if (!(image instanceof DcnError)) return { ...planned, target: image.digest, version: image.version };
  fail(image.code, image.message.replace(`${node}: `, ""));
  return planned;
}

/**
 * Carries out a plan, which was just made for this request, until it rests. Throws refused with the plan's errors, busy ROLLOUT_UNDER_WAY where one stands that did not end, and
 * as `driveRollout`. Nothing to do gives a record that is done, and writes none.
 */
export async function startRollout(
  scene: RolloutScene,
  request: RolloutRequest,
  { plan, gate }: { readonly plan: RolloutPlan; readonly gate: RolloutGate },
): Promise<RolloutRecord> {
  const { force, fetch } = request;
  // Between the plan and here nobody waited for anything; of a denied image, even a forced one, the plan fetched none.
  const isFetched = fetch && plan.findings.every(({ code }) => code !== "IMAGE_DENIED");
  const fetchedMs = isFetched ? scene.clock.nowMs() : undefined;
  const sight = await mustSee(scene);
  // First of all: what a rollout has under way is found by the plan too, under names that do not say so.
  endedBefore(scene, sight);
  await denyLeft(scene, await leftUnseen(scene, sight.record));
  const isForced = ({ force: code }: Finding): boolean => code !== undefined && force.includes(code);
  const errors = plan.findings.filter((one) => one.severity === "error" && !isForced(one));
  if (errors.length > 0) throw refusal(errors);
  const record = draft(scene, request, { plan, sight });
  if (hasNothingToDo(plan)) return { ...record, state: "done" };
  const begin = async (): Promise<RolloutRecord> => {
    // Looked at anew: whoever held the lock until now may have put a node in standby, and ended it.
    const now = await mustSee(scene);
    const before = endedBefore(scene, now);
    await allowForced(scene, plan.findings.filter(isForced), plan.nodes);
    const next = { ...record, standby: standbyNow(now) };
    const saved = await saveRecord(scene, now.through, { before, next });
    if ("record" in saved) return saved.record;
    throw saved.now.kind === "record" ? underWay(scene, saved.now.record) : unreadable(scene);
  };
  return driveRollout(scene, { name: record.name, record: begin, fetchedMs }, gate);
}

function hasNothingToDo({ nodes }: RolloutPlan): boolean {
  return nodes.every(({ from, target }) => from !== undefined && from === target);
}

/**
 * Goes on with the group's rollout of the request's name; one that was aborted stays so. Begins it where there was none, or where another one
 * has ended: that says nothing of this one. One that is done begins anew where its document means other images by now. Throws as `startRollout`, and
 * busy ROLLOUT_UNDER_WAY where another one has not ended.
 */
export async function resumeRollout(
  scene: RolloutScene,
  request: RolloutRequest,
  gate: RolloutGate,
): Promise<RolloutRecord> {
  const { name } = request;
  const record = await lastRollout(scene);
  const isOver = record === undefined || record.state === "done" || (isEnded(record) && record.name !== name);
  if (!isOver) {
    if (record.name === name && !isEnded(record)) requireSameImage(scene, record, request);
    return goOnWith(scene, { record, name }, gate);
  }
  const plan = await planRollout(scene, request);
  // Whatever ails a group that has its images is no matter of this rollout any more.
  if (record?.name === name && hasNothingToDo(plan)) return record;
  return startRollout(scene, request, { plan, gate });
}

/** What is written over: the rollout before, if any. Throws where that one has not ended. */
function endedBefore(scene: RolloutScene, { record: standing }: GroupSight): RolloutRecord | undefined {
  if (standing.kind === "unreadable") throw unreadable(scene);
  if (standing.kind !== "record") return undefined;
  if (!isEnded(standing.record)) throw underWay(scene, standing.record);
  return standing.record;
}

/** A rollout goes on with the images that it began with. */
function requireSameImage(
  { group }: RolloutScene,
  { name, state, nodes }: RolloutRecord,
  { digest }: RolloutRequest,
): void {
  const targets = [...new Set(Object.values(nodes).map(({ target }) => target))];
  if (digest === undefined || targets.every((target) => target === digest)) return;
  const text = `${group}: the rollout ${name} is ${state} and brings ${targets.join(", ")}, not ${digest}`;
  const hint =
    "without --digest it goes on; for another image: dcn-ha rollout abort, then dcn-ha rollout start";
  throw new DcnError("busy", "ROLLOUT_UNDER_WAY", text, { hint });
}

function standbyNow({ cluster }: GroupSight): string[] {
  return cluster.nodes.filter(({ standby }) => standby === true).map(({ name }) => name);
}

function draft(
  { controller, clock }: RolloutScene,
  { name }: RolloutRequest,
  { plan, sight }: { readonly plan: RolloutPlan; readonly sight: GroupSight },
): RolloutRecord {
  const nodes = plan.nodes.map(({ node, target = "", source }) => [
    node,
    { phase: "waiting" as const, target, ...(source === undefined ? {} : { source }) },
  ]);
  return {
    id: controller.newToken(),
    revision: 0,
    name,
    state: "running",
    since: new Date(clock.wallMs()).toISOString(),
    standby: standbyNow(sight),
    order: plan.nodes.map(({ node }) => node),
    denied: [],
    ...(plan.findings.some(({ code }) => code === "FEATURE_SET_RISES") ? { rises: true } : {}),
    nodes: Object.fromEntries(nodes) as RolloutRecord["nodes"],
  };
}
