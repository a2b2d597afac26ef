// The files that dcn-ha brings into an image, as resources/node-files lists them.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { invariant } from "../errors/index.js";
import type { ImageFile } from "../image/index.js";

const RESOURCES = fileURLToPath(new URL("../../resources", import.meta.url));

/** Reads them; `resources` is the product's own folder unless told otherwise. */
export async function readNodeFiles(resources = RESOURCES): Promise<ImageFile[]> {
  const table = await readFile(join(resources, "node-files"), "utf8");
  const lines = table.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Promise.all(
    lines.map(async (line) => {
      const [mode, path, source, ...rest] = line.split(" ");
      invariant(mode && path && source && rest.length === 0, `resources/node-files: ${line}`);
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
