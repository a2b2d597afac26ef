// Parameters filled into the texts of a document that others inherit, and whose value stands where.
import type { Finding } from "../errors/index.js";
import { isMap } from "./merge-values.js";
import type { DocumentPath } from "./source.js";
import { hintFor, nearestName } from "./spelling.js";
import type { PlainDocument } from "./yaml.js";

type Scalar = string | number | boolean;
type Named = PlainDocument & { readonly kind: string; readonly name: string | undefined };

/** Whose values are filled in, and where to report. */
interface Filler {
  /** Names of all parameters, also those without a value. */
  readonly known: readonly string[];
  /** What the heir gives; the others are defaults. */
  readonly given: Readonly<Record<string, Scalar>>;
  readonly heir: Named | undefined;
  readonly findings: Finding[];
}

/** The value of the document with these for its parameters, and for each path the parameters in it with where they are from. */
export function filledDocument(
  document: Named,
  values: ReadonlyMap<string, Scalar>,
  { known, given, heir, findings }: Filler,
): Required<Pick<PlainDocument, "value" | "filledBy">> {
  const filled = new Map<string, readonly string[]>();
  const value = filledValue(document.value, [], { values, known, document, findings, filled });
  const from = (key: string): string => {
    const own = Object.hasOwn(given, key);
    const at = own ? heir?.at(["with", key]) : document.at(["parameters", key, "default"]);
    const who = own ? (heir?.name ?? "") : `the default of ${document.name ?? document.kind}`;
    const place = at === undefined ? "" : ` (${at.file}:${at.line}:${at.column})`;
    return `{${key}} is ${String(values.get(key))} by ${who}${place}`;
  };
  return { value, filledBy: (path) => filled.get(JSON.stringify(path))?.map(from).join(", ") };
}

interface Filling {
  readonly values: ReadonlyMap<string, Scalar>;
  readonly known: readonly string[];
  readonly document: Named;
  readonly findings: Finding[];
  /** Told which parameters were filled in at a path. */
  readonly filled: Map<string, readonly string[]>;
}

function filledValue(one: unknown, path: DocumentPath, filling: Filling): unknown {
  if (typeof one === "string") return filledText(one, path, filling);
  if (Array.isArray(one)) return one.map((item, index) => filledValue(item, [...path, index], filling));
  if (!isMap(one)) return one;
  const filled = Object.create(null) as Record<string, unknown>;
  for (const [key, inner] of Object.entries(one)) {
    const own = path.length === 0 && key === "parameters";
    filled[key] = own ? inner : filledValue(inner, [...path, key], filling);
  }
  return filled;
}

/** `{name}` alone takes the value with its type; within a text it becomes text. */
function filledText(
  text: string,
  path: DocumentPath,
  { values, known, document, findings, filled }: Filling,
): unknown {
  const names = [...text.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? "");
  const used = [...new Set(names)].filter((name) => values.has(name));
  if (used.length > 0) filled.set(JSON.stringify(path), used);
  const whole = /^\{([^{}]+)\}$/.exec(text)?.[1];
  if (whole !== undefined && values.has(whole)) return values.get(whole);
  return text.replace(/\{([A-Za-z][A-Za-z0-9_-]*)\}/g, (template, name: string) => {
    const found = values.get(name);
    if (found !== undefined) return String(found);
    if (!known.includes(name) && nearestName(name, known) !== undefined) {
      findings.push({
        severity: "error",
        code: "UNKNOWN_PARAMETER",
        position: document.at(path),
        text: `{${name}} is no parameter of ${document.name ?? document.kind}`,
        hint: hintFor(name, known),
      });
    }
    return template;
  });
}
