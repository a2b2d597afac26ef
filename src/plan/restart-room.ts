// Restarts node by node: in which order, and whether what runs on a node has another one to go to meanwhile; pure.
import type { ClusterObservation, CrmSimulation } from "../observation/index.js";
import { element as makeElement, type XmlElement } from "../xml/index.js";

type Resource = ClusterObservation["resources"][number];

/** The emptiest first, so that most restarts move nothing; the DC last, so that it changes once. Nodes that are `left` in our standby before all: they are empty. */
export function restartOrder(
  nodes: readonly string[],
  views: readonly ClusterObservation[],
  left: readonly string[] = [],
): string[] {
  const [cluster] = views;
  const load = (node: string): number =>
    cluster?.resources.filter((one) => one.active === true && !isFencing(one) && one.nodes.includes(node))
      .length ?? 0;
  const rank = (node: string): number =>
    left.includes(node) ? -1 : node === cluster?.dc?.name ? Number.MAX_SAFE_INTEGER : load(node);
  return [...nodes].sort((one, other) => rank(one) - rank(other));
}

/** The CIB with `node` in standby and every node of `ours` out of it, for a question to the scheduler. */
export function withStandby(cib: XmlElement, node: string, ours: readonly string[]): XmlElement {
  const map = (element: XmlElement): XmlElement => {
    if (element.name === "status") return { ...element, children: [] };
    if (element.name !== "node") return { ...element, children: element.children.map(map) };
    const { uname = "" } = element.attributes;
    const value = uname === node ? "on" : ours.includes(uname) ? "off" : undefined;
    if (value === undefined) return element;
    const pair = makeElement("nvpair", { id: `${uname}-room-standby`, name: "standby", value });
    const set = makeElement("instance_attributes", { id: `${uname}-room`, score: "INFINITY" }, [pair]);
    return { ...element, children: [set, ...element.children] };
  };
  return map(cib);
}

/** What would have no place while `node` is in standby, in words; of an instance of a clone another one may go on elsewhere. */
export function withoutRoom(
  node: string,
  cluster: ClusterObservation,
  { standby, anyway }: { readonly standby: CrmSimulation; readonly anyway: CrmSimulation },
): string[] {
  const baseOf = (id: string): string => id.replace(/:\d+$/, "");
  // What is in one group is on one node: so this can only be another instance of a clone or bundle.
  const goesOn = (id: string): boolean => {
    const around = cluster.resources.find((one) => baseOf(one.id) === baseOf(id))?.within[0];
    return cluster.resources.some(
      (one) =>
        around !== undefined &&
        one.within[0] === around &&
        one.active === true &&
        one.nodes.some((at) => at !== node),
    );
  };
  const known = new Set(
    anyway.actions.filter(({ action }) => action === "stop").map(({ resource }) => resource),
  );
  const stopped = standby.actions
    .filter(({ action, to, resource }) => action === "stop" && to === undefined && !known.has(resource))
    .filter(({ resource }) => !standby.fenceDevices.has(resource) && !goesOn(resource))
    .map(({ resource }) => `${resource} has no other node than ${node}`);
  const stays = cluster.resources
    .filter((one) => one.managed === false && one.active === true && one.nodes.includes(node))
    .map(({ id }) => `${id} is not managed, and would stay on ${node}`);
  const blocked = standby.actions
    .filter((one) => one.blocked && one.from === node)
    .map(({ resource }) => `${resource} could not be moved off ${node}`);
  return [...new Set([...stopped, ...stays, ...blocked])];
}

function isFencing({ agent }: Resource): boolean {
  return agent?.startsWith("stonith:") ?? false;
}
