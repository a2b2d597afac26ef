import { join } from "node:path";
import { expect, test } from "vitest";
import { startedByHand } from "../../src/cluster/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";

test("of the five mixed nodes' workloads only the one with a manual start waits for a person", async () => {
  const file = join(import.meta.dirname, "../../profiles/groups/five-mixed.yaml");
  const { sources } = await loadSources([file]);
  const { group } = resolveGroup(parseDocuments(sources).documents);
  expect([...startedByHand(group?.model.configuration ?? { constraints: [], resources: [] })]).toEqual([
    "report-server",
  ]);
});
