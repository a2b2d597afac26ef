// `node add`, `node remove`, `node replace`: one node into a running cluster, or out of it; the others keep what they run (docs/nodes.md).
import {
  type ApplyContext,
  awaitMembers,
  drainNode,
  enrolNodes,
  finishNodes,
  forgetNode,
  formationOf,
  installPrograms,
  leaveCluster,
  prepareJoining,
  startNodes,
} from "../apply/index.js";
import { parseCorosyncConf } from "../corosync/index.js";
import { type Finding, hasErrors } from "../errors/index.js";
import type { ProbedNode } from "../observation/index.js";
import { observeView } from "../observe/index.js";
import { earlierLife, modelFor, preflight, refusal, withDeviceTimesOf } from "../plan/index.js";
import { carryOut } from "./carry-out.js";
import { pendingRestarts } from "./pending-restart.js";
import {
  absentees,
  bringCib,
  bringCorosync,
  cibChanges,
  cibSteps,
  contextFor,
  corosyncSteps,
  type Live,
  lookAtLive,
  type ReconfigureOptions,
  type ReconfigureResult,
  settleDown,
  type Target,
  targetOf,
  unreachable,
} from "./reconfigure.js";

const ADD = "node-add";
const REMOVE = "node-remove";

/** Which node, and whether other hardware takes the place of one that is there already. */
export interface JoinOptions extends ReconfigureOptions {
  readonly node: string;
  readonly replace?: boolean;
}

/** Takes a node of the profile into the running cluster. Throws DcnError: refused with everything that stands in the way, failed with what did not work. */
export async function addNode(options: JoinOptions): Promise<ReconfigureResult> {
  const { node, replace = false } = options;
  const live = await lookAtLive(options);
  const newcomer = live.observations.find((seen) => seen.node === node);
  const names = new Set([...live.listed, node]);
  const target = targetOf(
    live,
    withDeviceTimesOf(modelFor(options.group.model, names, live.conf.nodes), live.conf),
  );
  const context = contextFor(options, target.model);
  const findings = newcomer === undefined ? [notInProfile(node)] : joinFindings(options, live, newcomer);
  if (target.way === "restart") findings.push(otherChanges(target));
  if (newcomer?.kind !== "probed" || hasErrors(findings)) throw refusal(findings);
  const joined = live.members.some((seen) => seen.node === node);
  const cib = cibChanges(live, target.model);
  const complete = newcomer.probe.formation?.step === "complete";
  const done = joined && target.way === undefined && complete && cib.length === 0;
  const steps = done ? [] : [...joinSteps(node, live, replace), ...corosyncSteps(target), ...cibSteps(cib)];
  const plan = { steps, corosync: target.changes, cib };
  return carryOut(options, { live, plan, purpose: `node ${replace ? "replace" : "add"} ${node}` }, (lock) =>
    join(options, { live, target, context, newcomer, joined }, lock.token),
  );
}

interface Joining {
  readonly live: Live;
  readonly target: Target;
  readonly context: ApplyContext;
  readonly newcomer: ProbedNode;
  readonly joined: boolean;
}

/** The order counts: key and files, then the members expect it, then they can fence it, and only then it starts. */
async function join(options: JoinOptions, scene: Joining, token: string): Promise<void> {
  const { live, target, context, newcomer, joined } = scene;
  const { node } = newcomer;
  const others = live.members.map((seen) => seen.node).filter((name) => name !== node);
  const [first = node] = others;
  const { probe, access } = newcomer;
  const programs = [...context.desired.programs].some(([name, digest]) => probe.files.get(name) !== digest);
  if (access === "admin" || programs) await installPrograms(context, [node]);
  const formation = await formationOf(context, first, live.formation);
  const started =
    ["started", "complete"].includes(probe.formation?.step ?? "") && probe.formation?.id === formation.id;
  if (!joined && !(started && options.replace !== true)) await prepareJoining(context, node, formation);
  const allowFullStop = options.allowFullStop === true;
  await bringCorosync(context, { target, members: others, allowFullStop, owner: ADD });
  // Pacemaker would fence a node that it knows of and never saw: the CIB learns of the node itself when it is there.
  const known = contextFor(options, {
    ...target.model,
    configuration: modelFor(options.group.model, new Set(others)).configuration,
  });
  await bringCib(withNodes(known, others), token);
  if (!joined) {
    await enrolNodes(context, [node], first);
    await startNodes(context, [node], formation.id);
  }
  await awaitMembers(context, [...others, node], [first, node]);
  await bringCib(context, token);
  await settleDown(context, others, ADD);
  await finishNodes(context, [node], formation.id);
}

