// Cluster model → `<configuration>` of a CIB (Pacemaker Explained; pacemaker-3.9.rng), with the ids that the model names.
import type {
  AttributeSet,
  ClusterConfiguration,
  ClusterNode,
  ConfigurationElement,
  FencingLevel,
  Operation,
  Primitive,
  Resource,
} from "../cluster/index.js";
import { assertNever } from "../errors/index.js";
import { element, type XmlElement } from "../xml/index.js";
import { constraint } from "./constraints.js";
import { idsToOwn, ownershipMark } from "./ownership.js";
import { JOINING, unjoinedSets, withTier } from "./tier.js";

/** What a CIB says of itself; schema and feature set come from the node (`cibadmin --empty`), never from us. */
export interface CibVersion {
  readonly validateWith: string;
  readonly crmFeatureSet: string;
  /** The epoch that other nodes compare; 1 for a first CIB. */
  readonly epoch: number;
}

/**
 * A whole CIB document for a cluster that has none yet: no status, admin_epoch and num_updates 0.
 */
export function cibElement(configuration: ClusterConfiguration, version: CibVersion): XmlElement {
  const attributes = {
    crm_feature_set: version.crmFeatureSet,
    "validate-with": version.validateWith,
    epoch: String(version.epoch),
    num_updates: "0",
    admin_epoch: "0",
  };
  return element("cib", attributes, [renderConfiguration(configuration), element("status")]);
}

/**
 * The `<configuration>` element, with the mark that lists our ids. Of the nodes it lists those with attributes: Pacemaker itself
 * adds the others from corosync's nodelist, and crm_verify calls listed nodes unclean as long as there is no status.
 */
export function renderConfiguration(configuration: ClusterConfiguration): XmlElement {
  const bare = withTier(sections(configuration), configuration.elements ?? []);
  const mark = ownershipMark(idsToOwn(bare));
  const children = bare.children.map((section) =>
    section.name === "crm_config" ? { ...section, children: [...section.children, mark] } : section,
  );
  return { ...bare, children };
}

/** The ids of what was expanded, without those of the tier and without those that a tier may add to. */
export function renderedIds(configuration: ClusterConfiguration): string[] {
  return sections(configuration)
    .children.filter((section) => !JOINING.has(section.name))
    .flatMap((section) => idsToOwn(section));
}

/** Ids of the tier's sets that cannot join what was expanded, where a set of that id is: they stand twice. */
export function unjoinedIds(
  configuration: ClusterConfiguration,
  tier: readonly ConfigurationElement[],
): string[] {
  return unjoinedSets(withTier(sections(configuration), tier));
}

function sections(configuration: ClusterConfiguration): XmlElement {
  const { fencingLevels, resourceDefaults, operationDefaults, alerts = [] } = configuration;
  const optional = (name: string, children: readonly XmlElement[]): XmlElement[] =>
    children.length > 0 ? [element(name, {}, children)] : [];
  return element("configuration", {}, [
    element("crm_config", {}, attributeSets("cluster_property_set", configuration.properties)),
    element("nodes", {}, configuration.nodes.filter(says).map(node)),
    element("resources", {}, configuration.resources.map(resource)),
    element("constraints", {}, configuration.constraints.map(constraint)),
    ...optional("fencing-topology", fencingLevels.map(fencingLevel)),
    ...optional("rsc_defaults", attributeSets("meta_attributes", resourceDefaults)),
    ...optional("op_defaults", attributeSets("meta_attributes", operationDefaults)),
    ...optional(
      "alerts",
      alerts.map(({ id, path }) => element("alert", { id, path })),
    ),
  ]);
}

function says(one: ClusterNode): boolean {
  return one.attributes.length > 0 || (one.utilization ?? []).length > 0;
}

function node(clusterNode: ClusterNode): XmlElement {
  const attributes = { id: String(clusterNode.id), uname: clusterNode.name };
  return element("node", attributes, [
    ...attributeSets("instance_attributes", clusterNode.attributes),
    ...attributeSets("utilization", clusterNode.utilization ?? []),
  ]);
}

// Children stand in the order in which pcs writes them: members before the meta attributes of what holds them.
function resource(one: Resource): XmlElement {
  const meta = attributeSets("meta_attributes", one.metaAttributes);
  const head = { id: one.id, description: one.description };
  switch (one.kind) {
    case "primitive":
      return primitive(one);
    case "group":
      return element("group", head, [...one.members.map(primitive), ...meta]);
    case "clone":
      return element("clone", head, [resource(one.member), ...meta]);
    default:
      return assertNever(one);
  }
}

function primitive(one: Primitive): XmlElement {
  const { class: standard, provider, type } = one.agent;
  const attributes = { id: one.id, class: standard, provider, type, description: one.description };
  const operations = one.operations.map(operation);
  return element("primitive", attributes, [
    ...attributeSets("instance_attributes", one.instanceAttributes),
    ...attributeSets("meta_attributes", one.metaAttributes),
    ...(operations.length > 0 ? [element("operations", {}, operations)] : []),
    ...attributeSets("utilization", one.utilization ?? []),
  ]);
}

function operation(one: Operation): XmlElement {
  const attributes = {
    id: one.id,
    name: one.name,
    interval: one.interval,
    timeout: one.timeout,
    "on-fail": one.onFail,
    role: one.role,
    "start-delay": one.startDelay,
  };
  return element("op", attributes, attributeSets("instance_attributes", one.instanceAttributes ?? []));
}

function fencingLevel(level: FencingLevel): XmlElement {
  const { id, target, index, devices } = level;
  return element("fencing-level", { id, target, index: String(index), devices: devices.join(",") });
}

function attributeSets(name: string, sets: readonly AttributeSet[]): XmlElement[] {
  return sets.map((set) =>
    element(
      name,
      { id: set.id, score: set.score },
      set.pairs.map((pair) => element("nvpair", { id: pair.id, name: pair.name, value: pair.value })),
    ),
  );
}
