// NodeGroup → everything looked up, expanded and checked: the cluster model and what goes with it.
import {
  type ClusterModel,
  type Constraint,
  type CorosyncConfiguration,
  type NodeSecret,
  SHORTEST_TOKEN_MS,
  type TicketManager,
  ticketFigures,
} from "../cluster/index.js";
import { type Finding, hasErrors } from "../errors/index.js";
import { checkCapacity, withRoom } from "./capacity.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import { type GroupTiming, groupTiming, withComputed } from "./cluster-policy-timing.js";
import { clusterConfiguration } from "./configuration.js";
import { withNumbers } from "./constraint-claims.js";
import type { ConstraintScope, ConstraintWants } from "./constraint-scope.js";
import { expandConstraints } from "./constraints.js";
import { corosyncModel } from "./corosync-model.js";
import { forcedTimes, withCorosyncTier } from "./corosync-tier.js";
import { fenceDevices } from "./fence-devices.js";
import { groupTickets } from "./group-tickets.js";
import { checkTierIds, hasFenceDevice, tierOf, withTier } from "./group-tier.js";
import { checkIds, ruleIds } from "./ids.js";
import { lintGroup, longestNode } from "./lint-group.js";
import { documentsByName, findGroup, findPolicy } from "./lookup.js";
import { isMap } from "./merge-values.js";
import { networkReach } from "./network-reach.js";
import { doesWithoutPolicy, NO_POLICY } from "./no-policy.js";
import type { NodeGroup } from "./node-group.js";
import { resolveNodes, resolveQuorumDeviceHost } from "./nodes.js";
import { Origins } from "./origins.js";
import { notePolicy } from "./policy-origins.js";
import { checkPropertyNames } from "./property-names.js";
import { checkPropertyValues } from "./property-values.js";
import { resolveQuorumDevice } from "./quorum-device.js";
import { type Report, reporter } from "./report.js";
import type { ResolvedGroup, ResolvedTiming } from "./resolved.js";
import type { BrokenDocument, DocumentOf, ProfileDocument } from "./source.js";
import { nearestName } from "./spelling.js";
import { watchdogFencing } from "./watchdog.js";
import { beside } from "./weight.js";
import { expandWorkloads } from "./workloads.js";

/** A resolved group, absent where an error stands among the findings. */
export interface GroupResolution {
  readonly group?: ResolvedGroup;
  readonly findings: readonly Finding[];
}

/** Resolves the group called `name`, or the only one. Findings of `parseDocuments`, which gives `broken` too, are not repeated. */
export function resolveGroup(
  documents: readonly ProfileDocument[],
  name?: string,
  broken: readonly BrokenDocument[] = [],
): GroupResolution {
  const found = findGroup(documents, name, broken);
  if ("findings" in found) return found;
  const findings: Finding[] = [];
  const { document } = found;
  const report = reporter(document, findings);
  const policy = findPolicy({ documents, broken }, document, report);
  const context = {
    documents,
    broken,
    document,
    policy: policy?.value ?? (doesWithoutPolicy(document.value, report) ? NO_POLICY : undefined),
    report,
    findings,
    used: [document] as ProfileDocument[],
    origins: new Origins(),
    secrets: [] as NodeSecret[],
    ruleId: ruleIds(),
  };
  if (policy !== undefined) {
    context.used.push(policy);
    checkPolicy(policy, findings);
  }
  const group = resolve(context);
  if (group !== undefined && policy !== undefined)
    notePolicy(policy, group.model.configuration, context.origins);
  if (group !== undefined) noteNodes(context, group.model.configuration.resources);
  const sound = context.used.every((used) => used.sound);
  if (group === undefined || !sound || hasErrors(findings)) return { findings };
  const all = [...findings, ...lintGroup(group, document)];
  return hasErrors(all) ? { findings: all } : { group, findings: all };
}

interface Context {
  readonly documents: readonly ProfileDocument[];
  readonly broken: readonly BrokenDocument[];
  readonly document: DocumentOf<"NodeGroup">;
  readonly policy: ClusterPolicy | undefined;
  readonly report: Report;
  readonly findings: Finding[];
  /** Documents that the group is made of: none may have findings against it. */
  readonly used: ProfileDocument[];
  readonly origins: Origins;
  /** What workloads need besides the passwords of fence devices. */
  readonly secrets: NodeSecret[];
  readonly ruleId: (resource: string) => string;
}

