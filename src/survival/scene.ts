// A group as a proof looks at it: its configuration for the scheduler, what runs there, its votes and its fencing.
import { nounsIn, renderConfiguration } from "../cib/index.js";
import {
  type Clone,
  type ClusterModel,
  type CorosyncConfiguration,
  type CorosyncNode,
  startAttribute,
  startedByHand,
} from "../cluster/index.js";
import { type ClusterView, clusterView, type Fencing, fencingOf } from "../lint/index.js";
import type { ResolvedGroup, SurviveClaim } from "../profile/index.js";
import { childOf, childrenOf, element, parseXml, type XmlElement } from "../xml/index.js";
import type { Breakable } from "./failure.js";
import { type LiveCluster, liveCorosync, liveMembers } from "./live-cluster.js";
import { deviceHost, type VotingRules, votingRules } from "./votes.js";
import { watchedAttribute } from "./watcher.js";
import { bareBundles, idsIn, meta, says, type Workload, workloadsOf } from "./workload.js";

/** What of a group is looked at; the rest of a ResolvedGroup need not be there. */
export type SurvivalGroup = { readonly model: ClusterModel } & Partial<
  Pick<ResolvedGroup, "networks" | "nodes" | "workloads" | "survive" | "origins">
>;

/** Everything that a proof asks and judges by. */
export interface Scene {
  readonly group: string;
  /** The profile's intention, or a cluster as it runs. */
  readonly source: "profile" | "live";
  readonly view: ClusterView;
  readonly nodes: readonly { readonly id: number; readonly name: string }[];
  readonly rules: VotingRules;
  readonly fencing: Fencing;
  readonly workloads: readonly Workload[];
  readonly things: Breakable;
  readonly claims: readonly SurviveClaim[];
  /** The CIB for the scheduler, without status. */
  readonly cib: XmlElement;
  /** Status of a live cluster. */
  readonly status: XmlElement | undefined;
  /** Primitives whose instances have names of their own (`globally-unique`). */
  readonly unique: ReadonlySet<string>;
  readonly promotable: ReadonlySet<string>;
  /** Node attributes that rules ask for, and that neither the profile nor an agent that is known here sets. */
  readonly unknownAttributes: readonly string[];
  /** What of a live cluster could not be found out, and what counts in its place. */
  readonly remarks: readonly string[];
  /** Where the profile says a thing, by its id. */
  readonly placeOf: (id: string) => string | undefined;
}

/** Schema and feature set that the scheduler's Pacemaker knows. */
export interface SchedulerVersion {
  readonly validateWith: string;
  readonly featureSet: string;
}

/** The scene of a group as apply would make it. */
export function desiredScene(group: SurvivalGroup, version: SchedulerVersion): Scene {
  const configuration = renderConfiguration(group.model.configuration);
  const attributes = {
    crm_feature_set: version.featureSet,
    "validate-with": version.validateWith,
    epoch: "1",
    num_updates: "0",
    admin_epoch: "0",
  };
  return sceneOf(group, element("cib", attributes, [configuration]), { source: "profile" });
}

/**
 * The scene of a cluster that runs: what others put there counts as well, and votes and times are those that corosync runs with. Throws
 * DcnError invalid XML_* for what is no CIB.
 */
export function liveScene(group: SurvivalGroup, { cib, corosync: text }: LiveCluster): Scene {
  const whole = parseXml(cib, { file: "the live CIB" });
  const corosync = liveCorosync(text, childOf(whole, "configuration") ?? element("configuration"));
  return sceneOf(group, whole, { source: "live", ...(corosync === undefined ? {} : { corosync }) });
}

/** Whose intention or state it is; `corosync` is what a live cluster runs with, where that could be read. */
interface Told {
  readonly source: Scene["source"];
  readonly corosync?: CorosyncConfiguration;
}

const UNREAD =
  "votes are those of the profile, and so are token and consensus: the corosync.conf that the cluster runs with could not be read";

