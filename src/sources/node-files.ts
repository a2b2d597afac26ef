// The files that dcn-ha brings into an image, as resources/node-files lists them.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { invariant } from "../errors/index.js";
import type { Family, ImageFile } from "../image/index.js";

/** The product's own files for nodes and images. */
export const RESOURCES_FOLDER = fileURLToPath(new URL("../../resources", import.meta.url));

/** Reads those for one family of distributions; `resources` is the product's own folder unless told otherwise. */
export async function readNodeFiles(family: Family, resources = RESOURCES_FOLDER): Promise<ImageFile[]> {
  const table = await readFile(join(resources, "node-files"), "utf8");
  const lines = table.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const rows = lines.map((line) => line.split(" ")).filter(([, , , only = family]) => only === family);
  return Promise.all(
    rows.map(async ([mode, path, source]) => {
      invariant(mode && path && source, "resources/node-files: a line has a mode, a path and a source");
      if (mode === "link") return { path, link: source };
      return { path, mode, content: await contentOf(join(resources, source)) };
    }),
  );
}

/** A folder is one script in parts, joined in the order of their names. */
async function contentOf(source: string): Promise<Uint8Array> {
  if (!source.endsWith("/")) return readFile(source);
  const parts = (await readdir(source)).sort();
  return Buffer.concat(await Promise.all(parts.map((part) => readFile(join(source, part)))));
}
