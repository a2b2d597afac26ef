// A computed value with its arithmetic, so that people can follow where a number in corosync.conf or the CIB comes from.

/** One computed time: what it is called where it stands, its value, the formula with numbers, and who says so. */
export interface Figure {
  readonly name: string;
  /** Milliseconds. */
  readonly ms: number;
  readonly formula: string;
  /** Man page or document that the formula follows. */
  readonly source: string;
}

/** A figure of these parts. */
export function figure(name: string, ms: number, formula: string, source: string): Figure {
  return { name, ms, formula, source };
}
