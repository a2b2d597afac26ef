// Secrets that stand in a CIB in clear text: taken out, each under a reference of its own.
import { isSecretName } from "../cib/index.js";
import type { FoundSecret } from "./part.js";

/** Collects what it takes out. */
export class FoundSecrets {
  readonly found: FoundSecret[] = [];

  /** The reference for a value that is a secret; undefined for one that may stand. */
  take(owner: string, name: string, value: string): string | undefined {
    if (!isSecretName(name) || value === "" || /^lrm:\/\//.test(value)) return undefined;
    const base = `${part(owner)}/${part(name)}`;
    const taken = this.found.filter(
      ({ reference }) => reference === base || reference.startsWith(`${base}-`),
    ).length;
    const reference = taken === 0 ? base : `${base}-${taken + 1}`;
    this.found.push({ reference, value, subject: `${name} of ${owner}` });
    return reference;
  }
}

/** A part of a path as references take it. */
function part(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^[.-]/, "_");
}
