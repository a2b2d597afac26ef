// Which document inherits from which, and with which values: base → role → site, whatever the kind.
import type { Finding, Position } from "../errors/index.js";
import { filledDocument } from "./filling.js";
import { isMap, type Missed, mergeValues } from "./merge-values.js";
import { parameterSchema } from "./parameter.js";
import { readParameters } from "./parameters.js";
import type { DocumentPath, ProfileKind } from "./source.js";
import { hintFor } from "./spelling.js";
import type { PlainDocument } from "./yaml.js";
import { z } from "./zod.js";

const value = z.union([z.string(), z.number(), z.boolean()]);

/** Keys of every kind. */
export const heritageShape = {
  base: z.string().optional().describe("A document of the same kind, by name, that this one changes"),
  abstract: z.boolean().optional().describe("Only a base for others: it may leave out what they add"),
};
/** Keys of the kinds whose documents have parameters of their own that heirs fill; profiles are filled where they are used. */
export const filledShape = {
  ...heritageShape,
  with: z.record(z.string(), value).optional().describe("Values for the parameters of the base"),
  parameters: z
    .record(z.string(), parameterSchema)
    .optional()
    .describe("Values that heirs give; {parameter} in any text is replaced"),
};

/** A document with its kind and name, before its shape is checked. */
export interface RawDocument extends PlainDocument {
  readonly kind: ProfileKind;
  readonly name: string | undefined;
  readonly library: boolean;
}

/** A document with everything inherited filled in; places lead to the document that set a value. */
export interface HeirDocument extends PlainDocument {
  readonly abstract: boolean;
  /** False where a base is missing or a value for one is wrong: then nothing can be said about what is missing. */
  readonly complete: boolean;
}

const FILLED_KINDS: ReadonlySet<ProfileKind> = new Set(["NodeGroup", "ClusterPolicy", "TicketManager"]);
const OWN_KEYS: ReadonlySet<string> = new Set(["base", "abstract", "with", "parameters"]);
const MAX_GENERATIONS = 8;

interface Heritage {
  readonly all: readonly RawDocument[];
  readonly findings: Finding[];
  readonly line: readonly RawDocument[];
}

/** The document with what it inherits; what is wrong with its heritage goes to `findings`. */
export function inherit(
  document: RawDocument,
  all: readonly RawDocument[],
  findings: Finding[],
): HeirDocument {
  const layer = layerOf(document, {}, { all, findings, line: [] });
  return { ...layer, abstract: isAbstract(document) };
}

type Layer = PlainDocument & { readonly complete: boolean };
type Values = Readonly<Record<string, string | number | boolean>>;

function layerOf(document: RawDocument, given: Values, heritage: Heritage): Layer {
  const filled = fill(document, given, heritage);
  const root = filled.value;
  if (!isMap(root) || typeof root["base"] !== "string") return { ...filled };
  const line = [...heritage.line, document];
  const base = baseOf(document, root["base"], { ...heritage, line });
  if (base === undefined) return { ...filled, complete: false };
  const values = isMap(root["with"]) && FILLED_KINDS.has(document.kind) ? scalarsOf(root["with"]) : {};
  const layer = layerOf(base, values, { ...heritage, line });
  return laidOver(layer, filled, (path, name, known) => {
    // Of a base that lacks its own one, what it has is not known.
    if (!layer.complete) return;
    heritage.findings.push({
      severity: "error",
      code: "NOTHING_TO_REMOVE",
      position: filled.at([...path, "name"]),
      text: `there is no ${name} to remove: ${base.name ?? document.kind} has none of that name`,
      hint: hintFor(name, known),
    });
  });
}

/** What the base has as its own, and what it was told, do not pass on; its parameters do where the user of a profile fills them. */
function laidOver(base: Layer, over: Layer & { readonly kind: ProfileKind }, missed: Missed): Layer {
  const { kind } = over;
  const passed = isMap(base.value)
    ? Object.fromEntries(
        Object.entries(base.value).filter(
          ([key]) => !OWN_KEYS.has(key) || (key === "parameters" && !FILLED_KINDS.has(kind)),
        ),
      )
    : base.value;
  const places = new Map<string, { readonly layer: PlainDocument; readonly path: DocumentPath }>();
  const value = mergeValues(
    passed,
    over.value,
    (at, from) =>
      places.set(JSON.stringify(at), { layer: from.layer === "base" ? base : over, path: from.path }),
    missed,
  );
  const found = <Some>(
    path: DocumentPath,
    ask: (layer: PlainDocument, inner: DocumentPath) => Some,
  ): Some => {
    for (let length = path.length; length > 0; length -= 1) {
      const place = places.get(JSON.stringify(path.slice(0, length)));
      if (place !== undefined) return ask(place.layer, [...place.path, ...path.slice(length)]);
    }
    return ask(over, path);
  };
  return {
    value,
    at: (path) => found(path, (layer, inner) => layer.at(inner)),
    atKey: (path) => found(path, (layer, inner) => layer.atKey(inner)),
    comment: (path) => found(path, (layer, inner) => layer.comment(inner)),
    filledBy: (path) => found(path, (layer, inner) => layer.filledBy?.(inner)),
    sound: base.sound && over.sound,
    complete: base.complete && over.complete,
  };
}

