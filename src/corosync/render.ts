// corosync.conf as text (corosync.conf(5)); its parser wants a line break after every opening brace.
import type { ClusterModel, CorosyncNode, CorosyncSection } from "../cluster/index.js";
import { invariant } from "../errors/index.js";

/** The whole corosync.conf of a cluster, with a final newline. */
export function renderCorosyncConf(model: Pick<ClusterModel, "corosync">): string {
  const { totem, nodes, quorum, logging, others = [] } = model.corosync;
  const nodelist: CorosyncSection = { name: "nodelist", entries: [], sections: nodes.map(nodeSection) };
  return [totem, nodelist, quorum, logging, ...others].map((section) => render(section, "")).join("\n");
}

function nodeSection(node: CorosyncNode): CorosyncSection {
  const addresses = node.addresses.map((address, link) => [`ring${link}_addr`, address] as const);
  const entries = [
    ...addresses,
    ["name", node.name],
    ["nodeid", String(node.id)],
    ...(node.entries ?? []),
  ] as const;
  return { name: "node", entries, sections: [] };
}

function render(section: CorosyncSection, indent: string): string {
  const inner = `${indent}    `;
  const entries = section.entries.map(([key, value]) => {
    invariant(isCorosyncValue(value), `corosync.conf cannot hold the value of ${key}`);
    return `${inner}${key}: ${value}\n`;
  });
  const sections = section.sections.map((nested) => render(nested, inner));
  return `${indent}${section.name} {\n${entries.join("")}${sections.join("")}${indent}}\n`;
}

/** True when corosync's line parser reads the value back: one line, no brace, no white space around it. */
export function isCorosyncValue(value: string): boolean {
  return value !== "" && value.trim() === value && !/[{}\p{Cc}]/u.test(value);
}
