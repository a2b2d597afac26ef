// What every change of a running cluster's members, links, keys and quorum device shares: look at all, say what will be done, and the parts
// that do it (carry-out.ts: under the group's lock). A run that was killed is completed by the next one, which looks anew.
import {
  type ApplyContext,
  awaitDeviceVote,
  type Controller,
  changeCorosync,
  desiredGroup,
  endStandby,
  installFiles,
  installPrograms,
  noteRunning,
  type ProgressListener,
  readNodePrograms,
  reload,
  runsWith,
  type SecretValues,
} from "../apply/index.js";
import { type Change, mergeOwned } from "../cib/index.js";
import type { ClusterModel, CorosyncConfiguration } from "../cluster/index.js";
import { parseCorosyncConf, renderCorosyncConf } from "../corosync/index.js";
import type { Finding } from "../errors/index.js";
import type { NodeObservation, ProbedNode } from "../observation/index.js";
import { observeNodes } from "../observe/index.js";
import {
  betweenOf,
  type CorosyncChange,
  type CorosyncWay,
  corosyncChanges,
  corosyncWay,
  decide,
  refusal,
} from "../plan/index.js";
import type { Clock } from "../time/index.js";
import type { Transport } from "../transport/index.js";
import { parseXml } from "../xml/index.js";
import { changeCib } from "./change-cib.js";

/** What to change, and through what. */
export interface ReconfigureOptions {
  readonly group: { readonly model: ClusterModel };
  readonly transport: Transport;
  readonly adminTransport?: Transport | undefined;
  readonly secrets: SecretValues;
  readonly clock: Clock;
  /** Nodes that the profile does not list any more, and that can be reached. */
  readonly former?: readonly string[];
  /** Only say what would be done. */
  readonly planOnly?: boolean;
  readonly allowFullStop?: boolean;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
  readonly controller?: Controller;
  /** Told once, before anything is done. */
  readonly onPlan?: (plan: ReconfigurePlan) => void;
}

/** What will be done, in words, in order; empty: nothing. */
export interface ReconfigurePlan {
  readonly steps: readonly string[];
  readonly corosync: readonly CorosyncChange[];
  readonly cib: readonly Change[];
}

/** What came of it. */
export interface ReconfigureResult {
  readonly outcome: "changed" | "unchanged" | "planned";
  readonly plan: ReconfigurePlan;
}

/** A running group as it was found. */
export interface Live {
  readonly context: ApplyContext;
  readonly observations: readonly NodeObservation[];
  /** Nodes that run this cluster. */
  readonly members: readonly ProbedNode[];
  readonly conf: CorosyncConfiguration;
  /** Every node that some member's corosync.conf lists. */
  readonly listed: ReadonlySet<string>;
  readonly formation: string;
}

/** The context of one change; `model` may be that of some of the group's nodes. */
export function contextFor(options: ReconfigureOptions, model = options.group.model): ApplyContext {
  const { transport, adminTransport, secrets, clock, signal, onProgress = () => undefined } = options;
  const programs = readNodePrograms();
  return {
    desired: desiredGroup(model, secrets, programs),
    transport,
    admin: adminTransport === undefined ? undefined : { transport: adminTransport, helper: programs.helper },
    programs,
    secrets,
    clock,
    onProgress,
    signal,
  };
}

/** Looks at all nodes. Throws DcnError refused NOT_RUNNING where nobody runs the cluster. */
export async function lookAtLive(options: ReconfigureOptions): Promise<Live> {
  const context = contextFor(options);
  const { transport, admin, signal } = context;
  const nodes = [...context.desired.nodes.map(({ name }) => name), ...(options.former ?? [])];
  const observations = await observeNodes({ transport, admin, nodes, signal });
  const name = context.desired.model.name;
  const found = observations.flatMap((seen) => {
    const conf = seen.kind === "probed" ? confOf(seen) : undefined;
    const active = seen.kind === "probed" && isActive(seen);
    const named = conf?.totem.entries.some(([key, value]) => key === "cluster_name" && value === name);
    return seen.kind === "probed" && active && named === true && conf !== undefined ? [{ seen, conf }] : [];
  });
  const [first] = found;
  if (first === undefined) {
    const silent = observations.flatMap((seen) => (seen.kind === "probed" ? [] : [unreachable(seen)]));
    const hint = "dcn-ha apply forms it";
    const text = "no node of the group runs its cluster";
    throw refusal([...silent, { severity: "error", code: "NOT_RUNNING", text, hint }]);
  }
  return {
    context,
    observations,
    members: found.map(({ seen }) => seen),
    conf: first.conf,
    listed: new Set(found.flatMap(({ conf }) => conf.nodes.map((node) => node.name))),
    formation: first.seen.probe.formation?.id ?? "adopted",
  };
}

/** A finding for a node that did not answer. */
export function unreachable({ node, error }: Exclude<NodeObservation, { kind: "probed" }>): Finding {
  const text = error.message.startsWith(`${node}: `) ? error.message.slice(node.length + 2) : error.message;
  return { severity: "error", code: error.code, subject: `node ${node}`, text };
}

