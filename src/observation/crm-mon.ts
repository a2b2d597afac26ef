// The cluster as Pacemaker sees it: `crm_mon --output-as=xml` (root pacemaker-result) and old `crm_mon -X` (root crm_mon).
import { childOf, childrenOf, parseXml, type XmlElement } from "../xml/index.js";
import { type FencingEvent, type ObservedFailure, readFailures, readFencing } from "./crm-mon-history.js";
import { type ObservedResource, readResources } from "./crm-mon-resources.js";
import { readBoolean, readText } from "./read-attributes.js";

/** A node as Pacemaker sees it; undefined where the tool did not say. */
export interface ObservedNode {
  readonly name: string;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly online: boolean | undefined;
  readonly pending: boolean | undefined;
  readonly unclean: boolean | undefined;
  readonly standby: boolean | undefined;
  readonly standbyOnFail: boolean | undefined;
  readonly maintenance: boolean | undefined;
  readonly shutdown: boolean | undefined;
  readonly health: string | undefined;
  readonly isDc: boolean | undefined;
}

/** The designated controller. */
export interface ObservedDc {
  readonly name: string;
  readonly version: string | undefined;
  readonly mixedVersion: boolean | undefined;
}

/** What crm_mon said on one node. */
export interface ClusterObservation {
  /** Absent while there is no DC (an election, or no quorum yet). */
  readonly dc: ObservedDc | undefined;
  readonly quorate: boolean | undefined;
  readonly maintenanceMode: boolean | undefined;
  readonly stopAllResources: boolean | undefined;
  readonly fencingEnabled: boolean | undefined;
  readonly nodes: readonly ObservedNode[];
  readonly resources: readonly ObservedResource[];
  readonly failures: readonly ObservedFailure[];
  readonly fencing: readonly FencingEvent[];
  /** Tickets that this cluster holds; absent where it knows of none. */
  readonly tickets?: readonly string[];
}

/** Either the cluster, or the reason why crm_mon could not tell. */
export type CrmMonResult =
  | { readonly connected: true; readonly cluster: ClusterObservation }
  | { readonly connected: false; readonly reason: string };

/** Reads crm_mon's XML; `file` stands in messages. Throws DcnError invalid XML_* when it is no XML. */
export function parseCrmMon(text: string, file = "crm_mon"): CrmMonResult {
  const root = parseXml(text, { file });
  const status = childOf(root, "status");
  if (status !== undefined && status.attributes.code !== "0")
    return { connected: false, reason: reasonOf(status) };
  const summary = childOf(root, "summary");
  if (summary === undefined) return { connected: false, reason: `no summary in the element ${root.name}` };
  const dc = childOf(summary, "current_dc");
  const options = childOf(summary, "cluster_options");
  return {
    connected: true,
    cluster: {
      dc: dc === undefined ? undefined : readDc(dc),
      quorate: dc && readBoolean(dc, "with_quorum"),
      maintenanceMode: options && readBoolean(options, "maintenance-mode"),
      stopAllResources: options && readBoolean(options, "stop-all-resources"),
      fencingEnabled:
        options && (readBoolean(options, "fencing-enabled") ?? readBoolean(options, "stonith-enabled")),
      nodes: section(root, "nodes").map(readNode),
      resources: readResources(childOf(root, "resources")),
      failures: readFailures(childOf(root, "failures")),
      fencing: readFencing(childOf(root, "fence_history")),
      ...ticketsIn(childOf(root, "tickets")),
    },
  };
}

function section(root: XmlElement, name: string): XmlElement[] {
  const holder = childOf(root, name);
  return holder === undefined ? [] : childrenOf(holder, "node");
}

function reasonOf(status: XmlElement): string {
  const errors = childrenOf(childOf(status, "errors") ?? status, "error").map((error) => error.text ?? "");
  return errors.at(-1) ?? status.attributes.message ?? "no reason given";
}

function readDc(dc: XmlElement): ObservedDc | undefined {
  const name = readText(dc, "name");
  if (readBoolean(dc, "present") === false || name === undefined) return undefined;
  return { name, version: readText(dc, "version"), mixedVersion: readBoolean(dc, "mixed_version") };
}

function readNode(node: XmlElement): ObservedNode {
  return {
    name: node.attributes.name ?? "",
    id: readText(node, "id"),
    type: readText(node, "type"),
    online: readBoolean(node, "online"),
    pending: readBoolean(node, "pending"),
    unclean: readBoolean(node, "unclean"),
    standby: readBoolean(node, "standby"),
    standbyOnFail: readBoolean(node, "standby_onfail"),
    maintenance: readBoolean(node, "maintenance"),
    shutdown: readBoolean(node, "shutdown"),
    health: readText(node, "health"),
    isDc: readBoolean(node, "is_dc"),
  };
}

/** A ticket that was revoked, or never granted, may be listed as well. */
function ticketsIn(tickets: XmlElement | undefined): Pick<ClusterObservation, "tickets"> {
  if (tickets === undefined) return {};
  const held = childrenOf(tickets, "ticket").filter(({ attributes }) => attributes.status === "granted");
  return { tickets: held.map(({ attributes }) => attributes.id ?? "") };
}
