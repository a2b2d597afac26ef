// Results and score cards as text for a terminal.
import { type CardLine, outageText, type ScoreCard } from "./score-card.js";
import { type DrillResult, type Outcome, secondsText } from "./verdict.js";

/** Colours a piece of text; leaves it alone where there is no terminal. */
export type Paint = (colour: "green" | "yellow" | "red" | "bold", text: string) => string;

const words: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  failed: "FAILED",
  "not-injected": "not injected",
  "not-applicable": "not applicable",
};

const colours = {
  passed: "green",
  failed: "red",
  "not-injected": "yellow",
  "not-applicable": "yellow",
} as const;

/** One result, with every check that was not met. */
export function describeResult(result: DrillResult, paint: Paint): string {
  const { drill, outcome, why, checks } = result;
  const head = `${drill}: ${paint(colours[outcome], words[outcome])}${why === undefined ? "" : `, ${why}`}`;
  const shown = outcome === "failed" ? checks : [];
  const lines = shown.map(({ name, ok, text }) => `    ${ok ? "ok " : "NOT"} ${name.padEnd(12)} ${text}`);
  return [head, ...lines].join("\n");
}

/** The whole card as a table, the bound's terms below it. */
export function describeCard(card: ScoreCard, paint: Paint): string {
  const width = Math.max(5, ...card.lines.map(({ result }) => result.drill.length));
  const rows = card.lines.map((line) => row(line, width, paint));
  const counts = [
    `${card.passed} passed`,
    `${card.failed} failed`,
    ...(card.notInjected === 0 ? [] : [`${card.notInjected} not injected`]),
    ...(card.notApplicable === 0 ? [] : [`${card.notApplicable} not applicable`]),
  ].join(", ");
  return [
    paint("bold", `${card.group} (${card.where}), seed ${card.seed}: ${counts}`),
    ...rows,
    ...termLines(card),
    ...invariantLines(card),
  ].join("\n");
}

function row(line: CardLine, width: number, paint: Paint): string {
  const { result } = line;
  const verdict = paint(colours[result.outcome], words[result.outcome].padEnd(14));
  const times = [
    `outage ${outageText(line)}`,
    ...(result.fenceMs === undefined ? [] : [`fenced after ${secondsText(result.fenceMs)}`]),
    ...(result.rejoinMs === undefined ? [] : [`well after ${secondsText(result.rejoinMs)}`]),
  ];
  const ran = result.checks.length > 0;
  const about =
    result.outcome === "passed" || (ran && result.why === undefined) ? times.join("; ") : (result.why ?? "");
  const bad = result.checks.filter(({ ok }) => !ok && result.outcome === "failed");
  return [
    `${result.drill.padEnd(width)}  ${verdict}  ${about}`,
    ...bad.map(({ name, text }) => `${" ".repeat(width)}  ${name}: ${text}`),
  ].join("\n");
}

function termLines({ lines }: ScoreCard): string[] {
  const bounds = lines.flatMap(({ result }) => (result.bound === undefined ? [] : [result.bound]));
  const longest = bounds.sort((left, right) => right.totalMs - left.totalMs)[0];
  if (longest === undefined) return [];
  const terms = longest.terms.map(({ name, ms, source }) => `${name} ${secondsText(ms)} ${source}`);
  return [`bound ${secondsText(longest.totalMs)}: ${terms.join(", ")}`];
}

function invariantLines({ lines }: ScoreCard): string[] {
  const checked = new Map<string, { checked: number; violations: number }>();
  for (const { result } of lines) {
    for (const { id, checked: count, violations } of result.invariants) {
      const sum = checked.get(id) ?? { checked: 0, violations: 0 };
      checked.set(id, { checked: sum.checked + count, violations: sum.violations + violations.length });
    }
  }
  const words = [...checked].map(([id, { checked: times, violations }]) => {
    if (violations > 0) return `${id} ${times} (${violations} VIOLATED)`;
    return times === 0 ? `${id} not observed` : `${id} ${times}`;
  });
  return words.length === 0 ? [] : [`invariants, times checked: ${words.join(", ")}`];
}
