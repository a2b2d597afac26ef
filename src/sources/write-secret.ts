// Secrets into files below a folder, each readable by its owner alone from its first moment on.
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DcnError } from "../errors/index.js";
import { secretFault } from "../profile/index.js";

/**
 * Writes one secret and returns its path. A file that is there with the same value stays; another value is not overwritten.
 * Throws DcnError refused SECRET_EXISTS.
 */
export async function writeSecret(folder: string, reference: string, value: string): Promise<string> {
  const fault = secretFault(reference);
  if (fault !== undefined) throw new DcnError("invalid", "SECRET_REFERENCE", fault.text);
  const file = join(folder, reference);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "wx", 0o600).catch((cause: unknown) => {
    const hint = "take another folder, or remove the file";
    throw new DcnError("refused", "SECRET_EXISTS", `${file} cannot be made, or is there already`, {
      hint,
      cause,
    });
  });
  try {
    await handle.writeFile(value);
  } finally {
    await handle.close();
  }
  return file;
}
