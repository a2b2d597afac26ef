// A CIB element in words on one line, for the columns "before" and "after"; values of secrets never show.
import { isSecretName } from "../cib/index.js";
import type { XmlElement } from "../xml/index.js";

/** What stands in place of a secret value. */
export const HIDDEN = "(secret)";

/** Attributes without the id, then name=value pairs and operations: `ocf:pacemaker:Dummy fake=1 monitor/10s`. */
export function elementWords(element: XmlElement): string {
  if (element.name === "nvpair") return pairValue(element);
  return [ownWords(element), ...element.children.map(innerWords)].filter((word) => word !== "").join(" ");
}

function innerWords(child: XmlElement): string {
  if (child.name === "nvpair")
    return `${child.attributes.name ?? child.attributes["id-ref"] ?? ""}=${pairValue(child)}`;
  if (child.name === "op") {
    const { name = "", interval = "0", timeout } = child.attributes;
    return `${name}${interval === "0" ? "" : `/${interval}`}${timeout === undefined ? "" : ` timeout=${timeout}`}`;
  }
  if (child.name === "resource_ref" || child.name === "obj_ref") return child.attributes.id ?? "";
  if (child.name === "primitive" || child.name === "group")
    return `[${child.attributes.id ?? ""}: ${elementWords(child)}]`;
  return elementWords(child);
}

function pairValue({ attributes }: XmlElement): string {
  return isSecretName(attributes.name ?? "") ? HIDDEN : (attributes.value ?? "");
}

/** The element's own attributes in words, without those of what is in it. */
export function ownWords({ attributes }: XmlElement): string {
  const { class: standard, provider, type } = attributes;
  const agent =
    standard === undefined ? [] : [[standard, provider, type].filter((part) => part !== undefined).join(":")];
  const hidden = ["id", "class", "provider", "type", "uname"];
  const rest = Object.entries(attributes).filter(
    ([name]) => !hidden.includes(name) || (name === "type" && standard === undefined),
  );
  return [...agent, ...rest.map(([name, value]) => `${name}=${isSecretName(name) ? HIDDEN : value}`)].join(
    " ",
  );
}

/** The element with the values of its secrets hidden: by the name of a pair, or because its id is among `ids`. */
export function withoutSecrets(element: XmlElement, ids: ReadonlySet<string>): XmlElement {
  const { id = "", name = "", value } = element.attributes;
  const isSecret = element.name === "nvpair" && value !== undefined && (ids.has(id) || isSecretName(name));
  return {
    ...element,
    attributes: isSecret ? { ...element.attributes, value: HIDDEN } : element.attributes,
    children: element.children.map((child) => withoutSecrets(child, ids)),
  };
}
