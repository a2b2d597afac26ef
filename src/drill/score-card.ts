// The score card of a group: every drill with its verdict, its times against what was promised and against earlier runs.
import { type DrillResult, exactText, type Outcome, secondsText } from "./verdict.js";

/** One result as the history keeps it: a line of JSON. */
export interface HistoryEntry {
  /** Wall clock, for people. */
  readonly at: string;
  readonly where: string;
  readonly result: DrillResult;
}

/** How a drill's outage compares with those before. */
export interface Trend {
  readonly runs: number;
  readonly medianMs: number;
}

/** A drill on the card. */
export interface CardLine {
  readonly result: DrillResult;
  /** Absent where no earlier run had an outage. */
  readonly trend?: Trend;
}

/** Results of one call with what they are compared to. */
export interface ScoreCard {
  readonly group: string;
  readonly where: string;
  readonly seed: number;
  readonly lines: readonly CardLine[];
  readonly passed: number;
  readonly failed: number;
  readonly notInjected: number;
  readonly notApplicable: number;
}

/** Something was drilled, and all of it passed: what did not bite says nothing, and what did not fit was not drilled. */
export function isGoodCard({ passed, failed, notInjected }: ScoreCard): boolean {
  return passed > 0 && failed === 0 && notInjected === 0;
}

/** The entry that is kept of a result. */
export function historyEntry(
  result: DrillResult,
  about: { readonly at: string; readonly where: string },
): HistoryEntry {
  return { ...about, result };
}

/** Reads a history; lines that are none, as one cut short by a full disk, are left out. */
export function readHistory(text: string): HistoryEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isEntry(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isEntry(value: unknown): value is HistoryEntry {
  return (
    typeof value === "object" &&
    value !== null &&
    "at" in value &&
    "where" in value &&
    "result" in value &&
    typeof value.result === "object" &&
    value.result !== null &&
    "drill" in value.result &&
    "outcome" in value.result &&
    "checks" in value.result
  );
}

/** The card of results beside what was before them. */
export function scoreCard(
  results: readonly DrillResult[],
  earlier: readonly HistoryEntry[],
  about: { readonly group: string; readonly where: string; readonly seed: number },
): ScoreCard {
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
  const lines = results.map((result) => {
    // Times that were sampled over SSH are no measure for those of a lab.
    const trend = trendOf(
      result,
      earlier.filter(({ where }) => where === about.where),
    );
    return { result, ...(trend === undefined ? {} : { trend }) };
  });
  return {
    ...about,
    lines,
    passed: count("passed"),
    failed: count("failed"),
    notInjected: count("not-injected"),
    notApplicable: count("not-applicable"),
  };
}

/** The card of the last call in a history; undefined for an empty one. */
export function cardOfHistory(group: string, history: readonly HistoryEntry[]): ScoreCard | undefined {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const { at, where } = last;
  const results = history.filter((entry) => entry.at === at).map(({ result }) => result);
  const earlier = history.filter((entry) => entry.at !== at);
  return scoreCard(results, earlier, { group, where, seed: last.result.seed });
}

function trendOf({ drill }: DrillResult, earlier: readonly HistoryEntry[]): Trend | undefined {
  const outages = earlier.flatMap(({ result }) =>
    result.drill === drill && result.outcome === "passed" && result.outageMs !== undefined
      ? [result.outageMs]
      : [],
  );
  const medianMs = medianOf(outages);
  return medianMs === undefined ? undefined : { runs: outages.length, medianMs };
}

/** The middle value; of an even count the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Outage with how exact it is, promise and trend of a line, as short as a table wants it. */
export function outageText({ result, trend }: CardLine): string {
  const { outageMs, inexactMs, bound } = result;
  if (outageMs === undefined) return "none";
  const promised = bound === undefined ? "" : ` of ${secondsText(bound.totalMs)}`;
  const before = trend === undefined ? "" : `, median of ${trend.runs} before ${secondsText(trend.medianMs)}`;
  return `${exactText(outageMs, inexactMs)}${promised}${before}`;
}
