// How the Ansible role ha_cluster writes values: maps, lists of maps, and lists of names with values.

/** Keys and indexes below a variable. */
export type VariablePath = readonly (string | number)[];

/** Says that something below a variable is left out, and why. */
export type LeftOut = (path: VariablePath, why: string) => void;

/** The variables by their names without `ha_cluster_`. */
export type Variables = Readonly<Record<string, unknown>>;

/** One map of a variable, where it stands, and where to say what of it is left out. */
export interface Item {
  readonly map: Readonly<Record<string, unknown>>;
  readonly path: VariablePath;
  readonly left: LeftOut;
}

/** A map of a YAML document. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of maps; anything else is none. */
export function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The maps of a list, each with its place. */
export function itemsOf(value: unknown, path: VariablePath, left: LeftOut): Item[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return all.flatMap((map, index) => (isRecord(map) ? [{ map, path: [...path, index], left }] : []));
}

/** Names each key that is none of these. */
export function onlyKeys({ map, path, left }: Item, known: readonly string[]): void {
  for (const key of Object.keys(map))
    if (!known.includes(key)) left([...path, key], `it is no part of ${path[0] ?? "this"} that we know`);
}

/** `[{ name, value }]` as the role writes names and values. */
export function pairsOf(value: unknown): readonly (readonly [name: string, value: string])[] {
  return recordsOf(value).map((pair) => [wordOf(pair["name"]), wordOf(pair["value"])] as const);
}

/** The same as a map of attributes. */
export function optionsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(pairsOf(value));
}

/** A scalar as text. */
export function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

/** A list of scalars as texts. */
export function wordsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(wordOf) : [];
}

/** True as YAML 1.1, which Ansible reads, says it. */
export function isTrue(value: unknown): boolean {
  return value === true || /^(yes|on|true|y)$/i.test(wordOf(value));
}

/** What pcs takes out of an id that it makes. */
export function idOf(text: string): string {
  return text.replace(/^[^A-Za-z_]+/, "").replace(/[^A-Za-z0-9_.-]/g, "");
}

/** A role by its name of today. */
export function roleOf(value: unknown): string | undefined {
  const word = wordOf(value).toLowerCase();
  if (word === "") return undefined;
  const now = { master: "promoted", slave: "unpromoted" }[word] ?? word;
  return `${now.slice(0, 1).toUpperCase()}${now.slice(1)}`;
}

/**
 * `KEY: [{ pairs }]` of `[{ attrs: [{ name, value }] }]`; nothing where there are no pairs. The role takes the first set only, and so do we:
 * others are named.
 */
export function setUnder(key: string, { map, path, left }: Item, variable: string): Record<string, unknown> {
  const [first, ...others] = recordsOf(map[variable]);
  for (const [index] of others.entries())
    left([...path, variable, index + 1], "the role takes the first set only");
  const pairs = pairsOf(first?.["attrs"]).map(([name, value]) => ({ name, value }));
  return pairs.length === 0 ? {} : { [key]: [{ pairs }] };
}
