// The one gate for XML from nodes and files: strict XML 1.0 without DTD, with limits (saxes refuses what is not well-formed).
import { SaxesParser } from "saxes";
import { DcnError } from "../errors/index.js";
import { COMMENT, emptyAttributes, type XmlElement } from "./element.js";

/** Where the text came from, for messages, and how much of it is taken. */
export interface ParseXmlOptions {
  /** A file name, or what stands for one, for example `dcn1: cibadmin --query`. */
  readonly file: string;
  /** Deepest nesting taken; default 100 (a CIB with nested rules needs about 15). */
  readonly maxDepth?: number;
  /** Longest text taken, in UTF-8 bytes; default 64 MiB. */
  readonly maxBytes?: number;
  /** Keeps comments as children named `#comment`; a CIB of someone else's may hold some. */
  readonly keepComments?: boolean;
  /** Told of every element, and of every comment that is kept, with the place where it begins; lines and columns from 1. */
  readonly onElement?: (element: XmlElement, line: number, column: number) => void;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
  readonly line: number;
  readonly column: number;
}

const DEFAULT_MAX_DEPTH = 100;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** Parses one XML document. Throws DcnError invalid XML_MALFORMED with line and column, XML_TOO_LARGE, XML_TOO_DEEP. */
export function parseXml(text: string, options: ParseXmlOptions): XmlElement {
  const {
    file,
    maxDepth = DEFAULT_MAX_DEPTH,
    maxBytes = DEFAULT_MAX_BYTES,
    keepComments = false,
    onElement,
  } = options;
  if (exceeds(text, maxBytes)) {
    throw new DcnError("invalid", "XML_TOO_LARGE", `${file}: more than ${maxBytes} bytes of XML`);
  }
  const parser = new SaxesParser({ xmlns: false, position: false });
  const stack: Open[] = [];
  let root: XmlElement | undefined;
  // Events come when something ends, and it is told where it began.
  let start = { line: 1, column: 1 };

  const refuse = (code: string, reason: string): never => {
    throw new DcnError("invalid", code, `${file}:${parser.line}:${Math.max(1, parser.column)}: ${reason}`);
  };
  parser.on("error", (error) => refuse("XML_MALFORMED", error.message));
  parser.on("doctype", () => refuse("XML_MALFORMED", "a document type declaration is not taken"));
  parser.on("xmldecl", ({ version }) => {
    if (version !== undefined && version !== "1.0") refuse("XML_MALFORMED", `XML ${version} is not taken`);
  });
  parser.on("opentagstart", ({ name }) => {
    start = { line: parser.line, column: Math.max(1, parser.column - name.length - 1) };
  });
  parser.on("opentag", (tag) => {
    if (stack.length >= maxDepth) refuse("XML_TOO_DEEP", `more than ${maxDepth} elements within each other`);
    const attributes = Object.assign(emptyAttributes(), tag.attributes);
    stack.push({ name: tag.name, attributes, children: [], text: "", ...start });
  });
  const addText = (data: string): void => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += data;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("comment", (comment) => {
    const parent = stack.at(-1);
    if (keepComments && parent !== undefined) {
      const kept = { name: COMMENT, attributes: emptyAttributes(), children: [], text: comment };
      const breaks = comment.split("\n").length - 1;
      const column = breaks === 0 ? parser.column - comment.length - "<!---->".length + 2 : 1;
      onElement?.(kept, parser.line - breaks, Math.max(1, column));
      parent.children.push(kept);
    }
  });
  parser.on("closetag", () => {
    const open = stack.pop();
    if (open === undefined) return;
    const closed = close(open);
    onElement?.(closed, open.line, open.column);
    const parent = stack.at(-1);
    if (parent === undefined) root = closed;
    else parent.children.push(closed);
  });
  parser.write(text).close();
  return root ?? refuse("XML_MALFORMED", "no element in the document");
}

function close(open: Open): XmlElement {
  const { name, attributes, children, text } = open;
  return /[^ \t\r\n]/.test(text) ? { name, attributes, children, text } : { name, attributes, children };
}

function exceeds(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}