function resolve(context: Context): ResolvedGroup | undefined {
  const { document, policy, report, origins } = context;
  const { value, file } = document;
  const tier = tierOf(document, origins);
  const nodes = resolveNodes(value, file, report);
  if (policy !== NO_POLICY) checkSize(value, policy, report);
  const { resources, workloads, constraints: brought } = expandWorkloads(context);
  checkCapacity(value, report);
  const wants: ConstraintWants = { networks: new Map(), running: new Map(), survive: [] };
  const tickets = groupTickets(context);
  const constraints = constraintsOf(context, { workloads, nodes, wants, tickets: tickets.names });
  const watchers = [...wants.networks].map(([network, targets]) => networkReach(network, nodes, targets));
  const quorumDevice = resolveQuorumDevice(value, policy, report);
  const times = policy && timesOf(value, policy);
  const raceDelayMs = times?.fencing.raceDelayMs ?? 0;
  const fencing = fenceDevices(value, { policy, raceDelayMs, report, elsewhere: hasFenceDevice(tier) });
  const counted = withNumbers(resources, wants.running);
  const all = {
    resources: [...beside([...fencing.primitives, ...watchers], times), ...tickets.resources, ...counted],
    constraints: [...fencing.locations, ...brought, ...constraints],
    fencingLevels: fencing.levels,
    alerts: value.monitoring?.alerts,
  };
  // Names that stand twice make ids that do: the first is enough to say.
  if (!hasErrors(context.findings)) checkIds(all, report);
  if (policy === undefined || times === undefined || tickets.names === "at fault") return undefined;
  const timing = resolveTiming(times, fencing.delayMs, tickets.manager);
  const { networks, name } = value;
  const host = resolveQuorumDeviceHost(value, file);
  checkTiming(timing, context);
  const watchdog = watchdogFencing(times, { policy, disks: fencing.disks, nodes: value.nodes });
  const own = policy === NO_POLICY ? policy : withRoom(withComputed(policy, times), value);
  const expanded = clusterConfiguration(own, nodes, all);
  checkTierIds(tier, expanded, report);
  const model: ClusterModel = {
    name,
    corosync: corosyncOf(context, { policy, nodes, timing }),
    configuration: withTier(expanded, tier),
    secrets: [...fencing.secrets, ...context.secrets, ...tier.secrets],
    gateGraceMs: timing.gateGraceMs,
    ...(quorumDevice === undefined ? {} : { quorumDevice }),
    ...(watchdog === undefined ? {} : { watchdog }),
    ...(tickets.manager === undefined ? {} : { tickets: tickets.manager }),
  };
  return {
    name,
    file,
    policyName: policy.name,
    networks,
    nodes,
    ...(host === undefined ? {} : { quorumDeviceHost: host }),
    workloads,
    model,
    timing,
    survive: wants.survive,
    origins: origins.all(),
  };
}

/** All times of the group under its policy. */
function timesOf(group: NodeGroup, policy: ClusterPolicy): GroupTiming {
  const { nodes, networks, quorumDevice, corosync } = group;
  return groupTiming(policy, {
    nodes: nodes.length,
    networks: networks.length,
    quorumDevice: quorumDevice !== undefined,
    sharedDisks: nodes.some(({ fence }) => fence?.sbd !== undefined),
    forced: forcedTimes([policy.corosync, corosync], nodes.length),
  });
}

/** Places of nodes and fence devices by the words that findings have for them, since these are no ids of the model. */
function noteNodes({ document, origins }: Context, devices: readonly { readonly id: string }[]): void {
  const names = document.value.nodes.map(({ name }) => name);
  for (const [index, name] of names.entries()) origins.at(`node ${name}`, document, ["nodes", index]);
  for (const { id } of devices) {
    const subject = `fence device ${id}`;
    const index = longestNode(names, subject);
    if (index >= 0) origins.at(subject, document, ["nodes", index, "fence"]);
  }
}

