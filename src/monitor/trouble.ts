// Trouble that comes again and again: said when it begins, and when it is over.

/** What somebody is about that may fail each time. */
export interface Troubles {
  readonly onTrouble: (text: string) => void;
  /** Said with the reason after it. */
  readonly failed: string;
  readonly again: string;
}

/** Takes the outcome of each try: the reason why it failed, or undefined. */
export function createTroubles({ onTrouble, failed, again }: Troubles): (reason: string | undefined) => void {
  let lasts = false;
  return (reason) => {
    if (reason !== undefined && !lasts) onTrouble(`${failed}: ${reason}`);
    if (reason === undefined && lasts) onTrouble(again);
    lasts = reason !== undefined;
  };
}

/** Why it failed; undefined where it did not. */
export function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The reason of an error, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
