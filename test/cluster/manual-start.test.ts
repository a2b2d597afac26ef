import { join } from "node:path";
import { expect, test } from "vitest";
import { mayStandStill, startedByHand } from "../../src/cluster/index.js";
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

test("without its ticket a workload may stand still, with what follows it; a leader's ticket stops nothing", async () => {
  const file = join(import.meta.dirname, "../golden/two-plants/plant-north.yaml");
  const { sources } = await loadSources([file, join(file, "../two-plants.yaml")]);
  const { group } = resolveGroup(parseDocuments(sources).documents);
  const configuration = group?.model.configuration ?? { constraints: [], resources: [] };
  expect([...mayStandStill(configuration)]).toEqual(["control", "address"]);
  expect([...mayStandStill(configuration, ["archive"])]).toEqual(["control", "address"]);
  expect([...mayStandStill(configuration, ["line-1"])]).toEqual([]);
  expect([...startedByHand(configuration)]).toEqual([]);
});
