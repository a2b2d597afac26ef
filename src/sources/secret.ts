// Secrets by reference: one file each below a folder that only its owner can read; values never reach a message.
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { secretFault } from "../profile/index.js";

/** Where secrets lie instead of `secrets/` next to the profile. */
export interface SecretOptions {
  /** Default: the environment's DCN_HA_SECRETS. */
  readonly folder?: string;
}

const MAX_BYTES = 64 * 1024;
/** Bits of a file's mode that let anyone but its owner read or change it. */
const OTHERS = 0o077;

/**
 * The value of `reference` (as `bmc/dcn1`), without the newline at its end. `baseDir` is the folder of the profile's file.
 * Throws DcnError invalid: SECRET_REFERENCE, SECRET_MISSING, SECRET_EMPTY; refused: SECRET_EXPOSED, where others can read the file.
 */
export async function resolveSecret(
  reference: string,
  baseDir: string,
  options: SecretOptions = {},
): Promise<string> {
  if (secretFault(reference) !== undefined) {
    throw new DcnError(
      "invalid",
      "SECRET_REFERENCE",
      "a secret is named by its path below the secrets folder, as bmc/dcn1",
    );
  }
  const folder = options.folder ?? process.env.DCN_HA_SECRETS ?? join(baseDir, "secrets");
  const file = join(folder, reference);
  const value = (await readOwnFile(file)).replace(/\r?\n$/, "");
  if (value === "") throw new DcnError("invalid", "SECRET_EMPTY", `the secret file ${file} is empty`);
  return value;
}

// The mode is read from the open file, so that what was checked is what is read.
async function readOwnFile(file: string): Promise<string> {
  const handle = await open(file, "r").catch((error: unknown) => {
    const hint = "make the file, readable by you alone, or name another folder in DCN_HA_SECRETS";
    throw new DcnError("invalid", "SECRET_MISSING", `the secret file ${file} cannot be read`, {
      hint,
      cause: error,
    });
  });
  try {
    const status = await handle.stat();
    if (!status.isFile() || status.size > MAX_BYTES) {
      throw new DcnError("invalid", "SECRET_MISSING", `${file} is no file of at most 64 KiB`);
    }
    if ((status.mode & OTHERS) !== 0) {
      throw new DcnError("refused", "SECRET_EXPOSED", `others than its owner may open ${file}`, {
        hint: `chmod 600 ${file}`,
      });
    }
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
