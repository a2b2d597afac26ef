// How the grammar of `<configuration>` is written down: which element has which attributes and children, and how each is said in YAML.

/** What an attribute may hold; a list is the only values. Values stay the text that they are. */
export type AttributeType = "text" | "id" | "boolean" | "integer" | "score" | readonly string[];

/** One attribute of an element. */
export interface AttributeGrammar {
  readonly name: string;
  readonly type: AttributeType;
  readonly required: boolean;
}

/**
 * How children stand in YAML:
 * - `sets`: attribute sets; one plain set is a map of its pairs, anything more a list of sets.
 * - `one`: a single child, as a map; or as the value of its own only slot (`bare`).
 * - `list`: children of one name, as a list of maps.
 * - `kinds`: children of several names, as a list of maps whose leading key is the name; `flat`: with the rest beside it.
 * - `kind`: one child of several names, as such a flat map.
 * - `names`: children that only name something, as a list of texts.
 */
export type SlotForm = "sets" | "one" | "list" | "kinds" | "kind" | "names";

/** One key for children. */
export interface SlotGrammar {
  readonly key: string;
  readonly form: SlotForm;
  /** Names of the elements that stand here. */
  readonly tags: readonly string[];
  readonly flat?: boolean;
}

/** One element. */
export interface ElementGrammar {
  readonly attributes: readonly AttributeGrammar[];
  readonly slots: readonly SlotGrammar[];
  /** The attribute that a leading key carries; default `id`. */
  readonly lead: string;
  /** Without attributes it is written as the value of this slot alone. */
  readonly bare?: string;
  /** `class`, `provider` and `type` are written as one `agent` where they can be. */
  readonly agent: boolean;
  /** What it is, for editors. */
  readonly about?: string;
}

/** The attributes of `id! name! score`, with `!` for those that must be there; types by name, or as given. */
export function attributesOf(
  words: string,
  common: Readonly<Record<string, AttributeType>>,
  own: Readonly<Record<string, AttributeType>>,
): AttributeGrammar[] {
  return words
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      const name = word.replace("!", "");
      const type = own[name] ?? common[name] ?? "text";
      return { name, type, required: word.endsWith("!") };
    });
}

/** Why a text is no value of that type, as the end of a sentence; undefined where it is one. */
export function valueFault(type: AttributeType, text: string): string | undefined {
  if (typeof type === "object") return type.includes(text) ? undefined : `one of ${type.join(", ")}`;
  switch (type) {
    case "id":
      return text !== "" && !/\s/.test(text) ? undefined : "an id: text without white space";
    case "boolean":
      return /^(true|false|1|0)$/.test(text) ? undefined : "true or false";
    case "integer":
      return /^\s*[+-]?\d+\s*$/.test(text) ? undefined : "a whole number";
    case "score":
      return /^([+-]?(\d+|INFINITY|infinity))$|^(red|yellow|green)$/.test(text)
        ? undefined
        : "a whole number, INFINITY or -INFINITY";
    case "text":
      return undefined;
  }
}
