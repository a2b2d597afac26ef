// What runs where at a moment, and the same as the `<status>` of a CIB: what the scheduler is asked about (Pacemaker Explained, "Status").
import type { CrmSimulation } from "../observation/index.js";
import { childOf, childrenOf, element, writeXml, type XmlElement } from "../xml/index.js";

/** One resource that runs on a node; of clones whose instances have no names of their own, one for each node. */
export interface Placed {
  readonly id: string;
  /** `ocf:heartbeat:IPaddr2`, `systemd:historian`, `stonith:fence_redfish`. */
  readonly agent: string;
  readonly node: string;
  readonly leads: boolean;
  /** Its history as it is, where it is FAILED or there twice and Pacemaker leaves it alone (`on-fail: block`): that is no running. */
  readonly stuck?: XmlElement;
}

/** A moment. */
export interface Situation {
  readonly nodes: readonly { readonly id: number; readonly name: string }[];
  /** Nodes that are dead and fenced, or were stopped as is proper. */
  readonly down: readonly string[];
  /** Of these, the ones that were UNCLEAN from the beginning: down as it seems, and nobody has fenced them yet. */
  readonly unclean: readonly string[];
  /** Nodes that are there and may run nothing. */
  readonly standby: readonly string[];
  readonly placed: readonly Placed[];
  /** Transient attributes by node, as agents keep them. */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Tickets that this site holds. */
  readonly tickets: readonly XmlElement[];
}

/**
 * The `<status>` element as text. Nodes of bundles and remote nodes are told as far as something runs there, and an UNCLEAN node as if it
 * were fenced: the answer is what comes after that.
 */
export function statusText(situation: Situation): string {
  const { nodes, tickets } = situation;
  const known = new Set(nodes.map(({ name }) => name));
  const guests = [...new Set(situation.placed.map(({ node }) => node))].filter((name) => !known.has(name));
  return writeXml(
    element("status", {}, [
      ...nodes.map((node) => nodeState(node, situation)),
      ...guests.map((name) => guestState(name, situation)),
      ...(tickets.length === 0 ? [] : [element("tickets", {}, tickets)]),
    ]),
  );
}

function nodeState(node: Situation["nodes"][number], situation: Situation): XmlElement {
  const { id, name: uname } = node;
  const head = { id: String(id), uname };
  if (situation.down.includes(uname))
    return element("node_state", {
      ...head,
      in_ccm: "false",
      crmd: "offline",
      join: "down",
      expected: "down",
    });
  const up = { ...head, in_ccm: "true", crmd: "online", join: "member", expected: "member" };
  const attributes = new Map(situation.attributes.get(uname) ?? []);
  if (situation.standby.includes(uname)) attributes.set("standby", "on");
  return element("node_state", up, [
    ...transient(String(id), attributes),
    ...history(String(id), uname, situation),
  ]);
}

function guestState(name: string, situation: Situation): XmlElement {
  const head = { remote_node: "true", id: name, uname: name, in_ccm: "true", crmd: "online" };
  return element("node_state", head, [
    ...transient(name, new Map(situation.attributes.get(name) ?? [])),
    ...history(name, name, situation),
  ]);
}

function transient(id: string, attributes: ReadonlyMap<string, string>): XmlElement[] {
  if (attributes.size === 0) return [];
  const pairs = [...attributes].map(([name, value], index) =>
    element("nvpair", { id: `status-${id}-${index}`, name, value }),
  );
  return [
    element("transient_attributes", { id }, [element("instance_attributes", { id: `status-${id}` }, pairs)]),
  ];
}

/** A good monitor is all that is told: a start would have to bring the digest of its parameters, or count as out of date. */
function history(id: string, node: string, { placed }: Situation): XmlElement[] {
  const resources = placed
    .filter((one) => one.node === node)
    .map((one, index) => {
      if (one.stuck !== undefined) return one.stuck;
      const parts = one.agent.split(":");
      const head = {
        id: one.id,
        type: parts.at(-1) ?? "",
        class: parts[0] ?? "",
        provider: parts.length > 2 ? parts[1] : undefined,
      };
      const code = one.leads ? "8" : "0";
      const key = `${index + 1}:1:${code}:00000000-0000-0000-0000-000000000000`;
      const operation = {
        id: `${one.id}_monitor_10000`,
        operation_key: `${one.id}_monitor_10000`,
        operation: "monitor",
        "transition-key": key,
        "transition-magic": `0:${code};${key}`,
        "call-id": String(index + 1),
        "rc-code": code,
        "op-status": "0",
        interval: "10000",
      };
      return element("lrm_resource", head, [element("lrm_rsc_op", operation)]);
    });
  return [element("lrm", { id }, [element("lrm_resources", {}, resources)])];
}

