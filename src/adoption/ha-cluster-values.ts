// How the Ansible role ha_cluster writes values: maps, lists of maps, and lists of names with values.

/** Says that something below a variable is left out, and why. */
export type LeftOut = (path: readonly (string | number)[], why: string) => void;

/** The variables by their names without `ha_cluster_`. */
export type Variables = Readonly<Record<string, unknown>>;

/** A map of a YAML document. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of maps; anything else is none. */
export function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** `[{ name, value }]` as the role writes names and values. */
export function pairsOf(value: unknown): readonly (readonly [name: string, value: string])[] {
  return recordsOf(value).map((pair) => [wordOf(pair["name"]), wordOf(pair["value"])] as const);
}

/** A scalar as text. */
export function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}
