// Writes XML 1.0 so that a strict parser reads back what was given, white space in attributes included (XML 1.0, 2.11 and 3.3.3).
import { invariant } from "../errors/index.js";
import { COMMENT, type XmlElement } from "./element.js";

/** How the text is laid out. */
export interface WriteXmlOptions {
  /** All on one line; default false: two spaces per level and a final newline. */
  readonly compact?: boolean;
}

// Outside Char of XML 1.0, with lone surrogates: no escape can express them.
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const NAME = /^[\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*$/u;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["\t", "&#9;"],
  ["\n", "&#10;"],
  ["\r", "&#13;"],
]);

/** Writes an element as text. A character or name that XML 1.0 cannot hold is an invariant: profiles refuse it before. */
export function writeXml(root: XmlElement, options: WriteXmlOptions = {}): string {
  const lines: string[] = [];
  write(root, options.compact === true ? undefined : "", lines);
  return options.compact === true ? lines.join("") : `${lines.join("\n")}\n`;
}

/** True when XML 1.0 can hold the text at all: no NUL, no other control character, no half of a surrogate pair. */
export function isXmlText(text: string): boolean {
  return !NOT_XML.test(text);
}

function write(node: XmlElement, indent: string | undefined, lines: string[]): void {
  const margin = indent ?? "";
  if (node.name === COMMENT) {
    lines.push(`${margin}<!--${node.text ?? ""}-->`);
    return;
  }
  invariant(NAME.test(node.name), `not an XML name: ${node.name}`);
  const start = `${margin}<${node.name}${attributesOf(node)}`;
  if (node.children.length === 0) {
    lines.push(node.text === undefined ? `${start}/>` : `${start}>${escapeText(node.text)}</${node.name}>`);
    return;
  }
  if (node.text !== undefined) {
    const inner: string[] = [];
    for (const child of node.children) write(child, undefined, inner);
    lines.push(`${start}>${escapeText(node.text)}${inner.join("")}</${node.name}>`);
    return;
  }
  lines.push(`${start}>`);
  for (const child of node.children) write(child, indent === undefined ? undefined : `${indent}  `, lines);
  lines.push(`${margin}</${node.name}>`);
}

function attributesOf(node: XmlElement): string {
  return Object.entries(node.attributes)
    .map(([name, value]) => {
      invariant(NAME.test(name), `not an XML name: ${name}`);
      return ` ${name}="${escaped(value, /[&<>"\t\n\r]/g)}"`;
    })
    .join("");
}

function escapeText(text: string): string {
  return escaped(text, /[&<>\r]/g);
}

function escaped(text: string, characters: RegExp): string {
  invariant(isXmlText(text), "text with a character that XML cannot hold");
  return text.replace(characters, (character) => ESCAPES.get(character) ?? character);
}
