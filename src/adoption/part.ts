// What one source (a CIB, a corosync.conf, another tool's variables) says of a group that exists already.
import type { Finding } from "../errors/index.js";

/** A secret that stood in a source in clear text: it goes into a file of its own, the document names it only. */
export interface FoundSecret {
  /** The reference that the document has instead, as `fence-dcn1/passwd`. */
  readonly reference: string;
  /** Absent where the source only refers to it, and somebody has to provide it. */
  readonly value?: string;
  /** What it belongs to, in field terms: `parameter passwd of fence-dcn1`. */
  readonly subject: string;
}

/** The part of a NodeGroup document that a source is good for. */
export interface AdoptedPart {
  /** Where it comes from, for the head of the document: `the CIB cib.xml (epoch 12)`. */
  readonly source: string;
  /** Keys of the document with their values; nodes of several parts are joined by name, other keys are the first part's. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly secrets: readonly FoundSecret[];
  /** What the source does not tell and the document still needs, as lines for its head. */
  readonly remarks: readonly string[];
  /** Errors name what cannot be represented: then there is no document. */
  readonly findings: readonly Finding[];
}
