// A cluster that runs, as one of its nodes tells: its CIB, and the corosync.conf that it goes by (corosync.conf(5), votequorum(5)).
import type { CorosyncConfiguration, CorosyncNode } from "../cluster/index.js";
import { parseCorosyncConf } from "../corosync/index.js";
import { childOf, type XmlElement } from "../xml/index.js";

/** What a node told, as text. */
export interface LiveCluster {
  readonly cib: string;
  /** What its corosync runs with; undefined where it cannot be read. */
  readonly corosync: string | undefined;
}

/** What corosync runs with, each node by the name that Pacemaker has for it; undefined where the text cannot be read. */
export function liveCorosync(
  text: string | undefined,
  configuration: XmlElement,
): CorosyncConfiguration | undefined {
  const { configuration: read, unnamed = [] } = parseCorosyncConf(text ?? "");
  if (read === undefined || read.nodes.length === 0) return undefined;
  const names = new Map(membersIn(configuration).map(({ id, name }) => [id, name]));
  const nodes = read.nodes.map((node) =>
    unnamed.includes(node.id) ? { ...node, name: names.get(node.id) ?? node.name } : node,
  );
  return { ...read, nodes };
}

/** The members that the CIB has, whether corosync's own list has them or not; that list alone tells votes and addresses. */
export function liveMembers(
  corosync: Pick<CorosyncConfiguration, "nodes">,
  configuration: XmlElement,
): readonly CorosyncNode[] {
  return membersIn(configuration).map(
    ({ id, name }) => corosync.nodes.find((node) => node.name === name) ?? { id, name, addresses: [] },
  );
}

function membersIn(configuration: XmlElement): Pick<CorosyncNode, "id" | "name">[] {
  return (childOf(configuration, "nodes")?.children ?? [])
    .filter(({ attributes }) => (attributes.type ?? "member") === "member")
    .map(({ attributes: { id = "", uname = id } }) => ({ id: Number(id), name: uname }));
}
