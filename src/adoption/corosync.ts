// A corosync.conf → nodes, networks and the part `corosync:` of a NodeGroup document, so that it renders to the same file (corosync.conf(5)).
import type { CorosyncConfiguration, CorosyncSection } from "../cluster/index.js";
import { parseCorosyncConf } from "../corosync/index.js";
import type { Finding } from "../errors/index.js";
import type { AdoptedPart } from "./part.js";

/** Reads a corosync.conf; nodes without a name there have those of `cib`, what was adopted of the CIB beside it. Errors name what a document cannot say. */
export function adoptCorosync(file: string, text: string, cib?: AdoptedPart): AdoptedPart {
  const { configuration: read, unnamed = [], findings } = parseCorosyncConf(text, file);
  const part = { source: `the corosync.conf ${file}`, secrets: [] };
  if (read === undefined) return { ...part, keys: {}, remarks: [], findings };
  const names = namesIn(cib);
  const configuration = {
    ...read,
    nodes: read.nodes.map((node) =>
      unnamed.includes(node.id) ? { ...node, name: names.get(node.id) ?? node.name } : node,
    ),
  };
  const nameless = unnamed.filter((id) => !names.has(id));
  const refused = [...refusals(file, configuration), ...withoutName(file, configuration, nameless)];
  const name = configuration.totem.entries.findLast(([key]) => key === "cluster_name")?.[1];
  const { nodes } = configuration;
  const networks = (nodes[0]?.addresses ?? []).map((_, link) => `link${link}`);
  const extras = nodes.filter(({ entries = [] }) => entries.length > 0);
  const remarks = [
    `networks are named by their links; give them names of yours: ${networks.join(", ")}`,
    "nodes still need ssh: how to log in, and host keys",
  ];
  return {
    ...part,
    keys: {
      ...(name === undefined || !/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name) ? {} : { name }),
      networks,
      nodes: nodes.map((node) => ({
        name: node.name,
        id: node.id,
        addresses: Object.fromEntries(node.addresses.map((address, link) => [`link${link}`, address])),
      })),
      corosync: {
        computed: false,
        ...section("totem", configuration.totem),
        ...section("quorum", configuration.quorum),
        ...section("logging", configuration.logging),
        ...(configuration.others === undefined
          ? {}
          : { sections: Object.fromEntries(configuration.others.map((one) => [one.name, valuesOf(one)])) }),
        ...(extras.length === 0
          ? {}
          : { nodes: Object.fromEntries(extras.map((one) => [one.name, entriesOf(one.entries ?? [])])) }),
      },
    },
    remarks,
    findings: [...findings, ...refused],
  };
}

/** Names by corosync id, as a CIB has them. */
function namesIn(cib: AdoptedPart | undefined): ReadonlyMap<number, string> {
  const nodes: unknown = cib?.keys["nodes"];
  const all = Array.isArray(nodes)
    ? (nodes as readonly { readonly name: string; readonly id: number }[])
    : [];
  return new Map(all.map(({ id, name }) => [id, name]));
}

/** Without a name Pacemaker takes the first address, unless it is one of IP: then the node's own host name, which no file tells (lib/cluster/corosync.c). */
function withoutName(file: string, { nodes }: CorosyncConfiguration, ids: readonly number[]): Finding[] {
  return nodes
    .filter(({ id, name }) => ids.includes(id) && /^[\d.]+$|:/.test(name))
    .map(({ id, name }) => ({
      severity: "error",
      code: "NOT_IMPORTABLE",
      subject: file,
      text: `node ${id} has no name, and ${name} is an address, which Pacemaker takes for none`,
      hint: "write name: as uname -n says on that node, or import the CIB along",
    }));
}

function section(key: string, one: CorosyncSection): Record<string, unknown> {
  return one.entries.length + one.sections.length === 0 ? {} : { [key]: valuesOf(one) };
}

/** Keys in their order; a key that stands twice is a list, and so are sections of one name. */
function valuesOf(one: CorosyncSection): Record<string, unknown> {
  const values = entriesOf(one.entries);
  for (const name of new Set(one.sections.map((nested) => nested.name))) {
    const same = one.sections.filter((nested) => nested.name === name).map(valuesOf);
    values[name] = same.length === 1 && name !== "interface" && name !== "logger_subsys" ? same[0] : same;
  }
  return values;
}

function entriesOf(entries: CorosyncSection["entries"]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const key of new Set(entries.map(([name]) => name))) {
    const all = entries.filter(([name]) => name === key).map(([, text]) => scalarOf(text));
    values[key] = all.length === 1 ? all[0] : all;
  }
  return values;
}

// A number that is written otherwise than we would write it stays text.
function scalarOf(text: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/** What a document cannot say, by name. */
function refusals(file: string, configuration: CorosyncConfiguration): Finding[] {
  const { totem, nodes, quorum, logging, others = [] } = configuration;
  const findings: Finding[] = [];
  const refuse = (text: string, hint?: string): void => {
    const finding = { severity: "error", code: "NOT_IMPORTABLE", subject: file, text } as const;
    findings.push(hint === undefined ? finding : { ...finding, hint });
  };
  if (totem.entries.some(([key]) => key === "key"))
    refuse(
      "totem.key holds the cluster's key in clear text",
      "put it into the file authkey, and take the line away",
    );
  const links = nodes[0]?.addresses.length ?? 0;
  for (const { name, addresses } of nodes) {
    if (addresses.length !== links)
      refuse(
        `${name} has ${addresses.length} addresses and ${nodes[0]?.name ?? ""} has ${links}: not every link joins all nodes`,
      );
  }
  const names = others.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) refuse(`the section ${twice} stands twice`);
  for (const top of [totem, quorum, logging, ...others]) {
    const mixed = top.sections.find(({ name }) => top.entries.some(([key]) => key === name));
    if (mixed !== undefined) refuse(`${mixed.name} is a key and a section of ${top.name}`);
  }
  return findings;
}
