// A proof for a terminal: a matrix of failures and workloads, what is lost and why, and what would mend it.
import type { Gap, Proof } from "./prove.js";
import { failing, whileRuns } from "./started.js";
import type { Fate, Verdict } from "./verdict.js";

/** Colours a piece of text, or leaves it alone where the answer is not for a terminal. */
type Paint = (colour: "green" | "yellow" | "red" | "bold", text: string) => string;

/** Beyond this a column for each workload would not be read: rows then name only what is lost. */
const MOST_COLUMNS = 8;

/** The whole proof. */
export function describeProof(proof: Proof, paint: Paint): string {
  const { gaps, singlePoints, remarks, mends } = proof;
  return [
    headline(proof, paint),
    "",
    ...matrix(proof, paint),
    ...(proof.verdicts.some(({ failure }) => !failure.promised)
      ? ["", "~ not promised: shown, and no gap"]
      : []),
    ...(proof.verdicts.some(({ fates }) => fates.some(({ state }) => state === "restarts"))
      ? ["", "↻ stopped and started again where it is: it is ordered after something that was lost"]
      : []),
    ...section(
      "gaps",
      shortened(gapLines(gaps), 20).map((line) => paint("red", line)),
    ),
    ...section("what would mend it", mends.map(mendLine)),
    ...section(
      "single points of failure",
      singlePoints.map(({ thing, workloads }) => `${thing}: ${shortened(workloads, 6).join(", ")}`),
    ),
    ...section("outages at most", outages(proof)),
    ...section("to know", remarks),
  ].join("\n");
}

/** Gaps in words; what one failure takes for one reason stands in one line. */
export function gapLines(gaps: Proof["gaps"]): string[] {
  const lines = new Map<string, [Gap, ...Gap[]]>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.failure, gap.reason, gap.short, gap.started]);
    const known = lines.get(key);
    if (known === undefined) lines.set(key, [gap]);
    else known.push(gap);
  }
  return [...lines.values()].map((same) => {
    const names = same.map(({ workload }) => workload);
    const [{ failure, reason, short, started = [] }] = same;
    const loss = failure === "nothing" ? "even before anything fails" : `with ${failure}`;
    const when = names.every((name) => started.includes(name))
      ? started.length === 0
        ? ""
        : " when started by hand"
      : whileRuns(started);
    const what = short === true ? "short of copies" : "lost";
    return `${shortened(names, 6).join(", ")} ${names.length === 1 ? "is" : "are"} ${what} ${loss}${when}: ${reason}`;
  });
}

/** A change that mends, in words. */
export function mendLine({ change, workloads, failure, started = [] }: Proof["mends"][number]): string {
  return `${change}: keeps ${shortened(workloads, 6).join(", ")} where ${failure} is lost${whileRuns(started)}`;
}

function shortened(items: readonly string[], most: number): string[] {
  return items.length > most ? [...items.slice(0, most), `and ${items.length - most} more`] : [...items];
}

/** What the proof comes to, in one line. */
export function verdictLine({ group, source, nodes, workloads, verdicts, gaps }: Proof): string {
  const sets = verdicts.length - 1;
  const what = `${group}${source === "live" ? " as it runs" : ""}: ${count(nodes.length, "node")}, ${count(workloads.length, "workload")}, ${count(sets, "failure")}`;
  const failing = new Set(gaps.map(({ failure }) => failure)).size;
  return gaps.length === 0
    ? `${what}: everything promised is survived`
    : `${what}: NOT survived: ${count(failing, "promised failure")}`;
}

function headline(proof: Proof, paint: Paint): string {
  return paint(proof.gaps.length === 0 ? "green" : "red", verdictLine(proof));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function matrix(proof: Proof, paint: Paint): string[] {
  const wide = proof.workloads.length > MOST_COLUMNS;
  const head = ["lost", "votes", ...(wide ? ["moved", "down"] : proof.workloads), "outage"];
  const rows = proof.verdicts.map((verdict) => [
    `${verdict.failure.promised ? " " : "~"} ${verdict.name}`,
    votesText(verdict),
    ...(wide ? summary(verdict) : verdict.fates.map(cell)),
    outageText(verdict),
  ]);
  const table = [[`  ${head[0] ?? ""}`, ...head.slice(1)], ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  return table.map((row, index) => {
    const line = row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
    if (index === 0) return paint("bold", line);
    const verdict = proof.verdicts[index - 1];
    const down =
      verdict !== undefined && failing([...verdict.fates, ...(verdict.whileStarted ?? [])]).length > 0;
    return down ? paint(verdict.failure.promised ? "red" : "yellow", line) : line;
  });
}

function votesText({ quorum }: Verdict): string {
  const { quorate, votes, expected, needed, byTieBreaker } = quorum;
  if (!quorate) return `${votes}/${expected}, needs ${needed}`;
  return `${votes}/${expected}${byTieBreaker ? " by tie" : ""}`;
}

/** One cell: where it is, with an arrow where it came there by the failure, and a round one where it starts again there. */
export function cell({ state, nodes, idle }: Fate): string {
  switch (state) {
    case "short":
      return `${nodes.join(" ")} (too few)`;
    case "stays":
      return nodes.join(" ");
    case "moves":
      return `→ ${nodes.join(" ")}`;
    case "restarts":
      return `↻ ${nodes.join(" ")}`;
    case "lost":
      return "LOST";
    case "waits":
      return idle ?? "by hand";
  }
}

function summary({ fates }: Verdict): string[] {
  const lost = fates.filter(({ state }) => state === "lost").map(({ workload }) => workload);
  const [moved = 0, again = 0] = ["moves", "restarts"].map(
    (state) => fates.filter((one) => one.state === state).length,
  );
  return [again === 0 ? String(moved) : `${moved}, ↻ ${again}`, shortened(lost, 4).join(", ")];
}

function outageText({ fates }: Verdict): string {
  const times = fates.flatMap(({ outage }) => (outage === undefined ? [] : [outage.totalMs]));
  return times.length === 0 ? "" : `≤ ${seconds(Math.max(...times))}`;
}

/** Milliseconds as seconds with one digit. */
export function seconds(ms: number): string {
  return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
}

/** Of each workload that moves or starts again, its longest outage with the terms. */
function outages({ workloads, verdicts }: Proof): string[] {
  const lines = workloads.flatMap((name) => {
    const fates = verdicts.flatMap((verdict) => verdict.fates.filter(({ workload }) => workload === name));
    const [longest] = fates
      .flatMap(({ outage }) => outage ?? [])
      .sort((one, other) => other.totalMs - one.totalMs);
    if (longest === undefined) return [];
    const terms = longest.terms.filter(({ ms }) => ms > 0);
    const sum = terms.map(
      ({ name: term, ms, source }) => `${term} ${seconds(ms)}${source === "assumed" ? "*" : ""}`,
    );
    return [{ name, text: `${seconds(longest.totalMs)} = ${sum.join(" + ")}` }];
  });
  const texts = [...new Set(lines.map(({ text }) => text))];
  const shown = texts.map((text) => {
    const same = lines.filter((line) => line.text === text).map(({ name }) => name);
    return `${shortened(same, 6).join(", ")}: ${text}`;
  });
  return shown.length === 0 ? [] : [...shown, "* assumed, nobody has measured it on these nodes"];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
