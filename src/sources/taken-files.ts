// The files beside an image set that its images take over.
import { readFile, stat } from "node:fs/promises";
import type { Finding } from "../errors/index.js";
import type { TakenFile } from "../profile/index.js";

const MAX_BYTES = 16 * 1024 * 1024;

/** Contents by `TakenFile.key`, and a finding for each that cannot be read. */
export async function readTakenFiles(
  files: readonly TakenFile[],
): Promise<{ readonly contents: ReadonlyMap<string, Uint8Array>; readonly findings: readonly Finding[] }> {
  const contents = new Map<string, Uint8Array>();
  const findings: Finding[] = [];
  await Promise.all(
    files.map(async ({ key, path, position }) => {
      const fault = (text: string): void => {
        findings.push({ severity: "error", code: "IMAGE_FILE", position, text: `${path} ${text}` });
      };
      try {
        const status = await stat(path);
        if (!status.isFile()) fault("is no file");
        else if (status.size > MAX_BYTES) fault("is longer than 16 MiB");
        else contents.set(key, await readFile(path));
      } catch {
        fault("cannot be read");
      }
    }),
  );
  return { contents, findings };
}
