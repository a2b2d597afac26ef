// A client's probes of an address → how long it did not answer.

/** One question of the probe and whether it was answered in time. */
export interface Probing {
  readonly monotonicNs: number;
  readonly answered: boolean;
}

/** A time in which the address did not answer, from the last answer to the next. */
export interface Silence {
  readonly fromNs: number;
  readonly toNs: number;
  readonly ms: number;
}

/** Reads the probe's JSON lines; a last line cut short is left out. */
export function readProbings(text: string): Probing[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isProbing(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isProbing(value: unknown): value is Probing {
  if (typeof value !== "object" || value === null) return false;
  const probing = value as Partial<Record<keyof Probing, unknown>>;
  return typeof probing.monotonicNs === "number" && typeof probing.answered === "boolean";
}

/** The silences between answers; what comes before the first answer and after the last is none. */
export function silencesOf(probings: readonly Probing[]): Silence[] {
  const silences: Silence[] = [];
  let lastNs: number | undefined;
  let silent = false;
  for (const { monotonicNs, answered } of probings) {
    if (!answered) {
      silent = true;
      continue;
    }
    if (silent && lastNs !== undefined) {
      silences.push({ fromNs: lastNs, toNs: monotonicNs, ms: (monotonicNs - lastNs) / 1e6 });
    }
    silent = false;
    lastNs = monotonicNs;
  }
  return silences;
}
