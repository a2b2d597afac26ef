// Writes TOML 1.0 (https://toml.io/en/v1.0.0) as far as blueprints need it: tables, arrays of tables, texts, numbers, lists.

/** A value of a key. */
export type TomlValue = string | number | boolean | readonly TomlValue[];
/** A table: values, tables, and arrays of tables; absent keys are left out. */
export interface TomlTable {
  readonly [key: string]: TomlValue | TomlTable | readonly TomlTable[] | undefined;
}

/** A whole document. */
export function writeToml(root: TomlTable): string {
  return `${table(root, []).join("\n")}\n`;
}

function table(one: TomlTable, path: readonly string[]): string[] {
  const own: string[] = [];
  const below: string[] = [];
  for (const [name, value] of Object.entries(one)) {
    const inner = [...path, key(name)];
    if (value === undefined) continue;
    if (isTables(value))
      for (const item of value) below.push("", `[[${inner.join(".")}]]`, ...table(item, inner));
    else if (isTable(value)) {
      const lines = table(value, inner);
      // A table that only holds tables needs no header of its own.
      const header = lines[0] === "" ? [] : ["", `[${inner.join(".")}]`];
      below.push(...header, ...lines);
    } else own.push(`${key(name)} = ${scalar(value)}`);
  }
  return [...own, ...below];
}

function key(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}

function scalar(value: TomlValue): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
  return typeof value === "object" ? `[${value.map(scalar).join(", ")}]` : String(value);
}

function isTable(value: TomlValue | TomlTable | readonly TomlTable[]): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value);
}

function isTables(value: TomlValue | TomlTable | readonly TomlTable[]): value is readonly TomlTable[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === "object" && !Array.isArray(item))
  );
}
