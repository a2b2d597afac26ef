// What a schema says against a document, as findings: nearest names for unknown keys, and words instead of type theory.
import type { Finding } from "../errors/index.js";
import { wholeSchema } from "./kinds.js";
import { withFilling } from "./report.js";
import type { DocumentPath, ProfileKind } from "./source.js";
import { hintFor } from "./spelling.js";
import { withUnit } from "./values.js";
import type { PlainDocument } from "./yaml.js";
import type { z } from "./zod.js";

type Issue = z.core.$ZodIssue;

/** Of a document that others complete, what is missing and what still has a {parameter} in it is no fault. */
export function issuesOfBase(document: PlainDocument, issues: readonly Issue[]): Issue[] {
  return issues.filter((issue) => {
    const value = valueAt(document.value, issue.path.map(String));
    return value !== undefined && !(typeof value === "string" && /\{[^{}]+\}/.test(value));
  });
}

/** The findings of a failed parse, and whether the value can be used all the same (only unknown keys and bad text in it). */
export function shapeFindings(
  kind: ProfileKind,
  document: PlainDocument,
  issues: readonly Issue[],
): { findings: Finding[]; usable: boolean } {
  const findings = issues.flatMap((issue) => describe(kind, document, issue));
  const usable = issues.every((issue) => issue.code === "unrecognized_keys" || issue.code === "custom");
  return { findings, usable };
}

function describe(kind: ProfileKind, document: PlainDocument, issue: Issue): Finding[] {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const meant = issue.code === "invalid_union" ? meantOption(issue) : undefined;
  if (meant !== undefined)
    return meant.flatMap((inner) =>
      describe(kind, document, { ...inner, path: [...issue.path, ...inner.path] }),
    );
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(kind, document, path, key));
  }
  const value = valueAt(document.value, path);
  const field = path.length === 0 ? "the document" : fieldName(path);
  const missing = value === undefined && path.length > 0;
  const remark = missing
    ? { code: "MISSING_KEY", text: `${field} is missing`, ...allowedHint(issue) }
    : remarkOn(issue, { kind, path, field, value });
  const atKey = issue.code === "custom" && issue.params?.atKey === true;
  const position = atKey ? document.atKey(path) : document.at(path);
  return [withFilling({ severity: "error", position, ...remark }, document.filledBy?.(path))];
}

function allowedHint(issue: Issue): { hint?: string } {
  return issue.code === "invalid_value" ? { hint: hintFor("", issue.values.map(String)) } : {};
}

type Remark = Pick<Finding, "code" | "text" | "hint">;

/** Of a union the option that the value was meant to be: the one whose own type it has. */
function meantOption(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const fitting = issue.errors.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || !TYPE_CODES.has(code)),
  );
  if (fitting.length < 2) return fitting[0];
  // Of several maps, the one that has all these keys.
  const known = fitting.filter((issues) => issues.every(({ code }) => code !== "unrecognized_keys"));
  return known.length === 1 ? known[0] : undefined;
}

const TYPE_CODES: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

interface RemarkPlace {
  readonly kind: ProfileKind;
  readonly path: DocumentPath;
  readonly field: string;
  readonly value: unknown;
}

function remarkOn(issue: Issue, at: RemarkPlace): Remark {
  const { kind, path, field, value } = at;
  switch (issue.code) {
    case "custom":
      return customRemark(issue, field);
    case "invalid_type":
      return wrongType(issue, at);
    case "invalid_value": {
      const hint = hintFor(typeof value === "string" ? value : "", issue.values.map(String));
      return {
        code: "BAD_VALUE",
        text: `${field} cannot be ${typeof value === "string" ? value : typeOf(value)}`,
        hint,
      };
    }
    case "invalid_union":
      return {
        code: "WRONG_TYPE",
        text: `${field} must be ${schemaName(schemasAt(kind, path))}, not ${typeOf(value)}`,
      };
    case "too_small":
      return { code: "TOO_SMALL", text: `${field} must ${quantity(issue.origin)} at least ${issue.minimum}` };
    case "too_big":
      return { code: "TOO_BIG", text: `${field} must ${quantity(issue.origin)} at most ${issue.maximum}` };
    default:
      return { code: "BAD_VALUE", text: `${field} is not valid: ${issue.message}` };
  }
}

