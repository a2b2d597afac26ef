// JSON Schema (draft 2020-12) of `cib:`, made from the grammar, so that editors complete and check what the decoder takes.
import { expectedId } from "./default-ids.js";
import type { AttributeGrammar, AttributeType, ElementGrammar, SlotGrammar } from "./grammar.js";
import { GRAMMAR } from "./grammar-table.js";
import { SECRET, SECRET_PLACE } from "./secret-attribute.js";

type Schema = Record<string, unknown>;

const SCALAR: Schema = { type: ["string", "number", "boolean"] };
const SETS: ReadonlySet<string> = new Set([
  "cluster_property_set",
  "instance_attributes",
  "meta_attributes",
  "utilization",
  "nvpair",
]);

/** The schema of the part, and the definitions that it refers to, for the root of the document's schema. */
export function tierJsonSchema(): { readonly schema: Schema; readonly definitions: Schema } {
  const definitions: Schema = { "cib.pair": pair(), "cib.sets": sets() };
  for (const [tag, known] of Object.entries(GRAMMAR)) {
    if (SETS.has(tag)) continue;
    definitions[`cib.${tag}`] = whole(tag, known);
    definitions[`cib.flat.${tag}`] = map(tag, known, true);
  }
  const used = JSON.stringify(definitions);
  const kept = Object.entries(definitions).filter(
    ([name]) => name === "cib.configuration" || used.includes(`"#/$defs/${name}"`),
  );
  return { schema: reference("configuration"), definitions: Object.fromEntries(kept) };
}

function reference(name: string): Schema {
  return { $ref: `#/$defs/cib.${name}` };
}

function whole(tag: string, known: ElementGrammar): Schema {
  const bare = known.slots.find((one) => one.key === known.bare);
  const about = known.about === undefined ? {} : { description: known.about };
  if (bare === undefined) return { ...map(tag, known, false), ...about };
  if (known.attributes.length === 0) return { ...slot(bare), ...about };
  return { anyOf: [slot(bare), map(tag, known, false)], ...about };
}

function map(tag: string, known: ElementGrammar, flat: boolean): Schema {
  const attributes = known.attributes.filter(({ name }) => !flat || name !== known.lead);
  const lead = flat ? { [tag]: { type: ["string", "number"], description: `Its ${known.lead}` } } : {};
  const agent =
    flat && known.agent ? { agent: { type: "string", description: "class:type, or ocf:provider:type" } } : {};
  const properties = {
    ...lead,
    ...agent,
    ...Object.fromEntries(attributes.map(({ name, type }) => [name, typed(type)])),
    ...Object.fromEntries(known.slots.map((one) => [one.key, slot(one)])),
  };
  const required = [
    ...(flat ? [tag] : []),
    ...attributes.filter((one) => isNeeded(tag, known, one)).map(({ name }) => name),
  ];
  const about = known.about === undefined ? {} : { description: known.about };
  return {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...about,
  };
}

function isNeeded(tag: string, known: ElementGrammar, { name, required }: AttributeGrammar): boolean {
  if (!required || (known.agent && ["class", "type"].includes(name))) return false;
  const place = { owner: "x", parent: "", index: 0, attributes: { target: "x", index: "1" } };
  return name !== "id" || expectedId(tag, place) === undefined;
}

function slot({ form, tags, flat }: SlotGrammar): Schema {
  const [first = ""] = tags;
  switch (form) {
    case "sets":
      return reference("sets");
    case "one":
      return reference(first);
    case "list":
      return { type: "array", items: reference(first) };
    case "names":
      return { type: "array", items: { type: ["string", "number"] } };
    case "kind":
      return choice(tags);
    case "kinds":
      return { type: "array", items: flat === true ? choice(tags) : wrapped(tags) };
  }
}

function choice(tags: readonly string[]): Schema {
  const all = tags.map((tag) => reference(`flat.${tag}`));
  return all.length === 1 && all[0] !== undefined ? all[0] : { anyOf: all };
}

function wrapped(tags: readonly string[]): Schema {
  const properties = Object.fromEntries(tags.map((tag) => [tag, reference(tag)]));
  return { type: "object", properties, minProperties: 1, maxProperties: 1, additionalProperties: false };
}

function typed(type: AttributeType): Schema {
  if (typeof type === "object") return { enum: [...type] };
  switch (type) {
    case "boolean":
      return { enum: [true, false, "true", "false", 1, 0, "1", "0"] };
    case "integer":
      return { type: ["integer", "string"] };
    case "id":
      return { type: ["string", "number"] };
    case "score":
      return { type: ["integer", "string"], description: "A whole number, INFINITY or -INFINITY" };
    case "text":
      return SCALAR;
  }
}

function pair(): Schema {
  const properties = {
    id: SCALAR,
    value: SCALAR,
    ...secret(),
  };
  return { anyOf: [SCALAR, { type: "object", properties, additionalProperties: false }] };
}

/** A secret in place of a value, and where the value goes. */
function secret(): Schema {
  const one = (properties: Schema): Schema => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  const text: Schema = { type: "string" };
  const sources = [
    { type: "string", description: "Path below the secrets folder" },
    one({ env: text }),
    one({ command: { type: "array", items: text, minItems: 1 } }),
    one({ sops: text, key: text }),
    one({ age: text }),
  ];
  const place = {
    enum: ["cib"],
    description: "The value stands in the CIB itself, not in a file of each node",
  };
  return { [SECRET]: { anyOf: sources }, [SECRET_PLACE]: place };
}

function sets(): Schema {
  const byName = { type: "object", additionalProperties: reference("pair") };
  const item = {
    type: "object",
    properties: { id: SCALAR, "id-ref": SCALAR, name: SCALAR, value: SCALAR, ...secret() },
    additionalProperties: false,
  };
  const set = {
    type: "object",
    properties: {
      id: { ...SCALAR, description: "Default: the id that pcs would choose" },
      "id-ref": { ...SCALAR, description: "The set of that id, here too" },
      score: { ...SCALAR, description: "Of several sets the one with the highest score comes first" },
      rule: reference("rule"),
      pairs: { anyOf: [byName, { type: "array", items: item }] },
    },
    additionalProperties: false,
  };
  return { anyOf: [byName, { type: "array", items: set }] };
}