/** The context, for some of its nodes; their files are those of the whole. */
function withNodes(context: ApplyContext, names: readonly string[]): ApplyContext {
  const nodes = context.desired.nodes.filter(({ name }) => names.includes(name));
  return { ...context, desired: { ...context.desired, nodes } };
}

function joinSteps(node: string, live: Live, replace: boolean): string[] {
  const where = live.members.map((seen) => seen.node).filter((name) => name !== node);
  return [
    `${replace ? "put new hardware in the place of" : "add"} ${node} to the cluster of ${where.join(", ")}`,
    `give ${node} the group's key, corosync.conf, gate and secrets; it starts last`,
    "bring fence devices and all else that the profile says into the CIB before it starts",
  ];
}

/** A node that is listed and not there yet is UNCLEAN to whoever restarts: nothing is restarted while one joins or leaves. */
function otherChanges({ changes }: Target): Finding {
  const others = changes.filter(({ way }) => way !== "reload").map(({ subject }) => subject);
  const text = `the profile also changes ${others.join(", ")}, which needs restarts of corosync`;
  const hint = "one thing at a time: put these back, or bring them in first";
  return { severity: "error", code: "OTHER_CHANGES", text, hint };
}

function notInProfile(node: string): Finding {
  const text = "the profile does not list it";
  const hint = "add it to nodes: first, with its addresses and how to fence it";
  return { severity: "error", code: "NODE_NOT_IN_PROFILE", subject: `node ${node}`, text, hint };
}

function joinFindings(
  { node, replace = false }: JoinOptions,
  live: Live,
  seen: Live["observations"][number],
): Finding[] {
  if (seen.kind !== "probed") return [unreachable(seen), ...absentees(live, [node])];
  const isMember = live.members.some((member) => member.node === node);
  const begun = seen.probe.formation?.id === live.formation;
  const found: Finding[] = [...absentees(live, [node]), ...pendingRestarts(live)];
  if (!isMember) {
    const { model } = live.context.desired;
    found.push(
      ...preflight({ ...live.context.desired, model }, [seen]).filter(({ code }) => code !== "LEFTOVER_CIB"),
      ...earlierLife(seen, live.members),
    );
  }
  if (live.listed.has(node) && !isMember && !begun && !replace) {
    const text = "the cluster has a node of this name already, and this machine is not it";
    const hint = `is it new hardware? dcn-ha node replace GROUP ${node}`;
    found.push({ severity: "error", code: "NODE_IS_ANOTHER", subject: `node ${node}`, text, hint });
  }
  return found;
}

/** Takes a node that the profile does not list any more out of the running cluster; it may be dead. */
export async function removeNode(
  options: ReconfigureOptions & { readonly node: string },
): Promise<ReconfigureResult> {
  const { node } = options;
  const live = await lookAtLive(options);
  const listed = live.listed.has(node) || hasNode(live, node);
  const rest = new Set([...live.listed].filter((name) => name !== node));
  const target = targetOf(
    { ...live, members: live.members.filter((seen) => seen.node !== node) },
    withDeviceTimesOf(modelFor(options.group.model, rest, live.conf.nodes), live.conf),
  );
  const findings = await removeFindings(options, live);
  if (target.way === "restart") findings.push(otherChanges(target));
  if (hasErrors(findings)) throw refusal(findings);
  const seen = live.observations.find((one) => one.node === node);
  const reachable = seen?.kind === "probed";
  const cib = isWhole(options, rest)
    ? cibChanges(live, modelFor(options.group.model, rest, live.conf.nodes))
    : [];
  const steps = listed
    ? [
        ...(reachable ? [`empty ${node}, stop its cluster for good, and take the group's keys from it`] : []),
        ...corosyncSteps(target),
        `have Pacemaker forget ${node}`,
        ...(reachable
          ? []
          : [`${node} still holds the group's key: dcn-ha keys rotate, unless it is destroyed`]),
      ]
    : [];
  const plan = { steps: [...steps, ...cibSteps(cib)], corosync: target.changes, cib };
  return carryOut(options, { live, plan, purpose: `node remove ${node}` }, (lock) =>
    leave(options, { live, target, reachable }, lock.token),
  );
}