/** Findings for listed nodes that are not members now, but for `except`: a node that is down would miss the change. */
export function absentees(live: Live, except: readonly string[] = []): Finding[] {
  const members = new Set(live.members.map(({ node }) => node));
  return [...live.listed]
    .filter((name) => !members.has(name) && !except.includes(name))
    .map((name) => absentee(live, name));
}

function absentee(live: Live, name: string): Finding {
  const subject = `node ${name}`;
  if (live.observations.every(({ node }) => node !== name)) {
    const text = "it belongs to the cluster, and the profile does not list it any more";
    const hint = "--was FILE names the group's file before the edit: it says how to log in there";
    return { severity: "error", code: "NODE_NOT_IN_PROFILE", subject, text, hint };
  }
  const text =
    "it belongs to the cluster and does not run now: it would miss the change; a node that is down is not removed for that";
  const hint = `bring it back; or, if it is gone for good: dcn-ha node remove GROUP ${name}, or node replace`;
  return { severity: "error", code: "NODE_OFFLINE", subject, text, hint };
}

/** What corosync.conf and CIB of the members would become. */
export interface Target {
  readonly model: ClusterModel;
  readonly changes: readonly CorosyncChange[];
  readonly way: CorosyncWay | undefined;
}

/** The target for the members' corosync.conf; files that only look different count as a reload. */
export function targetOf(live: Live, model: ClusterModel): Target {
  const versions = new Set(live.members.map(({ probe }) => probe.corosync));
  const changes = live.members.flatMap((seen) => {
    const conf = confOf(seen);
    const mixedVersions = versions.size > 1;
    return conf === undefined ? [] : corosyncChanges(conf, model.corosync, { mixedVersions });
  });
  const unique = changes.filter(
    (change, at) => changes.findIndex((other) => JSON.stringify(other) === JSON.stringify(change)) === at,
  );
  const text = renderCorosyncConf(model);
  const differ = live.members.some(({ corosyncConf }) => corosyncConf !== text);
  return { model, changes: unique, way: corosyncWay(unique) ?? (differ ? "reload" : undefined) };
}

/** One line for each change of corosync.conf. */
export function corosyncSteps({ changes, way }: Target): string[] {
  const words = { reload: "by reload", restart: "node by node", "full-stop": "with all nodes stopped" };
  return way === undefined
    ? []
    : [
        `change corosync.conf on all members ${words[way]}`,
        ...changes.map((one) => {
          const values = [one.before, one.after].map((value) => value ?? "nothing").join(" → ");
          return `  ${one.subject}: ${values}`;
        }),
      ];
}

/** What the CIB would change for `model`, as it is now; empty where no member told its CIB. */
export function cibChanges(live: Live, model: ClusterModel): readonly Change[] {
  const [xml] = live.members.flatMap(({ cib }) => cib?.xml ?? []);
  return xml === undefined
    ? []
    : mergeOwned(parseXml(xml, { file: "the live CIB" }), model.configuration).changes;
}

/** One line for each change of the CIB. */
export function cibSteps(changes: readonly Change[]): string[] {
  const lines = changes.map(({ action, kind, id }) => `  ${action} ${kind} ${id}`);
  return lines.length === 0 ? [] : ["change the CIB in one transaction", ...lines];
}

/** Brings the target onto all members, and makes sure that corosync runs with it, also where an earlier run died in between. */
export async function bringCorosync(
  context: ApplyContext,
  {
    target,
    members,
    allowFullStop,
    owner,
    noteLater = false,
  }: {
    readonly target: Target;
    readonly members: readonly string[];
    readonly allowFullStop: boolean;
    readonly owner: string;
    /** As of `CorosyncTaking`. */
    readonly noteLater?: boolean;
  },
): Promise<void> {
  const { way, changes, model } = target;
  const between = betweenOf(model, changes);
  if (way !== undefined)
    return changeCorosync(context, { nodes: members, way, allowFullStop, owner, between, noteLater });
  if (!(await runsWith(context, members))) await reload(context, members, { model, last: !noteLater });
  else if (!noteLater) await noteRunning(context, members);
}

/** The CIB change and files that `context` asks of the members now. Throws the refusal of `decide`. */
export async function bringCib(context: ApplyContext, token: string): Promise<readonly Change[]> {
  const nodes = context.desired.nodes.map(({ name }) => name);
  const { transport, admin, signal } = context;
  const observations = await observeNodes({ transport, admin, nodes, signal });
  const decision = decide(context.desired, observations);
  if (decision.kind === "refuse") throw refusal(decision.findings);
  if (decision.kind !== "operate") return [];
  await installPrograms(context, decision.install);
  await installFiles(context, decision.files);
  return (await changeCib(context, { decision, observations, token })).changes;
}

/** The quorum device votes, and no standby of ours is left. */
export async function settleDown(
  context: ApplyContext,
  members: readonly string[],
  owner: string,
): Promise<void> {
  await awaitDeviceVote(context, members);
  const [through] = members;
  if (through !== undefined) await endStandby(context, { through, owner });
}

function confOf({ corosyncConf }: ProbedNode): CorosyncConfiguration | undefined {
  return corosyncConf === undefined ? undefined : parseCorosyncConf(corosyncConf).configuration;
}

function isActive({ probe }: ProbedNode): boolean {
  return (
    probe.services.get("corosync.service") === "active" &&
    probe.services.get("pacemaker.service") === "active"
  );
}
