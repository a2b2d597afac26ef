// A live CIB as checks look at it: resources with everything that templates, references and rules give them, and where they may run.
import { isSecretName, nounsIn, secretPairs } from "../cib/index.js";
import type { ClusterModel, CorosyncNode, NameValue, Primitive, Resource } from "../cluster/index.js";
import { allowedNodes, type ClusterView, clusterView } from "../lint/index.js";
import type { Inspection } from "../observation/index.js";
import { childOf, childrenOf, element, type XmlElement } from "../xml/index.js";
import { agentName, primitivesOf } from "./agents.js";

/** A primitive that is to run somewhere. */
export interface Configured {
  readonly primitive: Primitive;
  /** `resource pulse`, `fence device fence-dcn1`. */
  readonly subject: string;
  /** As `crm_resource` spells it: `ocf:heartbeat:IPaddr2`. */
  readonly agent: string;
  /** All parameters, also those that hold at times only; secrets without their values. */
  readonly pairs: readonly NameValue[];
  /** Nodes of the group that it may run on. */
  readonly runsOn: readonly string[];
  readonly promotable: boolean;
}

/** What a check looks at. */
export interface Scene {
  readonly cib: XmlElement;
  readonly model: ClusterModel;
  readonly view: ClusterView;
  readonly resources: readonly Configured[];
  /** By node; a node that could not be asked has none. */
  readonly inspections: ReadonlyMap<string, Inspection>;
}

/** The scene of a whole CIB; `model` says what the group is besides. */
export function sceneOf(
  cib: XmlElement,
  model: ClusterModel,
  inspections: ReadonlyMap<string, Inspection>,
): Scene {
  const configuration = childOf(cib, "configuration") ?? element("configuration");
  const members = withLiveNodes(model, configuration);
  const live = {
    ...model,
    corosync: { ...model.corosync, nodes: members },
    configuration: nounsIn(configuration, members),
  };
  const secrets = new Set(secretPairs(model.configuration.elements ?? []));
  const view = clusterView(live, undefined);
  const byId = new Map<string, XmlElement>();
  index(configuration, byId);
  const resources = live.configuration.resources.flatMap((top) =>
    primitivesOf(top).map(({ primitive, holders }) => {
      const isFence = primitive.agent.class === "stonith";
      return {
        primitive,
        subject: `${isFence ? "fence device" : "resource"} ${primitive.id}`,
        agent: agentName(primitive.agent),
        pairs: pairsOf(byId.get(primitive.id), byId).map((pair) =>
          secrets.has(pair.id) || isSecretName(pair.name) ? { ...pair, value: "" } : pair,
        ),
        runsOn: nodesFor(view, [primitive.id, ...holders.map(({ id }) => id)]),
        promotable: holders.some(isPromotable),
      };
    }),
  );
  return { cib, model: live, view, resources, inspections };
}

/** The group's nodes, and those that the cluster has besides. */
function withLiveNodes({ corosync }: ClusterModel, configuration: XmlElement): readonly CorosyncNode[] {
  const others = (childOf(configuration, "nodes")?.children ?? [])
    .filter(({ attributes }) => (attributes.type ?? "member") === "member")
    .map(({ attributes: { id = "", uname = id } }) => ({ id: Number(id), name: uname, addresses: [] }))
    .filter(({ name }) => corosync.nodes.every((node) => node.name !== name));
  return [...corosync.nodes, ...others];
}

function index(one: XmlElement, byId: Map<string, XmlElement>): void {
  const isReference = ["resource_ref", "obj_ref", "role"].includes(one.name);
  if (one.attributes.id !== undefined && !isReference) byId.set(one.attributes.id, one);
  for (const child of one.children) index(child, byId);
}

function isPromotable({ metaAttributes }: Resource | Primitive): boolean {
  const pair = metaAttributes.flatMap((set) => set.pairs).find(({ name }) => name === "promotable");
  return ["true", "yes", "on", "1", "y"].includes(pair?.value.toLowerCase() ?? "");
}

/** Constraints on a group or a clone hold for its members. */
function nodesFor(view: ClusterView, ids: readonly string[]): string[] {
  const optIn = view.isOff("symmetric-cluster");
  const allowed = ids.map((id) => new Set(allowedNodes(view, id)));
  return view.nodes.filter((node) =>
    optIn ? allowed.some((one) => one.has(node)) : allowed.every((one) => one.has(node)),
  );
}

function pairsOf(resource: XmlElement | undefined, byId: ReadonlyMap<string, XmlElement>): NameValue[] {
  if (resource === undefined) return [];
  const template = byId.get(resource.attributes.template ?? "");
  const sets = [resource, ...(template === undefined ? [] : [template])].flatMap((from) =>
    childrenOf(from, "instance_attributes").map((set) => byId.get(set.attributes["id-ref"] ?? "") ?? set),
  );
  return sets
    .flatMap((set) => childrenOf(set, "nvpair"))
    .map((pair) => byId.get(pair.attributes["id-ref"] ?? "") ?? pair)
    .map(({ attributes: { id = "", name = "", value = "" } }) => ({ id, name, value }));
}
