// A score card as one page of HTML that needs nothing beside itself.
import { type CardLine, isGoodCard, outageText, type ScoreCard } from "./score-card.js";
import { secondsText } from "./verdict.js";

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}.ok{color:#116329}.bad{color:#a40e26}
.scroll{overflow:auto}table{border-collapse:collapse}
th,td{border:1px solid #d0d7de;padding:.3rem .6rem;text-align:left;vertical-align:top}
thead th{background:#f6f8fa}td.passed{background:#dafbe1}td.failed{background:#ffebe9;font-weight:600}
td.not-injected,td.not-applicable{background:#fff8c5}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#30363d}thead th{background:#161b22}
.ok{color:#3fb950}.bad{color:#ff7b72}td.passed{background:#033a16}td.failed{background:#490202}
td.not-injected,td.not-applicable{background:#341a00}}`;

/** The page; `made` says when, as text. */
export function cardPage(card: ScoreCard, made: string): string {
  const title = `Drills of ${card.group}`;
  const good = isGoodCard(card);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<h1>${text(title)}</h1>
<p class="${good ? "ok" : "bad"}">${card.passed} passed, ${card.failed} failed, ${card.notInjected} not injected, ${card.notApplicable} not applicable</p>
<p>${text(`${made}, ${card.where}, seed ${card.seed}`)}</p>
<div class="scroll">
<table>
<thead><tr><th>drill</th><th>verdict</th><th>outage</th><th>fenced after</th><th>well after</th><th>what was seen</th></tr></thead>
<tbody>
${card.lines.map(row).join("\n")}
</tbody>
</table>
</div>
<p>The pointer over an outage shows the terms of its bound.</p>
</body>
</html>
`;
}

function row(line: CardLine): string {
  const { drill, outcome, why, checks, injected, bound, fenceMs, rejoinMs } = line.result;
  const terms = (bound?.terms ?? []).map(({ name, ms, source }) => `${name} ${secondsText(ms)} (${source})`);
  const seen = [
    ...(why === undefined ? [] : [why]),
    ...injected.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
    ...checks.map(({ name, ok, text: words }) => `${ok ? "✓" : "✗"} ${name}: ${words}`),
  ];
  const time = (ms: number | undefined) => (ms === undefined ? "" : secondsText(ms));
  const cells = [
    `<th>${text(drill)}</th>`,
    `<td class="${outcome}">${text(outcome)}</td>`,
    `<td title="${text(terms.join(", "))}">${text(checks.length === 0 ? "" : outageText(line))}</td>`,
    `<td>${time(fenceMs)}</td>`,
    `<td>${time(rejoinMs)}</td>`,
    `<td>${seen.map(text).join("<br>")}</td>`,
  ];
  return `<tr>${cells.join("")}</tr>`;
}

function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
