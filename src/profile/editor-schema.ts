// A kind's JSON Schema for editors, which see one document at a time: an heir leaves out what its base says, and a base has {parameters}.
import { NAMED_LISTS } from "./merge-values.js";

type Schema = Readonly<Record<string, unknown>>;

const PARAMETER = "\\{[^{}]+\\}";
const REMOVE = { const: true, description: "Takes the one of this name out of what the base has" };
/** Documents that are not whole by themselves. */
const PARTIAL = {
  anyOf: [{ required: ["base"] }, { required: ["abstract"], properties: { abstract: { const: true } } }],
};
/** Where other schemas stand in one. Choices stay as they are, since what each of them needs tells them apart. */
const SINGLE = ["items", "additionalProperties"] as const;

/** The schema with what inheritance allows; `filled` where values of the kind may be parameters of its documents. */
export function forEditors(schema: Schema, filled: boolean): Schema {
  return { ...opened(schema, filled), required: ["kind", "name"], if: PARTIAL, else: requiredIn(schema) };
}

/** Without what must be there, and with what only documents that inherit have. */
function opened(schema: Schema, filled: boolean): Schema {
  const open = inner(schema, (one, key) => {
    const changed = opened(one, filled);
    return NAMED_LISTS.has(key) ? withRemoval(changed) : changed;
  });
  const rest = Object.fromEntries(
    Object.entries({ ...schema, ...open }).filter(([key]) => key !== "required"),
  );
  return filled ? withParameter(rest) : rest;
}

/** What must be there, and nothing else of the schema. */
function requiredIn(schema: Schema): Schema {
  const { required } = schema;
  return { ...inner(schema, requiredIn), ...(required === undefined ? {} : { required }) };
}

/** The schemas of keys and items, changed. */
function inner(schema: Schema, change: (one: Schema, key: string) => Schema): Schema {
  const { properties } = schema;
  const single = SINGLE.flatMap((key) => {
    const one = schema[key];
    return isSchema(one) ? [[key, change(one, key)] as const] : [];
  });
  const changed = Object.fromEntries(single);
  if (!isSchema(properties)) return changed;
  const entries = Object.entries(properties).map(([key, one]) => [
    key,
    isSchema(one) ? change(one, key) : one,
  ]);
  return { ...changed, properties: Object.fromEntries(entries) as Schema };
}

function withRemoval(list: Schema): Schema {
  const { items } = list;
  if (!isSchema(items) || !isSchema(items["properties"])) return list;
  return { ...list, items: { ...items, properties: { ...items["properties"], remove: REMOVE } } };
}

/** A value that may be a parameter, or have one in it. */
function withParameter(schema: Schema): Schema {
  const { type, enum: values, pattern, description, ...rest } = schema;
  const { anyOf } = schema;
  if (Array.isArray(anyOf))
    return { ...schema, anyOf: anyOf.map((one: unknown) => (isSchema(one) ? withParameter(one) : one)) };
  if (typeof pattern === "string") return { ...schema, pattern: `${pattern}|${PARAMETER}` };
  if (values === undefined && !["integer", "number", "boolean"].includes(String(type))) return schema;
  const own = { type, ...(values === undefined ? {} : { enum: values }), ...rest };
  const parameter = { type: "string", pattern: `^${PARAMETER}$` };
  return { ...(description === undefined ? {} : { description }), anyOf: [own, parameter] };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
