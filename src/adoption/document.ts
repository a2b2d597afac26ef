// Parts of a group that exists → one NodeGroup document as YAML 1.2 that people go on with.
import { Document, isCollection, isPair, isScalar, Scalar, visit } from "yaml";
import type { AdoptedPart } from "./part.js";

/** Keys in the order in which people read them; others follow. */
const ORDER = [
  "kind",
  "name",
  "summary",
  "policy",
  "networks",
  "ssh",
  "nodes",
  "corosync",
  "quorumDevice",
  "cib",
];

/** The document of all parts; `name` wins over the names that they give. */
export function groupDocument(parts: readonly AdoptedPart[], name?: string): string {
  const keys: Record<string, unknown> = { kind: "NodeGroup" };
  for (const part of parts) for (const [key, value] of Object.entries(part.keys)) keys[key] ??= value;
  const nodes = parts.flatMap(
    (part) => (Array.isArray(part.keys["nodes"]) ? part.keys["nodes"] : []) as NodeKeys[],
  );
  const all = { networks: [], ...keys, nodes: joined(nodes), name: name ?? keys["name"] ?? "imported" };
  const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  const entries = Object.entries(all).sort(([one], [other]) => rank(one) - rank(other));
  const document = new Document(Object.fromEntries(entries), { aliasDuplicateObjects: false });
  layOut(document);
  return `${head(parts)}${document.toString({ lineWidth: 0, flowCollectionPadding: true })}`;
}

interface NodeKeys {
  readonly name: string;
}

/** Nodes of one name are one node; what an earlier part says of it stands. */
function joined(nodes: readonly NodeKeys[]): NodeKeys[] {
  const byName = new Map<string, NodeKeys>();
  for (const node of nodes) byName.set(node.name, { ...node, ...byName.get(node.name) });
  return [...byName.values()].map(({ name, ...rest }) => ({ name, addresses: {}, ...rest }));
}

function head(parts: readonly AdoptedPart[]): string {
  const lines = [
    `Written by dcn-ha import from ${parts.map((part) => part.source).join(" and ")}.`,
    ...parts.flatMap((part) => part.remarks),
    ...parts
      .flatMap((part) => part.secrets)
      .map(({ reference, subject }) => `secret ${reference}: ${subject}`),
  ];
  return lines.map((line) => `# ${line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ")}\n`).join("");
}

/** Width up to which a map or list of plain values stands on one line. */
const LINE = 100;

/** Short maps and lists of plain values on one line each. */
function layOut(document: Document): void {
  visit(document, {
    Collection: (_, node) => {
      const short = node.items.every((item) => isLeaf(isPair(item) ? item.value : item));
      if (short && JSON.stringify(node.toJSON()).length <= LINE) node.flow = true;
    },
    Scalar: (_, node) => {
      // A line break within a block would depend on the indentation around it.
      if (typeof node.value === "string" && /[\r\n]/.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

/** A plain value, or an empty map or list. */
function isLeaf(node: unknown): boolean {
  return isScalar(node) || (isCollection(node) && node.items.length === 0);
}
