// Where a value stands while it is turned into elements, who is told of faults, and what counts as text and as a map.

/** One fault of a value: where, what, and the names that are allowed there. */
export interface TierFault {
  readonly code: "UNKNOWN_KEY" | "MISSING_KEY" | "WRONG_TYPE" | "BAD_VALUE" | "BAD_SECRET";
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** Of an unknown name: itself, and what is known. */
  readonly name?: string;
  readonly known?: readonly string[];
}

/** Where a value stands, and where to report. */
export interface DecodePlace {
  readonly owner: string;
  readonly parent: string;
  readonly index: number;
  readonly path: TierFault["path"];
  readonly fault: (fault: TierFault) => void;
  /** Told of the place that made an id. */
  readonly made: (id: string, path: TierFault["path"]) => void;
  /** Told of each reference to a secret, whose form the listener checks. */
  readonly secret: (reference: unknown, path: TierFault["path"]) => void;
}

/** Listeners of a whole value. */
export type DecodeListeners = Pick<DecodePlace, "fault" | "made" | "secret">;

export type Plain = Readonly<Record<string, unknown>>;

/** Text as it is; numbers and truths as people write them. */
export function asText(value: unknown, place: Pick<DecodePlace, "path" | "fault">): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  place.fault({ code: "WRONG_TYPE", path: place.path, text: "must be text" });
  return undefined;
}

/** True for a map. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
