// An XML element as data (XML 1.0, fifth edition), as far as Pacemaker's files and tool output need it.

/** Name under which a comment is kept when `parseXml` is told to keep comments; its text is the comment. */
export const COMMENT = "#comment";

/** One element. `attributes` has no prototype, so that any name may be looked up in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data of the element in one piece; absent where it is only white space. */
  readonly text?: string;
}

/** Makes an element; an attribute whose value is undefined is left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: readonly XmlElement[] = [],
): XmlElement {
  const kept = emptyAttributes();
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) kept[key] = value;
  return { name, attributes: kept, children };
}

/** The direct children called `name`, in document order. */
export function childrenOf(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The first direct child called `name`. */
export function childOf(parent: XmlElement, name: string): XmlElement | undefined {
  return parent.children.find((child) => child.name === name);
}

/** An attribute record without a prototype. */
export function emptyAttributes(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}
