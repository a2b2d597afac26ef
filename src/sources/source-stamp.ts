// Which revision of its sources an image is made from, and since when they are so (https://reproducible-builds.org/specs/source-date-epoch/).
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DcnError } from "../errors/index.js";
import { createLocalTransport } from "../transport/index.js";

/** Revision (empty where there is none) and time in seconds since 1970. */
export interface SourceStamp {
  readonly revision: string;
  readonly builtAt: number;
}

/**
 * Asks git(1) about the folder of `file`. The time is SOURCE_DATE_EPOCH where it is set, else that of the commit, else that of
 * the file. Throws DcnError usage SOURCE_DATE_EPOCH where that is no number.
 */
export async function sourceStamp(
  file: string,
  epoch = process.env["SOURCE_DATE_EPOCH"],
): Promise<SourceStamp> {
  if (epoch !== undefined && !/^[0-9]{1,12}$/.test(epoch))
    throw new DcnError("usage", "SOURCE_DATE_EPOCH", "SOURCE_DATE_EPOCH is no number of seconds since 1970");
  const folder = dirname(file);
  const [revision = "", time = ""] = (await git(folder, ["log", "-1", "--format=%H %ct", "--", "."])).split(
    " ",
  );
  const changed = revision === "" ? "" : await git(folder, ["status", "--porcelain", "--", "."]);
  const builtAt = epoch ?? (time || String(Math.floor((await stat(file)).mtimeMs / 1_000)));
  return { revision: changed === "" ? revision : `${revision}+changes`, builtAt: Number(builtAt) };
}

/** What git says; nothing where there is no git or no repository. */
async function git(folder: string, words: readonly string[]): Promise<string> {
  const transport = createLocalTransport();
  try {
    const argv = ["git", "-C", folder, ...words];
    const result = await transport.exec("this machine", { argv, timeoutMs: 20_000 });
    return result.exitCode === 0 ? result.stdout.trim() : "";
  } finally {
    await transport.close();
  }
}
