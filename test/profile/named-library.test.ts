import { describe, expect, it } from "vitest";
import { parseDocuments, type SourceText, withLibraryNamed } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";

const { sources: library } = await loadSources([]);
const keptBy = (...texts: string[]): string[] => {
  const own: SourceText[] = texts.map((text, index) => ({ file: `own-${index}.yaml`, text }));
  const kept = withLibraryNamed([...own, ...library]);
  expect(kept.slice(0, own.length)).toEqual(own);
  return kept.slice(own.length).map(({ file }) => file.replace(/^.*\/profiles\//, ""));
};

describe("the library that a group names", () => {
  it("is what stands in its text, and nothing where nothing does", () => {
    expect(keptBy("kind: NodeGroup\nname: g")).toEqual([]);
    const kept = keptBy("policy: calm", "workloads: [{ profile: heartbeat }]");
    expect(kept).toEqual(expect.arrayContaining(["workloads/heartbeat.yaml", "policies/calm.yaml"]));
    // A name may stand in a comment too.
    expect(kept.length).toBeLessThan(5);
  });

  it("brings what a library profile inherits from or uses", () => {
    const [one, base] = ["one: 1", "name: other-base\nkind: ClusterPolicy"];
    const sources = [
      { file: "own", text: "policy: a-policy" },
      { file: "base", text: base, library: true },
      { file: "unused", text: "name: unused", library: true },
      { file: "heir", text: `name: "a-policy" # why\nbase: other-base\n${one}`, library: true },
    ];
    expect(withLibraryNamed(sources).map(({ file }) => file)).toEqual(["own", "base", "heir"]);
  });

  it("knows every name of the shipped library", () => {
    const { documents } = parseDocuments(library);
    expect(documents.length).toBeGreaterThan(15);
    for (const { name, file } of documents) {
      const kept = withLibraryNamed([{ file: "own", text: `x: ${name}` }, ...library]);
      expect(kept.map((one) => one.file)).toContain(file);
    }
  });
});