/** What the policy computes, the policy's own keys over it, and the group's over both. */
function corosyncOf(
  { document, report, used, findings }: Context,
  group: { readonly policy: ClusterPolicy } & Pick<ResolvedGroup, "nodes" | "timing">,
): CorosyncConfiguration {
  const { policy, nodes, timing } = group;
  const { value } = document;
  const { networks } = value;
  const computed = corosyncModel(value.name, { ...value, nodes, timing }, policy);
  const owner = used.find((one) => one.kind === "ClusterPolicy");
  const ofPolicy = owner === undefined ? report : reporter(owner, findings);
  const withPolicy = withCorosyncTier(computed, policy.corosync, {
    path: ["corosync"],
    networks,
    report: ofPolicy,
  });
  return withCorosyncTier(withPolicy, value.corosync, { path: ["corosync"], networks, report });
}

function constraintsOf(
  context: Context,
  {
    workloads,
    nodes,
    wants,
    tickets,
  }: Pick<ResolvedGroup, "workloads" | "nodes"> & Pick<ConstraintScope, "wants" | "tickets">,
): Constraint[] {
  const { documents, document, report, origins, ruleId } = context;
  const { value } = document;
  return expandConstraints(value.constraints ?? [], ["constraints"], {
    workloads: new Map(workloads.toReversed().map((one) => [one.name, one])),
    faulty: faultyNames(value, workloads),
    nodes,
    networks: value.networks,
    tickets,
    group: document,
    profiles: documentsByName(documents, "ConstraintProfile"),
    onUse: (profile) => context.used.push(profile),
    report,
    origins,
    ruleId,
    wants,
  });
}

function checkPolicy(policy: DocumentOf<"ClusterPolicy">, findings: Finding[]): void {
  const report = reporter(policy, findings);
  for (const part of ["properties", "resourceDefaults", "operationDefaults"] as const) {
    const values = policy.value[part] ?? {};
    checkPropertyNames(part, Object.keys(values), report);
    checkPropertyValues(part, values, report);
  }
}

function checkSize(group: NodeGroup, policy: ClusterPolicy | undefined, report: Report): void {
  const count = group.nodes.length;
  if (group.networks.length === 0)
    report("TOO_SMALL", ["networks"], "networks must have at least 1", { hint: "one knet link each" });
  const least = policy?.nodes.min ?? 2;
  const most = policy?.nodes.max ?? 16;
  if (count >= least && count <= most) return;
  const range = least === most ? String(least) : `${least} to ${most}`;
  const who = policy === undefined ? "a group" : `the policy ${policy.name}`;
  report("NODE_COUNT", ["nodes"], `${count} nodes, but ${who} is for ${range}`);
}

function resolveTiming(
  times: GroupTiming,
  delays: ReadonlyMap<string, number>,
  tickets: TicketManager | undefined,
): ResolvedTiming {
  return {
    ...times.totem,
    fencingDelayMs: Math.max(0, ...delays.values()),
    fencingDelayMsByNode: Object.fromEntries(delays),
    gateGraceMs: times.gateGraceMs,
    figures: [...times.figures, ...(tickets === undefined ? [] : ticketFigures(tickets))],
  };
}

function checkTiming(timing: ResolvedTiming, context: Context): void {
  if (timing.tokenMs >= SHORTEST_TOKEN_MS) return;
  const text = `a token of ${timing.tokenMs} ms is lost before knet can leave a dead link: at least ${SHORTEST_TOKEN_MS} ms`;
  const own = context.document.value.corosync?.totem?.["token"] !== undefined;
  context.report("TOKEN_TOO_SHORT", own ? ["corosync", "totem", "token"] : ["policy"], text);
}

/** Workloads that are there and did not become anything: their own findings say why. */
function faultyNames(group: NodeGroup, workloads: readonly { readonly name: string }[]): ReadonlySet<string> {
  const expanded = new Set(workloads.map(({ name }) => name));
  const written = (group.workloads ?? []).map(({ name }) => name);
  return new Set([...written, ...mistypedNames(group)].filter((name) => !expanded.has(name)));
}

/** Names below a key that was meant to be `workloads`, which is said of the key. */
function mistypedNames(group: NodeGroup): string[] {
  if (group.workloads !== undefined) return [];
  const near = Object.entries<unknown>(group).find(([key]) => nearestName(key, ["workloads"]) !== undefined);
  const list: readonly unknown[] = Array.isArray(near?.[1]) ? near[1] : [];
  return list.flatMap((one) => (isMap(one) && typeof one["name"] === "string" ? [one["name"]] : []));
}
