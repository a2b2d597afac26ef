// Fields of JSON and YAML that other tools print: taken where they are of the right kind, passed over where they are missing or new.
import { parse } from "yaml";

/** A map of such a document. */
export class Fields {
  constructor(private readonly value: Readonly<Record<string, unknown>>) {}

  /** The text; numbers too, because YAML writes a version like 20231230.1 without quotes. */
  text(name: string): string | undefined {
    const value = this.value[name];
    if (typeof value === "number") return String(value);
    return typeof value === "string" && value !== "" && value !== "null" && value !== "~" ? value : undefined;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  }

  /** Undefined where the tool did not say. */
  flag(name: string): boolean | undefined {
    const value = this.value[name];
    if (value === true || value === "true") return true;
    return value === false || value === "false" ? false : undefined;
  }

  /** Whether the tool said that it is so. */
  is(name: string): boolean {
    return this.flag(name) === true;
  }

  map(name: string): Fields | undefined {
    return fieldsOf(this.value[name]);
  }

  list(name: string): Fields[] {
    const value = this.value[name];
    return Array.isArray(value) ? value.flatMap((one) => fieldsOf(one) ?? []) : [];
  }

  /** The texts of a list. */
  texts(name: string): string[] {
    const value = this.value[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  }

  has(name: string): boolean {
    return Object.hasOwn(this.value, name);
  }
}

/** The document's root map; undefined where the text is no such document. YAML's scalars stay text, so that no version becomes a number. */
export function readFields(text: string): Fields | undefined {
  try {
    const json = text.trimStart().startsWith("{");
    return fieldsOf(
      json
        ? (JSON.parse(text) as unknown)
        : (parse(text, { schema: "failsafe", logLevel: "silent" }) as unknown),
    );
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Fields(value as Readonly<Record<string, unknown>>);
}

/** Only what is known. */
export function known<Facts extends object>(
  facts: Facts,
): { [Name in keyof Facts]?: Exclude<Facts[Name], undefined> } {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Facts]?: Exclude<Facts[Name], undefined> };
}
