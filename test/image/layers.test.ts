import { describe, expect, test } from "vitest";
import {
  chosen,
  type LayerGraph,
  leavesOf,
  lineOf,
  lockOf,
  lockText,
  readLock,
} from "../../src/image/index.js";
import { graphOf, plant, sha256 } from "./plant.js";

const tags = (graph: LayerGraph) => new Map(graph.layers.map(({ address, tag }) => [address, tag]));

/** Addresses of the layers whose tags differ. */
async function changedBy(edit: (text: string, file: string) => string): Promise<string[]> {
  const before = tags(await graphOf(await plant()));
  const after = tags(await graphOf(await plant(edit)));
  return [...after].filter(([address, tag]) => before.get(address) !== tag).map(([address]) => address);
}

describe("the layers of the example", () => {
  test("branch from one base into a role and a site", async () => {
    const graph = await graphOf(await plant());
    expect(leavesOf(graph)).toHaveLength(6);
    const line = lineOf(graph, "role/hmi/site/site-1").map(({ address }) => address);
    expect(line).toEqual([
      "base",
      "packages",
      "configuration",
      "workload",
      "role/hmi",
      "role/hmi/site/site-1",
    ]);
  });

  test("are the same however often they are made", async () => {
    expect(await graphOf(await plant())).toEqual(await graphOf(await plant()));
  });

  test.each([
    ["a site's time source", "plant.yaml", ["10.2.0.2", "10.2.0.3"], "/site/site-2"],
    ["a site's group", "site-1.yaml", ["10.1.2.11", "10.1.2.21"], "/site/site-1"],
    ["a site's fence agent", "site-2.yaml", ["redfish:", "ipmi:"], "/site/site-2"],
  ])("a change of %s rebuilds exactly the three images of the site", async (_, file, [from, to], end) => {
    const edit = (text: string, name: string) =>
      name.endsWith(file) ? text.replaceAll(from ?? "", to ?? "") : text;
    const changed = await changedBy(edit);
    expect(changed).toHaveLength(3);
    expect(changed.every((address) => address.endsWith(end))).toBe(true);
  });

  test("a change of a role rebuilds the role and its sites", async () => {
    const changed = await changedBy((text) => text.replace("NAutoVTs=0", "NAutoVTs=1"));
    expect(changed).toEqual(["role/hmi", "role/hmi/site/site-1", "role/hmi/site/site-2"]);
  });

  test("a new version rebuilds the images, and no layer that they share", async () => {
    const changed = await changedBy((text) => text.replace("version: 1.0.0", "version: 1.0.1"));
    expect(changed).toHaveLength(6);
    expect(changed.every((address) => address.includes("/site/"))).toBe(true);
  });

  test("a choice keeps what it stands on", async () => {
    const graph = chosen(await graphOf(await plant()), { role: "hmi", site: "site-2" });
    expect(graph.layers.map(({ address }) => address)).toEqual(
      lineOf(graph, "role/hmi/site/site-2").map(({ address }) => address),
    );
    expect(graph.layers).toHaveLength(6);
  });

  test("a package that the layer below has is not installed twice", async () => {
    const graph = await graphOf(await plant());
    expect(graph.layers.find(({ address }) => address === "packages")?.packages).toContain("linuxptp");
    expect(graph.layers.flatMap((layer) => (layer.kind === "site" ? layer.packages : []))).toEqual([]);
  });
});

describe("the lock file", () => {
  test("is read back as it was written", async () => {
    const lock = lockOf(await graphOf(await plant()), undefined, sha256);
    expect(readLock(lockText(lock), "plant.lock.json")).toEqual(lock);
    expect(() => readLock("{}", "x")).toThrow("no lock file");
    expect(() => readLock("<", "x")).toThrow("no lock file");
  });

  test("keeps revision, versions and digests of layers that are still the same, and forgets those of others", async () => {
    const first = lockOf(await graphOf(await plant()), undefined, sha256);
    for (const layer of Object.values(first.layers.debian))
      layer.outputs["ostree"] = `commit of ${layer.tag}`;
    const edited = await plant((text) => text.replaceAll("10.2.0.2", "10.2.0.3"));
    const graph = await graphOf(edited, { lock: first, revision: "def" });
    const second = lockOf(graph, first, sha256);
    const fresh = Object.entries(second.layers.debian).filter(([, { revision }]) => revision === "def");
    expect(fresh.map(([address]) => address).every((address) => address.endsWith("/site/site-2"))).toBe(true);
    expect(fresh).toHaveLength(3);
    expect(fresh.every(([, { outputs }]) => outputs["ostree"] === undefined)).toBe(true);
    expect(second.layers.debian["base"]?.outputs["ostree"]).toBe(
      first.layers.debian["base"]?.outputs["ostree"],
    );
  });

  test("so that a later revision alone changes no image", async () => {
    const first = await graphOf(await plant());
    const lock = lockOf(first, undefined, sha256);
    const second = await graphOf(await plant(), { lock, revision: "def" });
    expect(second).toEqual(first);
  });
});
