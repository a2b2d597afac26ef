// Whether pcs can say something exactly: its words, or the reason why not. pcs(8), version 0.11 and newer.
import type { XmlElement } from "../xml/index.js";

/** The words, with options of pcs that go before them. */
export interface Said {
  readonly words: readonly string[];
  readonly options?: readonly string[];
}

/** What pcs can say, one command after the other; or why it cannot. */
export type Saying = readonly Said[] | Unsaid;

/** Why pcs cannot say something, as the end of a sentence. */
export interface Unsaid {
  readonly reason: string;
}

/** True where pcs has no words. */
export function isUnsaid(saying: readonly unknown[] | Unsaid): saying is Unsaid {
  return "reason" in saying;
}

/** Throws away nothing: the first reason, or all words in one list. */
export function sentence(...parts: readonly (readonly string[] | Unsaid)[]): string[] | Unsaid {
  const words: string[] = [];
  for (const part of parts) {
    if (isUnsaid(part)) return part;
    words.push(...part);
  }
  return words;
}

// Words that pcs takes for its own wherever they stand alone.
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "and or then with set setoptions rule op meta clone promotable master bundle before after group start stop promote demote " +
    "started stopped promoted unpromoted slave transport totem quorum link crypto compression date date-spec defined not_defined " +
    "string integer number version help add config create delete remove show"
  ).split(" "),
);

/** An id or node name as a word of its own; pcs must not take it for a keyword, an option, or `name=value`. */
export function bareWord(text: string): string[] | Unsaid {
  if (text === "") return { reason: "pcs takes no empty name" };
  if (KEYWORDS.has(text.toLowerCase())) return { reason: `pcs takes ${text} for a word of its own` };
  // It reads --wait=… even where no option can stand.
  if (text.startsWith("--")) return { reason: `pcs would take ${text} for an option` };
  if (/[=%()]/.test(text)) return { reason: `pcs would take the name ${text} apart` };
  return [text];
}

/** `name=value`; pcs takes an empty value for an order to delete, and the first `=` for the end of the name. */
export function nameValue(name: string, value: string): string[] | Unsaid {
  if (value === "") return { reason: `pcs cannot set ${name} to nothing` };
  if (!/^[^=\s-][^=]*$/.test(name)) return { reason: `pcs cannot write the name ${name}` };
  return [`${name}=${value}`];
}

/** The reason why an element says more than pcs can: an attribute or child that is not among the known. */
export function extras(
  element: XmlElement,
  known: { readonly attributes: readonly string[]; readonly children?: readonly string[] },
): string[] | Unsaid {
  const attribute = Object.keys(element.attributes).find((name) => !known.attributes.includes(name));
  if (attribute !== undefined) return { reason: `pcs cannot set ${attribute} here` };
  const child = element.children.find(({ name }) => known.children?.includes(name) !== true);
  return child === undefined ? [] : { reason: `pcs cannot write ${child.name} here` };
}

/** The id that pcs makes of a text: what an XML id may not hold is left out. */
export function pcsId(text: string): string {
  return text.replace(/^[^A-Za-z_]/, "").replace(/[^A-Za-z0-9_.-]/g, "");
}
