// A proof as one page of HTML that needs nothing beside itself: for the file of a plant, and for a mail.
import type { Proof } from "./prove.js";
import { cell, gapLines, mendLine, seconds, verdictLine } from "./text.js";
import type { Fate, Verdict } from "./verdict.js";

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
.ok{color:#116329}.bad{color:#a40e26}
.scroll{overflow:auto;max-height:80vh}
table{border-collapse:collapse}th,td{border:1px solid #d0d7de;padding:.3rem .6rem;text-align:left;white-space:nowrap}
thead th{position:sticky;top:0;background:#f6f8fa}tbody th{font-weight:600}
td.moves,td.restarts{background:#ddf4ff}td.lost{background:#ffebe9;color:#a40e26;font-weight:600}td.waits,td.short{background:#fff8c5}
tr.aside th{font-weight:400;color:#57606a}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#30363d}thead th{background:#161b22}
.ok{color:#3fb950}.bad,td.lost{color:#ff7b72}td.moves,td.restarts{background:#0c2d6b}td.lost{background:#490202}td.waits,td.short{background:#341a00}tr.aside th{color:#8b949e}}`;

/** The page; `made` says when and by which scheduler, as text. */
export function proofPage(proof: Proof, made: string): string {
  const good = proof.gaps.length === 0;
  const list = (title: string, items: readonly string[]): string =>
    items.length === 0
      ? ""
      : `<h2>${text(title)}</h2>\n<ul>\n${items.map((item) => `<li>${text(item)}</li>`).join("\n")}\n</ul>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(`What ${proof.group} survives`)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<h1>${text(`What ${proof.group} survives`)}</h1>
<p class="${good ? "ok" : "bad"}">${text(verdictLine(proof))}</p>
<p>${text(made)}</p>
${list("Gaps", gapLines(proof.gaps))}${list(
  "What would mend it",
  proof.mends.map(mendLine),
)}<h2>Where each workload is</h2>
<div class="scroll">
<table>
<thead><tr><th>lost</th><th>votes</th>${proof.workloads.map((name) => `<th>${text(name)}</th>`).join("")}</tr></thead>
<tbody>
${proof.verdicts.map(row).join("\n")}
</tbody>
</table>
</div>
<p>An arrow: it moved there; a round one: it is stopped and started again there, since it is ordered after something that was lost. Grey rows are not promised. The pointer over a cell shows the outage or the reason.</p>
${list(
  "Single points of failure",
  proof.singlePoints.map(({ thing, workloads }) => `${thing}: ${workloads.join(", ")}`),
)}${list("To know", proof.remarks)}</body>
</html>
`;
}

function row({ failure, name, quorum, fates }: Verdict): string {
  const aside = failure.promised ? "" : ' class="aside"';
  const votes = `${quorum.votes} of ${quorum.expected}${quorum.quorate ? "" : `, needs ${quorum.needed}`}`;
  return `<tr${aside}><th>${text(name)}</th><td>${text(votes)}</td>${fates.map(tableCell).join("")}</tr>`;
}

function tableCell(fate: Fate): string {
  const { state, reason, outage } = fate;
  const terms = outage?.terms.map(({ name, ms, source }) => `${name} ${seconds(ms)} (${source})`).join(", ");
  const title =
    reason?.text ?? (outage === undefined ? "" : `at most ${seconds(outage.totalMs)}: ${terms ?? ""}`);
  return `<td class="${state}"${title === "" ? "" : ` title="${text(title)}"`}>${text(cell(fate))}</td>`;
}

function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
