// The devices of an image set as a command line names them: where their images are published, and whose keys they trust.
import { resolve } from "node:path";
import { DcnError } from "../errors/index.js";
import type { Births } from "../lab/index.js";
import type { Call, OptionDefinition } from "./command.js";

/** Where devices take their images from. */
export const birthOptions: readonly OptionDefinition[] = [
  { flags: "--repository <FOLDER>", help: "where the images are published" },
  { flags: "--channel <NAME>", help: "the channel that devices follow (default: as built)" },
  { flags: "--keys <FILE>", help: "public keys: devices refuse images that others signed" },
  { flags: "--copy <DEVICES>", help: "devices of which there are two, as a comma list" },
];

/** The devices of the set that `word` names. Throws DcnError `usage` LAB_IMAGES where it is not said where their images are. */
export async function birthsOf(call: Call, word: string, off = false): Promise<Births> {
  const repository = call.options.text("repository");
  if (repository === undefined) {
    throw new DcnError("usage", "LAB_IMAGES", "it is not said where the images are published", {
      hint: "--repository FOLDER, as `dcn-ha image publish SET --to FOLDER` made it",
    });
  }
  const { loadImageSetDocuments } = await import("./image-set.js");
  const { set, documents } = await loadImageSetDocuments(call, word);
  const keys = call.options.text("keys");
  return {
    set,
    documents,
    repository: resolve(repository),
    channel: call.options.text("channel"),
    keys: keys === undefined ? undefined : resolve(keys),
    copies: call.options.text("copy")?.split(",") ?? [],
    off,
  };
}
