// A score card as JUnit XML, which CI servers read; the schema is Jenkins' (jenkins-junit.xsd).
import type { CardLine, ScoreCard } from "./score-card.js";

/** The report; one test case per drill. */
export function junitReport(card: ScoreCard): string {
  const { failed, notInjected, notApplicable } = card;
  const counts = `tests="${card.lines.length}" failures="${failed}" errors="${notInjected}" skipped="${notApplicable}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${text(`drills of ${card.group}`)}" ${counts}>`,
    `  <properties><property name="seed" value="${card.seed}"/></properties>`,
    ...card.lines.map(testCase),
    "</testsuite>",
    "",
  ].join("\n");
}

function testCase({ result }: CardLine): string {
  const { drill, outcome, why = "", checks, rejoinMs = 0 } = result;
  const bad = checks.filter(({ ok }) => !ok).map(({ name, text: words }) => `${name}: ${words}`);
  const inside =
    outcome === "failed"
      ? `<failure message="${text(why === "" ? (bad[0] ?? "") : why)}">${text(bad.join("\n"))}</failure>`
      : outcome === "passed"
        ? ""
        : outcome === "not-injected"
          ? `<error message="${text(why)}"/>`
          : `<skipped message="${text(why)}"/>`;
  const open = `  <testcase classname="drill" name="${text(drill)}" time="${(rejoinMs / 1000).toFixed(3)}"`;
  return inside === "" ? `${open}/>` : `${open}>${inside}</testcase>`;
}

function text(raw: string): string {
  // XML 1.0 has no control characters but tab and line breaks, not even escaped.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = raw.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "?");
  return clean.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