function baseOf(
  document: RawDocument,
  name: string,
  { all, findings, line }: Heritage,
): RawDocument | undefined {
  const candidates = all.filter((one) => one.kind === document.kind && one !== document);
  const named = candidates.filter((one) => one.name === name);
  const base = named.find((one) => !one.library) ?? named[0];
  const position = document.at(["base"]);
  const fault = (code: string, text: string, hint: string): undefined => {
    findings.push({ severity: "error", code, position, text, hint });
  };
  if (base === undefined) {
    const names = [...new Set(candidates.flatMap((one) => one.name ?? []))];
    fault("UNKNOWN_BASE", `there is no ${document.kind} ${name} to inherit from`, hintFor(name, names));
    return;
  }
  if (line.includes(base) || line.length >= MAX_GENERATIONS) {
    const names = [...line, base].map((one) => one.name ?? "?").join(" → ");
    fault(
      "BASE_CYCLE",
      `${names} inherit from each other`,
      "a document has at most eight ancestors, none of them twice",
    );
    return;
  }
  return base;
}

/** The document with its parameters replaced by the values that its heir gives, or their defaults. */
function fill(
  document: RawDocument,
  given: Values,
  heritage: Heritage,
): Layer & { readonly kind: ProfileKind } {
  const heir = heritage.line.at(-1);
  const { value: root } = document;
  const known = FILLED_KINDS.has(document.kind) ? definitions(root) : {};
  const place = heir ?? document;
  // A base is filled by its heirs: by itself it lacks what only they know.
  const open = isAbstract(heritage.line[0] ?? document);
  const before = heritage.findings.length;
  const read = readParameters(
    {
      name: document.name ?? document.kind,
      known,
      defaultAt: (key) => document.at(["parameters", key, "default"]),
    },
    {
      values: given,
      path: ["with"],
      at: place.at,
      report: (code, path, text, options = {}) => {
        if (open && code === "MISSING_PARAMETER") return;
        // What fills it is missing, which was said where it is.
        if ((open || heritage.findings.length > 0) && isUnfilled(given[String(path[1])])) return;
        const position: Position = options.atKey === true ? place.atKey(path) : place.at(path);
        const { hint } = options;
        heritage.findings.push({
          severity: "error",
          code,
          position,
          text,
          ...(hint === undefined ? {} : { hint }),
        });
      },
    },
  );
  const complete = heritage.findings.length === before;
  if (Object.keys(known).length === 0) return { ...document, complete };
  const values = new Map<string, string | number | boolean>();
  for (const [key, definition] of Object.entries(known)) {
    const own = given[key] ?? definition.default;
    if (read.origins.has(key) && own !== undefined && typeof own !== "object") values.set(key, own);
  }
  const filler = { known: Object.keys(known), given, heir, findings: heritage.findings };
  return { ...document, ...filledDocument(document, values, filler), complete };
}

function isAbstract({ value: root }: RawDocument): boolean {
  return isMap(root) && root["abstract"] === true;
}

function isUnfilled(one: unknown): boolean {
  return typeof one === "string" && /\{[^{}]+\}/.test(one);
}

function definitions(root: unknown): Readonly<Record<string, z.infer<typeof parameterSchema>>> {
  const result = z
    .record(z.string(), parameterSchema)
    .safeParse(isMap(root) ? (root["parameters"] ?? {}) : {});
  return result.success ? result.data : {};
}

function scalarsOf(map: Readonly<Record<string, unknown>>): Values {
  const entries = Object.entries(map).flatMap(([key, one]) => {
    const scalar = value.safeParse(one);
    return scalar.success ? [[key, scalar.data] as const] : [];
  });
  return Object.fromEntries(entries);
}
