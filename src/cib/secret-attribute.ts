// A secret of the full-power tier on its way through the configuration: its reference as an attribute of its pair, which never reaches a CIB.
import type { SecretReference } from "../cluster/index.js";

/** Attribute of a pair that has a reference to a secret in place of a value. */
export const SECRET = "secret";

/** Attribute of such a pair that says where its value is to stand; `cib` is all that it can say. */
export const SECRET_PLACE = "in";

/** The reference as an attribute: a path as it is, everything else as JSON, which no path is. */
export function secretAttribute(reference: unknown): string {
  return typeof reference === "string" ? reference : JSON.stringify(reference);
}

/** The reference of such an attribute; whoever decoded it checked its form. */
export function secretOfAttribute(text: string): SecretReference {
  return text.startsWith("{") ? (JSON.parse(text) as SecretReference) : text;
}