/** What runs after the transition that the scheduler answered with. */
export function settle(
  situation: Pick<Situation, "placed" | "down">,
  { actions, resources, fenceDevices }: CrmSimulation,
  unique: ReadonlySet<string>,
): Placed[] {
  const nameOf = (id: string): string => (unique.has(baseOf(id)) ? id : baseOf(id));
  const agents = new Map(resources.map(({ id, agent }) => [baseOf(id), agent ?? ""]));
  const placed = new Map(
    aliveOf(situation.placed, situation.down).map((one) => [`${one.id} ${one.node}`, one] as const),
  );
  const done = actions.filter(({ blocked }) => !blocked);
  for (const { resource, from, to } of done)
    if (from !== undefined && from !== to) placed.delete(`${nameOf(resource)} ${from}`);
  for (const { resource, to, role, nextRole } of done) {
    if (to === undefined) continue;
    const id = nameOf(resource);
    const agent = agents.get(baseOf(resource)) ?? (fenceDevices.has(id) ? "stonith:unknown" : "");
    const leads = isLeading(nextRole ?? role);
    placed.set(`${id} ${to}`, { id, agent, node: to, leads });
  }
  return [...placed.values()];
}

/** What a transition does to primitives, by their ids. */
export interface Steps {
  readonly stops: ReadonlySet<string>;
  readonly starts: ReadonlySet<string>;
  /** What is stopped and started again where it is, as `ID NODE`. */
  readonly again: ReadonlySet<string>;
}

const AGAIN = /^(restart|recover|re-?promote)$/i;

/** Reads them off the scheduler's answer. */
export function stepsIn({ actions }: Pick<CrmSimulation, "actions">): Steps {
  const done = actions.filter(({ blocked }) => !blocked);
  const again = done.filter(({ action }) => AGAIN.test(action));
  const ids = (some: CrmSimulation["actions"]): Set<string> =>
    new Set(some.map(({ resource }) => baseOf(resource)));
  const goes = ({ from, to }: CrmSimulation["actions"][number]): boolean => from !== to;
  return {
    stops: ids([
      ...again,
      ...done.filter((one) => one.from !== undefined && (goes(one) || one.action === "demote")),
    ]),
    starts: ids([
      ...again,
      ...done.filter((one) => one.to !== undefined && (goes(one) || one.action === "promote")),
    ]),
    again: new Set(again.map(({ resource, to = "" }) => `${baseOf(resource)} ${to}`)),
  };
}

/** What the scheduler took for running when it was asked about a status. */
export function placedIn(
  { resources }: CrmSimulation,
  unique: ReadonlySet<string>,
  status: XmlElement,
): Placed[] {
  return resources
    .filter(({ active }) => active === true)
    .flatMap(({ id, agent = "", role, nodes, failed, blocked, managed }) =>
      nodes.map((node) => ({
        id: unique.has(baseOf(id)) ? id : baseOf(id),
        agent,
        node,
        leads: isLeading(role),
        ...(blocked === true || (failed === true && managed === false)
          ? { stuck: historyOf(status, baseOf(id), node) }
          : {}),
      })),
    );
}

function historyOf(status: XmlElement, id: string, node: string): XmlElement {
  const state = childrenOf(status, "node_state").find(({ attributes }) => attributes.uname === node);
  const lists = childrenOf(childOf(state ?? status, "lrm") ?? status, "lrm_resources");
  const all = lists.flatMap((list) => childrenOf(list, "lrm_resource"));
  return all.find(({ attributes }) => baseOf(attributes.id ?? "") === id) ?? element("lrm_resource", { id });
}

function isLeading(role: string | undefined): boolean {
  return role === "Promoted" || role === "Master";
}

const indexes = new WeakMap<readonly Placed[], Map<string, Placed[]>>();

/** The instances of a primitive; looked up, because a large group is asked about thousands of times. */
export function instancesOf(id: string, placed: readonly Placed[]): readonly Placed[] {
  let index = indexes.get(placed);
  if (index === undefined) {
    index = new Map();
    for (const one of placed) {
      const base = baseOf(one.id);
      const known = index.get(base);
      if (known === undefined) index.set(base, [one]);
      else known.push(one);
    }
    indexes.set(placed, index);
  }
  return index.get(id) ?? [];
}

const CONTAINER = /^(.+)-(?:docker|podman|rkt)-(\d+)$/;
const hosts = new WeakMap<readonly Placed[], Map<string, string>>();

/** The cluster node beneath a node of a bundle: the one that runs its container. A remote node is a machine of its own. */
export function hostOf(node: string, placed: readonly Placed[]): string {
  let known = hosts.get(placed);
  if (known === undefined) {
    const containers = placed.flatMap((one) => {
      const [, bundle, number] = CONTAINER.exec(one.id) ?? [];
      return bundle === undefined ? [] : [{ id: `${bundle}-${number ?? ""}`, node: one.node }];
    });
    known = new Map(containers.map((one) => [one.id, one.node]));
    hosts.set(placed, known);
  }
  return known.get(node) ?? node;
}

/** What is left where nodes are down: neither they nor what runs on them as a guest. */
export function aliveOf(placed: readonly Placed[], down: readonly string[]): Placed[] {
  return placed.filter(({ node }) => !down.includes(node) && !down.includes(hostOf(node, placed)));
}

/** The id of the resource without the number of an instance. */
export function baseOf(id: string): string {
  return id.replace(/:\d+$/, "");
}
