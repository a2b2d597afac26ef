// One text file of the user's, whole.
import { readFile, stat } from "node:fs/promises";
import { DcnError } from "../errors/index.js";

const MAX_BYTES = 64 * 1024 * 1024;

/** The text of a file. Throws DcnError invalid SOURCE_UNREADABLE, SOURCE_TOO_LARGE (64 MiB) or SOURCE_NOT_TEXT. */
export async function readSourceText(file: string): Promise<string> {
  const bytes = await read(file).catch((cause: unknown) => {
    if (cause instanceof DcnError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DcnError("invalid", "SOURCE_UNREADABLE", `${file} cannot be read: ${reason}`, { cause });
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DcnError("invalid", "SOURCE_NOT_TEXT", `${file} is not UTF-8 text`, { cause });
  }
}

async function read(file: string): Promise<Uint8Array> {
  if ((await stat(file)).size > MAX_BYTES)
    throw new DcnError("invalid", "SOURCE_TOO_LARGE", `${file} is longer than 64 MiB`);
  return readFile(file);
}
