// One remark of a check, before it is a finding: with the ids in the CIB that it is about, so that its place in the profile is found.
import type { Severity } from "../errors/index.js";

/** A remark. */
export interface Check {
  readonly severity: Severity;
  readonly code: string;
  readonly subject: string;
  readonly text: string;
  readonly hint?: string;
  /** Ids in the CIB, the nearest first: a pair, its operation, its resource. */
  readonly ids: readonly string[];
}
