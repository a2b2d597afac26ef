// YAML 1.2 text → plain values with the position of each (YAML 1.2.2, core schema); JSON is a part of it.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type YAMLMap,
} from "yaml";
import type { Finding, Position } from "../errors/index.js";
import { isXmlText } from "../xml/index.js";
import type { DocumentPath, SourceText } from "./source.js";
import { type Aliases, aliasesOf, composeDocuments, MAX_DEPTH, MAX_VALUES } from "./yaml-gate.js";

/** One YAML document as data: maps have no prototype. */
export interface PlainDocument {
  readonly value: unknown;
  readonly at: (path: DocumentPath) => Position;
  readonly atKey: (path: DocumentPath) => Position;
  /** The comment behind the value at a path, in one line: why it is so. */
  readonly comment: (path: DocumentPath) => string | undefined;
  /** Which parameters were filled in at a path, with whose values; undefined where none was. */
  readonly filledBy?: (path: DocumentPath) => string | undefined;
  /** False where a finding stands against keys or characters of it. */
  readonly sound: boolean;
}

/** The documents of a file that can be looked at, the number of those that cannot, and the findings of all. */
export interface YamlReading {
  readonly documents: readonly PlainDocument[];
  readonly broken: number;
  readonly findings: readonly Finding[];
}

interface Reading {
  readonly aliases: Aliases;
  readonly values: Map<string, number>;
  readonly keys: Map<string, number>;
  readonly comments: Map<string, string>;
  readonly report: (code: string, offset: number, text: string, hint?: string) => void;
  stopped: boolean;
}

const MAX_TEXT = 4 * 1024 * 1024;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Reads all documents of a file. Of the syntax faults in a document the first is told: the others mostly follow from it. */
export function readYaml(source: SourceText): YamlReading {
  const findings: Finding[] = [];
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (code: string, offset: number, text: string, hint?: string): void => {
    const finding = { severity: "error", code, position: position(offset), text } as const;
    findings.push(hint === undefined ? finding : { ...finding, hint });
  };
  if (source.text.length > MAX_TEXT) {
    report("SOURCE_TOO_LARGE", 0, "the file is longer than 4 MiB");
    return { documents: [], broken: 1, findings };
  }
  const composed = composeDocuments(source.text, lines);
  if ("limit" in composed) {
    report("YAML_LIMIT", composed.offset, composed.limit);
    return { documents: [], broken: 1, findings };
  }
  const documents: PlainDocument[] = [];
  let broken = 0;
  for (const document of composed.documents) {
    const before = findings.length;
    const readable = reportSyntax(document, report);
    if (readable && document.contents === null) continue;
    const plain = readable ? plainDocument(document, report, position) : undefined;
    if (plain === undefined) broken += 1;
    else documents.push({ ...plain, sound: findings.length === before });
  }
  return { documents, broken, findings };
}

/** False where the document is broken. */
function reportSyntax(document: Document, report: Reading["report"]): boolean {
  const syntax = [...document.errors, ...document.warnings][0];
  if (syntax !== undefined)
    report("YAML_SYNTAX", syntax.pos[0], syntax.message.split("\n")[0] ?? syntax.message);
  return syntax === undefined;
}

function plainDocument(
  document: Document,
  report: Reading["report"],
  position: (offset: number) => Position,
): Omit<PlainDocument, "sound"> | undefined {
  const reading: Reading = {
    aliases: aliasesOf(document),
    values: new Map(),
    keys: new Map(),
    comments: new Map(),
    report,
    stopped: false,
  };
  if (reading.aliases.values > MAX_VALUES) {
    report(
      "YAML_LIMIT",
      document.contents?.range?.[0] ?? 0,
      `more than ${MAX_VALUES} values, aliases counted out in full`,
    );
    return undefined;
  }
  const value = plain(document.contents, [], reading);
  if (reading.stopped) return undefined;
  const nearest = (path: DocumentPath): Position => {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = reading.values.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return position(offset);
    }
    return position(reading.values.get("[]") ?? 0);
  };
  const atKey = (path: DocumentPath): Position => {
    const offset = reading.keys.get(JSON.stringify(path));
    return offset === undefined ? nearest(path) : position(offset);
  };
  const comment = (path: DocumentPath): string | undefined => reading.comments.get(JSON.stringify(path));
  return { value, at: nearest, atKey, comment };
}

function plain(node: Node | null, path: DocumentPath, reading: Reading): unknown {
  const offset = node?.range?.[0] ?? 0;
  const key = JSON.stringify(path);
  if (!reading.values.has(key)) reading.values.set(key, offset);
  if (path.length > MAX_DEPTH)
    return stop(reading, offset, `more than ${MAX_DEPTH} levels within each other`);
  if (isAlias(node)) return plainAlias(node, path, reading);
  if (isSeq<Node>(node)) return node.items.map((item, index) => plain(item, [...path, index], reading));
  if (isMap<Node, Node | null>(node)) return plainMap(node, path, reading);
  // What stands in a CIB keeps the text that it is there: `010` and `1.0` are no numbers.
  const literal = path[0] === "cib" && isScalar(node) && node.value !== null ? node.source : undefined;
  const value: unknown = isScalar(node) ? (literal ?? node.value) : null;
  if (typeof value === "string") checkCharacters(value, offset, reading);
  noteComment(node, key, reading);
  return value;
}

function noteComment(node: Node | null, key: string, reading: Reading): void {
  const comment = node?.comment?.replace(/\s+/g, " ").trim() ?? "";
  if (comment !== "") reading.comments.set(key, comment);
}

function plainMap(
  map: YAMLMap<Node, Node | null>,
  path: DocumentPath,
  reading: Reading,
): Record<string, unknown> {
  const plainOne = Object.create(null) as Record<string, unknown>;
  const seen = new Set<string>();
  for (const { key: keyNode, value } of map.items) {
    const offset = keyNode.range?.[0] ?? map.range?.[0] ?? 0;
    const text = isScalar(keyNode) ? String(keyNode.value) : "";
    if (FORBIDDEN_KEYS.has(text)) {
      reading.report("FORBIDDEN_KEY", offset, `${text} cannot be a key`);
      continue;
    }
    checkCharacters(text, offset, reading);
    if (seen.has(text)) reading.report("DUPLICATE_KEY", offset, "this key stands twice in one map");
    seen.add(text);
    const at = [...path, text];
    reading.keys.set(JSON.stringify(at), offset);
    if (value === null) reading.values.set(JSON.stringify(at), offset);
    plainOne[text] = plain(value, at, reading);
  }
  return plainOne;
}

function plainAlias(node: Alias, path: DocumentPath, reading: Reading): unknown {
  const offset = node.range?.[0] ?? 0;
  const target = reading.aliases.targetOf(node);
  if (target === undefined)
    return stop(reading, offset, `there is no anchor ${node.source} before this place`);
  return plain(target, path, reading);
}

// One finding is enough: past a limit the rest of the document is not looked at.
function stop(reading: Reading, offset: number, text: string): null {
  if (!reading.stopped) reading.report("YAML_LIMIT", offset, text);
  reading.stopped = true;
  return null;
}

function checkCharacters(text: string, offset: number, reading: Reading): void {
  if (!isXmlText(text))
    reading.report("CONTROL_CHARACTER", offset, "a control character, which no CIB can hold");
}
