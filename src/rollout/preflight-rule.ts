// One thing that may speak against another image for a node.
import type { Finding } from "../errors/index.js";

/** One thing that may speak against it; `says` nothing where it does not. */
export interface PreflightRule<Facts> {
  readonly code: string;
  readonly severity?: Finding["severity"];
  readonly hint?: string;
  /** A person may know better. */
  readonly forced?: true;
  readonly says: (facts: Facts) => string | undefined;
}

/** The text where something holds. */
export const where = (holds: boolean, text: string): string | undefined => (holds ? text : undefined);
