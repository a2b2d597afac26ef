// Rendered files into a folder, with their modes and links, and nothing outside of it.
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { invariant } from "../errors/index.js";
import type { ImageFile } from "../image/index.js";

/** Writes `files` below `folder`; what is there at their paths is replaced. */
export async function writeTree(folder: string, files: readonly ImageFile[]): Promise<void> {
  for (const file of files) {
    invariant(!file.path.split("/").includes(".."), `${file.path} leads out of the folder`);
    const target = join(folder, file.path);
    await mkdir(dirname(target), { recursive: true });
    await rm(target, { force: true });
    if ("link" in file) await symlink(file.link, target);
    else {
      await writeFile(target, file.content);
      await chmod(target, Number.parseInt(file.mode, 8));
    }
  }
}
