// What a Drill may say, and that the library's drills say it: parameters of faults, rows, and the ten core ones.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DRILL_FAULT_NAMES, parseDocuments } from "../../src/profile/index.js";

const parse = (text: string) => parseDocuments([{ file: "d.yaml", text }]);
const head = "kind: Drill\nname: d\nsummary: s\nexpect: { workload: stays }\n";

test.each([
  ["steps: [{ fault: power-off }]", "power-off needs node"],
  ["steps: [{ fault: power-off, node: dc, daemon: corosync }]", "takes no daemon"],
  ["steps: [{ fault: bmc, node: dc, mode: sleeps }]", "no mode sleeps"],
  ["steps: [{ heal: true, node: dc }]", "only a fault takes node"],
  ["steps: [{ after: 5s }]", "one of fault, heal and switchOn"],
  ["steps: [{ fault: power-off, node: dc, heal: true }]", "one of fault, heal and switchOn"],
])("%s is told at the step", (text, words) => {
  const { findings } = parse(`${head}${text}\n`);
  expect(findings.map(({ code, position }) => `${code} ${position?.line ?? 0}`)).toEqual(["DRILL_STEP 5"]);
  expect(findings[0]?.text).toContain(words);
});

test("an unknown key and an unknown fault have their nearest name", () => {
  const { findings } = parse(`${head}stepps: []\nsteps: [{ fault: power-of, node: dc }]\n`);
  expect(findings.map(({ code, hint }) => `${code} ${hint ?? ""}`)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^UNKNOWN_KEY .*steps/),
      expect.stringMatching(/^BAD_VALUE .*power-off/),
    ]),
  );
});

const folder = new URL("../../profiles/drills/", import.meta.url);
const sources = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(new URL(file, folder), "utf8"),
}));
const { documents, findings } = parseDocuments(sources);
const drills = documents.flatMap((one) => (one.kind === "Drill" ? [one.value] : []));

test("the library has no findings, ten core drills, and uses every fault", () => {
  expect(findings).toEqual([]);
  expect(drills.filter(({ core }) => core === true).map(({ name }) => name)).toHaveLength(10);
  const used = new Set(drills.flatMap(({ steps }) => steps.flatMap(({ fault }) => fault ?? [])));
  expect(DRILL_FAULT_NAMES.filter((name) => !used.has(name))).toEqual([]);
});

test("docs/drills.md has each row and test that a drill covers, beside that drill", () => {
  const page = readFileSync(new URL("../../docs/drills.md", import.meta.url), "utf8");
  const rowOf = (key: string) => page.split("\n").find((line) => line.startsWith(`| ${key} |`)) ?? "";
  for (const { name, rows = [], tests = [] } of drills)
    for (const key of [...rows.map(String), ...tests]) expect(rowOf(key), `${key}: ${name}`).toContain(name);
  const covered = new Set(drills.flatMap(({ rows = [] }) => rows));
  expect(covered.size).toBeGreaterThanOrEqual(40);
  for (let row = 1; row <= 44; row += 1) expect(rowOf(String(row)), String(row)).not.toBe("");
});
