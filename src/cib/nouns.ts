// A configuration with a full-power tier as the nouns of the cluster model, as far as they go: for rules that judge it. What they cannot say is left out.
import type {
  AttributeSet,
  ClusterConfiguration,
  ClusterNode,
  Operation,
  Primitive,
  Resource,
} from "../cluster/index.js";
import { childOf, childrenOf, element, type XmlElement } from "../xml/index.js";
import { constraintNouns, type Known } from "./nouns-constraints.js";
import { levelNouns } from "./nouns-levels.js";
import { renderConfiguration } from "./render.js";

/** The whole configuration as nouns; itself where it has no tier. Sets with rules count as not there: they hold at times only. */
export function asNouns(configuration: ClusterConfiguration): ClusterConfiguration {
  if (configuration.elements === undefined) return configuration;
  return nounsIn(renderConfiguration(configuration), configuration.nodes);
}

/** A `<configuration>` as nouns; of its nodes those that are `members`. */
export function nounsIn(
  root: XmlElement,
  members: readonly Pick<ClusterNode, "id" | "name">[],
): ClusterConfiguration {
  const section = (name: string): XmlElement => childOf(root, name) ?? element(name);
  const byId = new Map<string, XmlElement>();
  index(root, byId);
  const reading: Reading = { byId };
  const resources = section("resources").children.flatMap((one) => resource(one, reading));
  const sets = (of: XmlElement, name: string): AttributeSet[] => attributeSets(of, name, reading);
  return {
    properties: sets(section("crm_config"), "cluster_property_set"),
    nodes: section("nodes").children.flatMap((one) => node(one, members, reading)),
    resources,
    constraints: constraintNouns(
      section("constraints").children,
      knownOf(resources, section("nodes"), members),
    ),
    fencingLevels: levelNouns(section("fencing-topology").children, section("nodes").children, members),
    resourceDefaults: sets(section("rsc_defaults"), "meta_attributes"),
    operationDefaults: sets(section("op_defaults"), "meta_attributes"),
  };
}

interface Reading {
  readonly byId: ReadonlyMap<string, XmlElement>;
}

function index(one: XmlElement, byId: Map<string, XmlElement>): void {
  const { id } = one.attributes;
  if (id !== undefined && !["resource_ref", "obj_ref", "role", "role_ref", "node"].includes(one.name))
    byId.set(id, one);
  for (const child of one.children) index(child, byId);
}

/** Ids of resources that nouns have, and names of nodes that are no members: constraints on others cannot be judged. */
function knownOf(
  resources: readonly Resource[],
  nodes: XmlElement,
  known: readonly Pick<ClusterNode, "name">[],
): Known {
  const ids = resources.flatMap(idsOf);
  const members = new Set(known.map(({ name }) => name));
  const others = nodes.children.map((one) => one.attributes.uname ?? "").filter((name) => !members.has(name));
  const guests = resources.flatMap(primitivesOf).flatMap(({ id, agent, metaAttributes }) => [
    ...(agent.provider === "pacemaker" && agent.type === "remote" ? [id] : []),
    ...metaAttributes
      .flatMap((set) => set.pairs)
      .filter(({ name }) => name === "remote-node")
      .map(({ value }) => value),
  ]);
  return { resources: new Set(ids), otherNodes: new Set([...others, ...guests]) };
}

function idsOf(one: Resource): string[] {
  if (one.kind === "primitive") return [one.id];
  return one.kind === "group" ? [one.id, ...one.members.map(({ id }) => id)] : [one.id, ...idsOf(one.member)];
}

function primitivesOf(one: Resource): readonly Primitive[] {
  if (one.kind === "primitive") return [one];
  return one.kind === "group" ? one.members : primitivesOf(one.member);
}

function resource(one: XmlElement, reading: Reading): Resource[] {
  const id = one.attributes.id ?? "";
  const metaAttributes = attributeSets(one, "meta_attributes", reading);
  switch (one.name) {
    case "primitive":
      return [primitive(one, reading)];
    case "group":
      return [
        {
          kind: "group",
          id,
          members: childrenOf(one, "primitive").map((member) => primitive(member, reading)),
          metaAttributes,
        },
      ];
    case "clone":
    case "master":
    case "bundle": {
      const [member] = one.children.flatMap((child) =>
        ["primitive", "group"].includes(child.name) ? resource(child, reading) : [],
      );
      return member === undefined || member.kind === "clone"
        ? []
        : [{ kind: "clone", id, member, metaAttributes }];
    }
    default:
      return [];
  }
}

/** A primitive with what its template says where it says nothing itself. */
function primitive(one: XmlElement, reading: Reading): Primitive {
  const template = reading.byId.get(one.attributes.template ?? "");
  const both = [one, ...(template === undefined ? [] : [template])];
  const { class: standard = "", provider, type = "" } = { ...template?.attributes, ...one.attributes };
  const sets = (name: string): AttributeSet[] => both.flatMap((from) => attributeSets(from, name, reading));
  const operations = both.map((from) => operationsOf(from, reading)).find((list) => list.length > 0) ?? [];
  const utilization = sets("utilization");
  return {
    kind: "primitive",
    id: one.attributes.id ?? "",
    agent: { class: standard, type, ...(provider === undefined ? {} : { provider }) },
    instanceAttributes: sets("instance_attributes"),
    metaAttributes: sets("meta_attributes"),
    operations,
    ...(utilization.length > 0 ? { utilization } : {}),
  };
}

function operationsOf(one: XmlElement, reading: Reading): Operation[] {
  const own = childOf(one, "operations");
  const list = reading.byId.get(own?.attributes["id-ref"] ?? "") ?? own;
  return (list?.children ?? []).map(({ attributes }) => {
    const { id = "", name = "", interval = "0", timeout, role } = attributes;
    const onFail = attributes["on-fail"];
    return {
      id,
      name,
      interval,
      ...(timeout === undefined ? {} : { timeout }),
      ...(role === undefined ? {} : { role }),
      ...(onFail === undefined ? {} : { onFail }),
    };
  });
}

function attributeSets(of: XmlElement, name: string, { byId }: Reading): AttributeSet[] {
  return childrenOf(of, name)
    .map((set) => byId.get(set.attributes["id-ref"] ?? "") ?? set)
    .filter((set) => childOf(set, "rule") === undefined)
    .map((set) => ({
      id: set.attributes.id ?? "",
      pairs: childrenOf(set, "nvpair")
        .map((pair) => byId.get(pair.attributes["id-ref"] ?? "") ?? pair)
        .map(({ attributes: { id = "", name: key = "", value = "" } }) => ({ id, name: key, value })),
    }))
    .filter((set) => set.id !== "dcn-ha");
}

function node(
  one: XmlElement,
  members: readonly Pick<ClusterNode, "id" | "name">[],
  reading: Reading,
): ClusterNode[] {
  const { uname: name = "" } = one.attributes;
  const member = members.find((candidate) => candidate.name === name);
  if (member === undefined) return [];
  const attributes = attributeSets(one, "instance_attributes", reading);
  return [{ id: member.id, name, attributes, utilization: attributeSets(one, "utilization", reading) }];
}
