// Parts of a group that exists → one NodeGroup document as YAML 1.2 that people go on with.
import { Document, isScalar, Scalar, visit } from "yaml";
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
  const all = { ...keys, nodes: joined(nodes), name: name ?? keys["name"] ?? "imported" };
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
  for (const node of nodes) byName.set(node.name, { ...node, ...byName.get(node.name), name: node.name });
  return [...byName.values()];
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
      const short = node.items.every((item) =>
        isScalar("value" in (item as object) ? (item as { value: unknown }).value : item),
      );
      if (short && JSON.stringify(node.toJSON()).length <= LINE) node.flow = true;
    },
    Scalar: (_, node) => {
      // What a reader might take for a number, a date or a truth stays the text that it is.
      if (typeof node.value === "string" && /[\r\n]/.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
}
