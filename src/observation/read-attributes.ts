// Attributes of Pacemaker's XML output as typed values; what is absent is undefined, never a default.
import type { XmlElement } from "../xml/index.js";

/** True, false, or undefined where the tool did not say. */
export function readBoolean(from: XmlElement, name: string): boolean | undefined {
  const value = from.attributes[name];
  return value === "true" ? true : value === "false" ? false : undefined;
}

/** The text, or undefined where it is absent or empty. */
export function readText(from: XmlElement, name: string): string | undefined {
  const value = from.attributes[name];
  return value === "" ? undefined : value;
}

/** A whole number, or undefined. */
export function readCount(from: XmlElement, name: string): number | undefined {
  const value = from.attributes[name];
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
