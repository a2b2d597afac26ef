// The library's example image set, resolved as `image render` does, with edits of its documents where a test wants them.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { formatFinding } from "../../src/errors/index.js";
import { type Family, type ImageLock, type LayerGraph, layerGraph } from "../../src/image/index.js";
import { parseDocuments, type ResolvedImageSet, resolveImageSet } from "../../src/profile/index.js";
import { LIBRARY_FOLDER, loadSources, readNodeFiles } from "../../src/sources/index.js";

const FILES = ["images/plant.yaml", "images/groups/site-1.yaml", "images/groups/site-2.yaml"];

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The set, each file changed by `edit`. */
export async function plant(
  edit: (text: string, file: string) => string = (text) => text,
): Promise<ResolvedImageSet> {
  const library = (await loadSources([])).sources;
  const own = FILES.map((name) => {
    const file = join(LIBRARY_FOLDER, name);
    return { file, text: edit(readFileSync(file, "utf8"), name) };
  });
  const { documents, findings, broken } = parseDocuments([...own, ...library]);
  const resolved = resolveImageSet(documents, "plant", broken);
  expect([...findings, ...resolved.findings].map(formatFinding)).toEqual([]);
  if (resolved.set === undefined) throw new Error("no set");
  return resolved.set;
}

/** Its layers, as made from revision `abc` at second 1000 unless told otherwise. */
export async function graphOf(
  set: ResolvedImageSet,
  options: { family?: Family; lock?: ImageLock; revision?: string } = {},
): Promise<LayerGraph> {
  const { family = "debian", revision = "abc" } = options;
  const lock = options.lock === undefined ? {} : { lock: options.lock };
  const nodeFiles = await readNodeFiles(family);
  return layerGraph({ set, family, nodeFiles, taken: new Map(), sha256, revision, builtAt: 1_000, ...lock });
}

/** Compares with a file of golden/, or writes it with UPDATE_GOLDEN=1. */
export function checkGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, "golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}
