// Where an element stands while it is turned into a value, and who is told what cannot be said.
import type { XmlElement } from "../xml/index.js";

/** Where an element stands, and where to tell what cannot be said. */
export interface EncodePlace {
  readonly owner: string;
  readonly parent: string;
  readonly index: number;
  readonly tell: (element: XmlElement, text: string) => void;
  /** A secret that is moved out: its reference, or undefined for a value that may stand. */
  readonly secret: (owner: string, name: string, value: string) => string | undefined;
}

export type Plain = Record<string, unknown>;

/** False for keys that would change their place in a map, or mean something to JavaScript itself. */
export function isMapKey(name: string): boolean {
  return !/^(0|[1-9]\d*)$/.test(name) && !["__proto__", "constructor", "prototype"].includes(name);
}
