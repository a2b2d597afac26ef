// The page about profiles is right: its examples are, and it names all that there is.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { constraintSchema } from "../../src/profile/constraint.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { workloadSchema } from "../../src/profile/workload-text.js";
import { loadSources } from "../../src/sources/index.js";

const page = readFileSync("docs/profiles.md", "utf8");
const examples = [...page.matchAll(/^```yaml\n(kind: .*?)^```/gms)].map(([, text]) => text ?? "");
const { sources } = await loadSources([]);

test.each(examples.map((text) => [/^name: (\S+)/m.exec(text)?.[1], text] as const))(
  "the example %s is a group without findings",
  (_, text) => {
    const { documents, broken, findings } = parseDocuments([{ file: "example.yaml", text }, ...sources]);
    const resolved = resolveGroup(documents, undefined, broken);
    expect([...findings, ...resolved.findings]).toEqual([]);
    expect(resolved.group).toBeDefined();
  },
);

test("every workload profile, every key of a workload and every constraint is named", () => {
  expect(examples).toHaveLength(2);
  const profiles = parseDocuments(sources).documents.filter(({ kind }) => kind === "WorkloadProfile");
  const own = ["name", "profile", "with"];
  const constraints = Object.keys(constraintSchema.shape).filter((key) => !own.includes(key));
  const workloads = Object.keys(workloadSchema.shape).filter((key) => !own.includes(key));
  const words = [...profiles.map(({ name }) => name), ...workloads, ...constraints];
  expect(words.length).toBeGreaterThan(25);
  const named = (word: string): boolean => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(page);
  expect(words.filter((word) => !named(word))).toEqual([]);
});
