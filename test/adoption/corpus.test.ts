import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { mergeOwned } from "../../src/cib/index.js";
import { formatFinding } from "../../src/errors/index.js";
import { parseXml } from "../../src/xml/index.js";
import { have } from "../sandbox/requirements.js";
import { chosen, corpusFiles, judge, putBack, thereAndBack, twoAtATime } from "./corpus.js";

const all = corpusFiles();
const soak = process.env.DCN_HA_SOAK !== undefined;
const sample = soak ? all : chosen(all, 30, 1);
/** Constructs that no document can hold: refused by name. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "order-wrong-kind.xml":
    /order-wrong-kind\.xml:34:7: error NOT_IMPORTABLE: <rsc_order id="order1">: its kind is “foo”/,
};

describe.skipIf(all.length === 0)("every CIB of the corpus", () => {
  test("imports, but for what is refused by its name", { timeout: 300_000 }, () => {
    const refused: string[] = [];
    for (const file of all) {
      const result = thereAndBack(file, readFileSync(file, "utf8"));
      if (!("refused" in result)) continue;
      refused.push(basename(file));
      expect(result.refused.map(formatFinding).join("\n")).toMatch(REFUSED[basename(file)] ?? /never/);
    }
    expect(refused).toEqual(Object.keys(REFUSED));
    expect(refused.length).toBeLessThanOrEqual(all.length / 100);
  });

  test("a second import of what was rendered gives the same bytes, and a plan against its own CIB is empty", {
    timeout: 300_000,
  }, () => {
    for (const file of all) {
      const text = readFileSync(file, "utf8");
      const first = thereAndBack(file, text);
      if ("refused" in first) continue;
      const rendered = putBack(text, first.configuration);
      const second = thereAndBack(file, rendered);
      if ("refused" in second) throw new Error(basename(file));
      expect(second.document, basename(file)).toBe(first.document);
      expect(putBack(rendered, second.configuration), basename(file)).toBe(rendered);
      const live = parseXml(text, { file, keepComments: true });
      const changes = mergeOwned(live, first.configuration).changes.filter(
        ({ kind }) => kind !== "ownership",
      );
      expect(changes, basename(file)).toEqual([]);
      for (const { value = "" } of first.part.secrets)
        expect(secretStandsIn(first.document, value), basename(file)).toBe(false);
    }
  });
});

/** The value as that of some key; a short password may well be a part of another word. */
function secretStandsIn(document: string, value: string): boolean {
  return document.includes(`passwd: ${value}`) || document.includes(`password: ${value}`);
}

const judges = all.length > 0 && have("crm_simulate", "crm_verify");

describe.skipIf(!judges)(`Pacemaker's judgement of ${sample.length} CIBs`, () => {
  test("scheduler graph, scores and crm_verify are those of the original", {
    timeout: 3_600_000,
  }, async () => {
    let compared = 0;
    await twoAtATime(sample, async (file) => {
      const [name, text] = [basename(file), readFileSync(file, "utf8")];
      const result = thereAndBack(file, text);
      if ("refused" in result) return;
      const [original, ours] = [
        await judge(name, text),
        await judge(name, putBack(text, result.configuration)),
      ];
      expect(ours.graph, name).toBe(original.graph);
      expect(ours.scores, name).toBe(original.scores);
      expect(ours.verified, name).toBe(original.verified);
      expect(original.scores.length, name).toBeGreaterThan(0);
      compared += 1;
    });
    expect(compared).toBeGreaterThanOrEqual(sample.length - 1);
  });

  test("the comparison can tell: one score, one interval", { timeout: 120_000 }, async () => {
    const file = all.find((one) => one.endsWith("/one-or-more-3.xml")) ?? all[0] ?? "";
    const text = readFileSync(file, "utf8");
    const [original, other] = [
      await judge(basename(file), text),
      await judge(basename(file), text.replace(/type="Dummy"/, 'type="Stateful"')),
    ];
    expect(other.graph).not.toBe(original.graph);
  });
});
