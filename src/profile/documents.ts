// Files → documents: every document parsed and checked against its kind's schema, every finding at once.
import type { Finding } from "../errors/index.js";
import { type HeirDocument, inherit, type RawDocument } from "./heritage.js";
import { isProfileKind, PROFILE_KINDS, schemaOf } from "./kinds.js";
import { isMap } from "./merge-values.js";
import { issuesOfBase, shapeFindings } from "./shape.js";
import type { BrokenDocument, ProfileDocument, SourceText } from "./source.js";
import { hintFor } from "./spelling.js";
import { type PlainDocument, readYaml } from "./yaml.js";

const STARTS_WITH = `a document starts with kind: ${PROFILE_KINDS.join(", ")}`;

/** What the sources hold: documents that can be used, and the findings of all. */
export interface ParsedDocuments {
  readonly documents: readonly ProfileDocument[];
  /** Documents that are there and cannot be used; `resolveGroup` takes them, so as not to call them missing. */
  readonly broken: readonly BrokenDocument[];
  readonly findings: readonly Finding[];
}

/** Parses YAML and JSON sources. A document with findings in its values is still given where its shape is right. */
export function parseDocuments(sources: readonly SourceText[]): ParsedDocuments {
  const usable: ProfileDocument[] = [];
  const broken: BrokenDocument[] = [];
  const findings: Finding[] = [];
  const raw: RawWithFile[] = [];
  for (const source of sources) {
    const read = readYaml(source);
    findings.push(...read.findings);
    for (let count = 0; count < read.broken; count += 1) broken.push({});
    if (read.documents.length + read.broken === 0) findings.push(nothingIn(source));
    for (const plain of read.documents) {
      const one = headOf(plain, source, findings);
      if (one === undefined) broken.push({});
      else raw.push(one);
    }
  }
  for (const one of raw) {
    const before = findings.length;
    const heir = inherit(one, raw, findings);
    const checked = checkDocument(one, heir, findings);
    if (checked !== undefined)
      usable.push({ ...checked, sound: heir.sound && heir.complete && findings.length === before });
    else if (!heir.abstract)
      broken.push({ kind: one.kind, ...(one.name === undefined ? {} : { name: one.name }) });
  }
  findings.push(...duplicates(raw));
  return { documents: withoutShadowed(usable, broken), broken, findings: distinct(findings) };
}

function nothingIn({ file }: SourceText): Finding {
  const position = { file, line: 1, column: 1 };
  const text = "the file holds no document: it is empty, or all of it is comment";
  return { severity: "warning", code: "NO_DOCUMENT", position, text, hint: STARTS_WITH };
}

interface RawWithFile extends RawDocument {
  readonly file: string;
}

/** Kind and name, or findings: without them a document is nothing. */
function headOf(plain: PlainDocument, source: SourceText, findings: Finding[]): RawWithFile | undefined {
  const fault = (code: string, text: string, hint: string): undefined => {
    findings.push({ severity: "error", code, position: plain.at(["kind"]), text, hint });
  };
  const { value } = plain;
  if (!isMap(value)) {
    fault("WRONG_TYPE", "a document must be a map", STARTS_WITH);
    return;
  }
  const { kind, name } = value;
  if (kind === undefined) {
    fault("MISSING_KEY", "kind is missing", STARTS_WITH);
    return;
  }
  if (typeof kind !== "string" || !isProfileKind(kind)) {
    const text = typeof kind === "string" ? kind : JSON.stringify(kind);
    fault("UNKNOWN_KIND", `there is no kind ${text}`, hintFor(text, PROFILE_KINDS));
    return;
  }
  const named = typeof name === "string" ? name : undefined;
  return { ...plain, kind, name: named, file: source.file, library: source.library === true };
}

/** The document where it can be used; a base for others alone is not. */
function checkDocument(
  raw: RawWithFile,
  heir: HeirDocument,
  findings: Finding[],
): ProfileDocument | undefined {
  const { kind, name, file, library } = raw;
  const result = schemaOf(kind).safeParse(heir.value);
  const partial = heir.abstract || !heir.complete;
  const all = result.success ? [] : result.error.issues;
  const issues = partial ? issuesOfBase(heir, all) : all;
  const shape = shapeFindings(kind, heir, issues);
  findings.push(...shape.findings);
  if (!shape.usable || partial || name === undefined) return undefined;
  const { at, atKey, comment, filledBy, value } = heir;
  // The schemas transform nothing, so that what they found right, unknown keys and bad texts apart, has their type.
  return { kind, name, value, file, library, at, atKey, comment, filledBy, sound: true } as ProfileDocument;
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function duplicates(documents: readonly RawDocument[]): Finding[] {
  const first = new Map<string, RawDocument>();
  return documents.flatMap((document) => {
    if (document.name === undefined) return [];
    const key = `${String(document.library)} ${document.kind} ${document.name}`;
    const earlier = first.get(key);
    first.set(key, earlier ?? document);
    if (earlier === undefined) return [];
    const { file, line } = earlier.at(["name"]);
    const text = `there are two documents ${document.kind} ${document.name}; the other one is at ${file}:${line}`;
    return [
      { severity: "error", code: "DUPLICATE_DOCUMENT", position: document.at(["name"]), text } as const,
    ];
  });
}

// A broken document of the user's own hides the library's too: falling back to that one would be a surprise.
function withoutShadowed(
  documents: readonly ProfileDocument[],
  broken: readonly BrokenDocument[],
): ProfileDocument[] {
  const own = new Set<string>();
  for (const { kind, name } of broken)
    if (kind !== undefined && name !== undefined) own.add(`${kind} ${name}`);
  for (const { kind, name, library } of documents) if (!library) own.add(`${kind} ${name}`);
  return documents.filter(({ kind, name, library }) => !library || !own.has(`${kind} ${name}`));
}