function wrongType(issue: z.core.$ZodIssueInvalidType, { kind, path, field, value }: RemarkPlace): Remark {
  const schemas = schemasAt(kind, path);
  const code = "WRONG_TYPE";
  if (typeof value === "string" && schemas.some(isSecret))
    return {
      code,
      text: `${field} is a secret: a reference to it stands here, never the secret itself`,
      hint: "as { secret: bmc/n1 }",
    };
  const text = `${field} must be ${typeName(issue.expected)}, not ${typeOf(value)}`;
  if (issue.expected !== "string") return { code, text };
  if (typeof value === "number") {
    const meant = schemas.map((schema) => withUnit(property(schema, "pattern"), value)).find(Boolean);
    return { code, text, hint: meant === undefined ? "put it in quotes" : `with a unit, as ${meant}` };
  }
  return typeof value === "boolean" ? { code, text, hint: "put it in quotes" } : { code, text };
}

function isSecret(schema: unknown): boolean {
  return property(property(schema, "properties"), "secret") !== undefined;
}

/** A rule of ours says what is wrong, with a code, and maybe what to do. */
function customRemark(issue: z.core.$ZodIssueCustom, field: string): Remark {
  const code: unknown = issue.params?.code;
  const hint: unknown = issue.params?.hint;
  return {
    code: typeof code === "string" ? code : "BAD_VALUE",
    text: `${field}: ${issue.message}`,
    ...(typeof hint === "string" ? { hint } : {}),
  };
}

function quantity(origin: string): string {
  return origin === "number" || origin === "int" ? "be" : "have";
}

function unknownKey(kind: ProfileKind, document: PlainDocument, path: DocumentPath, key: string): Finding {
  const place = path.length === 0 ? kind : fieldName(path);
  return {
    severity: "error",
    code: "UNKNOWN_KEY",
    position: document.atKey([...path, key]),
    text: `${place} has no key ${key}`,
    hint: hintFor(key, allowedKeys(kind, path)),
  };
}

/** The keys that a kind allows at a path, from its JSON Schema. */
function allowedKeys(kind: ProfileKind, path: DocumentPath): string[] {
  const keys = schemasAt(kind, path).flatMap((schema) => {
    const properties = property(schema, "properties");
    return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  });
  return [...new Set(keys)];
}

/** The JSON Schemas that a value at a path may follow: several where the kind leaves a choice. */
function schemasAt(kind: ProfileKind, path: DocumentPath): unknown[] {
  let schemas = options(wholeSchema(kind));
  for (const step of path) {
    const next = schemas.map((schema) =>
      typeof step === "number"
        ? property(schema, "items")
        : (property(property(schema, "properties"), step) ?? property(schema, "additionalProperties")),
    );
    // A closed map says false of other keys.
    schemas = next.filter((schema) => typeof schema === "object").flatMap(options);
  }
  return schemas;
}

function options(schema: unknown): unknown[] {
  const several = property(schema, "anyOf");
  return Array.isArray(several) ? several.flatMap(options) : [schema];
}

/** What a choice of schemas wants, in words. */
function schemaName(schemas: readonly unknown[]): string {
  const names = schemas.flatMap((schema): string[] => {
    const values = property(schema, "enum");
    if (Array.isArray(values)) return values.map(String);
    const type = property(schema, "type");
    if (Array.isArray(type)) return type.map((one) => typeName(String(one)));
    return [typeName(type === "integer" ? "int" : String(type))];
  });
  const words = [...new Set(names)];
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  let current = value;
  for (const step of path) current = property(current, String(step));
  return current;
}

/** A path as people write it: `nodes[0].addresses.site`. */
export function fieldName(path: DocumentPath): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join("");
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a map",
    record: "a map",
  };
  return (Object.hasOwn(names, expected) ? names[expected] : undefined) ?? expected;
}

// The value itself is not shown: where a reference belongs, somebody may have put the secret.
function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
