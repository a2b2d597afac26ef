// Violations planted in the recording of a real run, for the invariants that nobody can break on live nodes at will.
import type { InvariantId } from "./invariant.js";
import type { LogEntry } from "./log.js";

/** One of them: what is altered, and the log with it. */
export interface PlantedInLog {
  readonly how: string;
  readonly plant: (log: readonly LogEntry[]) => LogEntry[];
}

/** By invariant. Each needs a recording in which its invariant was observed. */
export const plantedInLog: Readonly<Partial<Record<InvariantId, PlantedInLog>>> = {
  I9: {
    how: "the first node names itself as DC in every look",
    plant: (log) => {
      const [first = "", second = ""] = log[0]?.kind === "begin" ? log[0].nodes : [];
      return log.map((entry) => {
        if (entry.kind !== "node" || entry.dc === null) return entry;
        return { ...entry, dc: entry.node === first ? first : second };
      });
    },
  },
  I12: {
    how: "what was said of trouble is dropped",
    plant: (log) =>
      log.filter((entry) => !(entry.kind === "mark" && entry.what === "statement" && entry.said !== "ok")),
  },
  I13: {
    how: "an unknown outcome is noted as a success",
    plant: (log) =>
      log.map((entry) =>
        entry.kind === "mark" && entry.what === "lost" ? { ...entry, taken: "success" as const } : entry,
      ),
  },
};
