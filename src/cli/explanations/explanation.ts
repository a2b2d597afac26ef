// What a code means: the entry of one finding or error in the catalogue of `dcn-ha explain`.

/** One code in words for people who meet it at 3 a.m. */
export interface Explanation {
  /** What was seen. */
  readonly means: string;
  /** What happens if it stays. */
  readonly why: string;
  /** What to do. */
  readonly remedy: string;
  /** A right piece of a profile, or a command to type. */
  readonly example?: string;
}

/** Explanations by code. */
export type Explanations = Readonly<Record<string, Explanation>>;

/** An entry; its parts in the order in which people ask. */
export function entry(means: string, why: string, remedy: string, example?: string): Explanation {
  return { means, why, remedy, ...(example === undefined ? {} : { example }) };
}