async function leave(
  options: ReconfigureOptions & { readonly node: string },
  { live, target, reachable }: { readonly live: Live; readonly target: Target; readonly reachable: boolean },
  token: string,
): Promise<void> {
  const { node } = options;
  const context = contextFor(options, target.model);
  const others = live.members.map((seen) => seen.node).filter((name) => name !== node);
  const [through = ""] = others;
  if (live.members.some((seen) => seen.node === node)) {
    await drainNode(context, node, { through, owner: REMOVE });
  }
  if (reachable) await leaveCluster(context, node);
  await bringCorosync(context, {
    target,
    members: others,
    allowFullStop: options.allowFullStop === true,
    owner: REMOVE,
  });
  if (isWhole(options, new Set(others))) await bringCib(withNodes(context, others), token);
  const listed = new Set([...live.listed].filter((name) => name !== node));
  await forgetNode(context, node, { others, listed });
  await settleDown(context, others, REMOVE);
}

/** What fences a node must stay while that node does: the CIB follows when the last node that the profile lacks is gone. */
function isWhole({ group }: ReconfigureOptions, names: ReadonlySet<string>): boolean {
  const wanted = new Set(group.model.corosync.nodes.map(({ name }) => name));
  return [...names].every((name) => wanted.has(name));
}

async function removeFindings(
  options: ReconfigureOptions & { readonly node: string },
  live: Live,
): Promise<Finding[]> {
  const { node, group } = options;
  const subject = `node ${node}`;
  const found: Finding[] = [
    ...absentees(live, [node]),
    ...pendingRestarts(live),
    ...otherCluster(live, node),
  ];
  const add = (code: string, text: string, hint: string): void => {
    found.push({ severity: "error", code, subject, text, hint });
  };
  if (group.model.corosync.nodes.some(({ name }) => name === node)) {
    add("NODE_STILL_IN_PROFILE", "the profile still lists it", "take it out of nodes: first");
  }
  const others = live.members.filter((seen) => seen.node !== node);
  const [through] = others;
  if (through === undefined) return found;
  const view = await observeView(options.transport, through.node, { signal: options.signal });
  const state = view.cluster?.nodes.find(({ name }) => name === node);
  const reached = live.observations.some((seen) => seen.node === node && seen.kind === "probed");
  if (!reached && (state?.online === true || state?.unclean === true)) {
    const how = state.online === true ? "it runs" : "it is UNCLEAN: it may still run";
    const hint =
      "--was FILE names the group's file before the edit, which says how to log in to it; or power it off first";
    add("NODE_NOT_GONE", `${how}, and it cannot be reached to stop it`, hint);
  }
  const { totalVotes: total, neededVotes: needed } = view.quorum ?? {};
  const loses = live.members.length > others.length ? 1 : 0;
  if (total === undefined || needed === undefined || total - loses < needed) {
    const text = "without it the others would have no quorum";
    add("REMOVE_WOULD_LOSE_QUORUM", text, "bring back the nodes that are down first; see dcn-ha status");
  }
  return found;
}

/** A machine that left, and is at home in another cluster by now, is not ours to stop. */
function otherCluster({ observations, context }: Live, node: string): Finding[] {
  const group = context.desired.model.name;
  const seen = observations.find((one) => one.node === node);
  if (seen?.kind !== "probed" || seen.corosyncConf === undefined) return [];
  const totem = parseCorosyncConf(seen.corosyncConf).configuration?.totem.entries ?? [];
  const name = totem.findLast(([key]) => key === "cluster_name")?.[1] ?? "without a name";
  if (name === group) return [];
  const text = `it belongs to another cluster by now, ${name}`;
  const hint = `without --was ${group} forgets it and leaves the machine alone`;
  return [{ severity: "error", code: "OTHER_CLUSTER", subject: `node ${node}`, text, hint }];
}

function hasNode(live: Live, node: string): boolean {
  return live.members.some(({ cib }) => cib?.xml.includes(`uname="${node}"`) === true);
}
