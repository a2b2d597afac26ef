// A group of three and drills of it, for tests.
import { expect } from "vitest";
import type { Situation, Traits } from "../../src/drill/index.js";
import { type Drill, parseDocuments } from "../../src/profile/index.js";

export const traits: Traits = {
  nodes: ["a", "b", "c"],
  networks: ["site", "process"],
  client: false,
  mixedVersions: false,
  faults: ["power-off", "cut-network", "cut-direction", "link-down"],
};
export const before: Situation = {
  workload: "pulse",
  holder: "a",
  dc: "b",
  online: ["a", "b", "c"],
  troubles: [],
};

export function drill(text: string): Drill {
  const { documents, findings } = parseDocuments([
    { file: "d.yaml", text: `kind: Drill\nname: d\nsummary: s\n${text}` },
  ]);
  expect(findings).toEqual([]);
  const [document] = documents;
  if (document?.kind !== "Drill") throw new Error("no Drill");
  return document.value;
}

export const POWER =
  "steps: [{ fault: power-off, node: holder }]\nexpect: { workload: moved, fenced: [holder], back: 1.3 }\n";
