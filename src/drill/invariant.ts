// What an invariant says about a log. One that was never observed is never called held.
import type { LogEntry } from "./log.js";
import type { LogScene } from "./scene.js";

/** The sixteen, as docs/invariants.md numbers them. */
export const invariantIds = [
  "I1",
  "I2",
  "I3",
  "I4",
  "I5",
  "I6",
  "I7",
  "I8",
  "I9",
  "I10",
  "I11",
  "I12",
  "I13",
  "I14",
  "I15",
  "I16",
] as const;

export type InvariantId = (typeof invariantIds)[number];

/** One time when it did not hold. */
export interface Violation {
  readonly t: number;
  readonly text: string;
  /** The lines of the log that show it. */
  readonly evidence: readonly LogEntry[];
}

/** What came of looking. */
export interface Judgement {
  /** How many observations could have shown a violation. */
  readonly checked: number;
  readonly violations: readonly Violation[];
  /** Whether this log can say anything about it, and why not. */
  readonly applicable: boolean;
  readonly why: string;
}

/** An invariant: its number, what it says, and how it is looked at. */
export interface Invariant {
  readonly id: InvariantId;
  readonly says: string;
  readonly judge: (scene: LogScene) => Judgement;
}

/** The log can say something. */
export function looked(checked: number, violations: readonly Violation[], why = ""): Judgement {
  return { checked, violations, applicable: true, why };
}

/** It cannot, because something is missing in it. */
export function cannotSay(why: string): Judgement {
  return { checked: 0, violations: [], applicable: false, why };
}
