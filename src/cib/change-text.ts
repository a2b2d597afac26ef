// An element as the text of a change; values of passwords and the like are for nobody's eyes, whoever wrote them there.
import { COMMENT, writeXml, type XmlElement } from "../xml/index.js";
import { isSecretName } from "./secret-names.js";

/** Ids of pairs whose value nobody is to see. */
interface Hidden {
  readonly secrets: ReadonlySet<string>;
}

/** The value of an nvpair, else the whole element as XML on one line. */
export function summary(node: XmlElement, hidden: Hidden): string {
  const shown = withoutSecrets(node, hidden);
  if (node.name === "nvpair") return shown.attributes.value ?? "";
  return writeXml(shown, { compact: true });
}

/** The element with its own attributes alone, as XML on one line. */
export function ownText(node: XmlElement, hidden: Hidden): string {
  return writeXml(withoutSecrets({ ...node, children: [] }, hidden), { compact: true });
}

function withoutSecrets(node: XmlElement, hidden: Hidden): XmlElement {
  const { name, attributes } = node;
  const secret =
    name === "nvpair" &&
    attributes.value !== undefined &&
    (isSecretName(attributes.name ?? "") || hidden.secrets.has(attributes.id ?? ""));
  const shown = secret ? { ...attributes, value: "(secret)" } : attributes;
  return {
    ...node,
    attributes: shown,
    children: node.children.map((child) => withoutSecrets(child, hidden)),
  };
}

/** These say nothing when they are empty, and tools leave them behind so. */
const HOLLOW: ReadonlySet<string> = new Set(["operations", "storage", "network", "select", "lifetime"]);

/** An element without id that is more than a frame around others. */
export function saysItself({ name, attributes, children }: XmlElement): boolean {
  if (Object.keys(attributes).length > 0) return true;
  return !HOLLOW.has(name) && children.every((child) => child.name === COMMENT);
}