function sceneOf(group: SurvivalGroup, whole: XmlElement, told: Told): Scene {
  const { model, survive = [], origins } = group;
  const { source, corosync = model.corosync } = told;
  const configuration = childOf(whole, "configuration") ?? element("configuration");
  const members = source === "live" ? liveMembers(corosync, configuration) : corosync.nodes;
  const nouns = nounsIn(configuration, members);
  const asked = { ...model, corosync: { ...corosync, nodes: members }, configuration: nouns };
  const view = clusterView(asked, undefined);
  const fencing = fencingOf(view);
  const { watchdogMs } = fencing;
  const clones = nouns.resources.flatMap((one) => (one.kind === "clone" ? [one] : []));
  const schema = whole.attributes["validate-with"] ?? "";
  return {
    group: model.name,
    source,
    view,
    nodes: members.map(({ id, name }) => ({ id, name })),
    rules: votingRules(told.corosync ?? asked.corosync),
    fencing,
    workloads: [
      ...workloadsOf(group.workloads ?? [], nouns.resources, startedByHand(nouns)),
      ...bareBundles(configuration),
    ],
    things: breakable(group, { view, fencing, told }),
    claims: survive,
    cib: forScheduler(whole, configuration, {
      members,
      watchdogs: source === "profile" && watchdogMs !== undefined,
    }),
    status: childOf(whole, "status"),
    unique: new Set(clones.filter((one) => isUnique(one, schema)).flatMap(idsIn)),
    promotable: new Set(clones.filter((one) => says(one, "promotable")).flatMap(idsIn)),
    unknownAttributes: source === "live" ? [] : unknownAttributes(view),
    remarks: source === "live" && told.corosync === undefined ? [UNREAD] : [],
    placeOf: (id) => {
      const position = origins?.get(id)?.position;
      return position === undefined ? undefined : `${position.file}:${position.line}`;
    },
  };
}

/**
 * The configuration with every node in it, and without probes: what runs where is told, not looked for. `watchdogs`: the nodes will have
 * them, which the cluster itself writes down when it runs; without a word of it a scheduler that knows no fence device starts nothing.
 */
function forScheduler(
  whole: XmlElement,
  configuration: XmlElement,
  { members, watchdogs }: { readonly members: readonly CorosyncNode[]; readonly watchdogs: boolean },
): XmlElement {
  const listed = childOf(configuration, "nodes")?.children ?? [];
  const missing = members
    .filter(({ name }) => listed.every(({ attributes }) => attributes.uname !== name))
    .map(({ id, name }) => element("node", { id: String(id), uname: name }));
  const told = element("cluster_property_set", { id: "dcn-ha-proof", score: "INFINITY" }, [
    element("nvpair", { id: "dcn-ha-proof-probes", name: "enable-startup-probes", value: "false" }),
    ...(watchdogs
      ? [element("nvpair", { id: "dcn-ha-proof-watchdog", name: "have-watchdog", value: "true" })]
      : []),
  ]);
  const sections = configuration.children.map((section) => {
    if (section.name === "nodes") return { ...section, children: [...listed, ...missing] };
    if (section.name === "crm_config") return { ...section, children: [...section.children, told] };
    return section;
  });
  const attributes = { ...whole.attributes, "have-quorum": "1" };
  return element("cib", attributes, [{ ...configuration, children: sections }]);
}

/** From Pacemaker 3 on, instances that may share a node are unique where nothing else is said. */
function isUnique(one: Clone, schema: string): boolean {
  const silent =
    meta(one, "globally-unique") === undefined && meta(one.member, "globally-unique") === undefined;
  if (!silent) return says(one, "globally-unique");
  return schema.startsWith("pacemaker-4") && Number(meta(one, "clone-node-max") ?? 1) > 1;
}

function breakable(
  { model, nodes = [], networks = [] }: SurvivalGroup,
  { view, fencing, told }: Pick<Scene, "view" | "fencing"> & { readonly told: Told },
): Breakable {
  const device =
    told.corosync === undefined
      ? (model.quorumDevice?.host ?? deviceHost(model.corosync))
      : deviceHost(told.corosync);
  const attributes = new Map(nodes.map((node) => [node.name, node.attributes]));
  const agents = view.workloads.map(({ primitive }) => primitive);
  const watched = agents
    .filter(({ agent }) => agent.type === "network-reach")
    .flatMap((one) => networks.filter((network) => watchedAttribute(one) === `network-${network}`));
  return {
    nodes: view.nodes.map((name) => ({ name, attributes: attributes.get(name) ?? {} })),
    networks,
    watched,
    quorumDevice: device,
    fenceDevices: fencing.devices.map(({ id }) => id),
  };
}

function unknownAttributes({ model, workloads }: ClusterView): string[] {
  const { constraints, nodes } = model.configuration;
  const known = new Set([
    "#uname",
    "#id",
    "#kind",
    ...workloads.flatMap(({ primitive }) => watchedAttribute(primitive) ?? []),
    ...nodes.flatMap(({ attributes }) => attributes.flatMap(({ pairs }) => pairs.map(({ name }) => name))),
  ]);
  const asked = constraints.flatMap((one) =>
    one.kind === "location-rule" ? one.rule.expressions.map(({ attribute }) => attribute) : [],
  );
  return [...new Set(asked)].filter((name) => !known.has(name) && !name.startsWith(startAttribute("")));
}

/** Elements of the configuration's part, as `constraints`. */
export function partOf(cib: XmlElement, name: string): readonly XmlElement[] {
  const configuration = childOf(cib, "configuration");
  return configuration === undefined
    ? []
    : childrenOf(configuration, name).flatMap(({ children }) => children);
}
