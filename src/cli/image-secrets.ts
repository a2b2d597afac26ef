// `dcn-ha image secrets`: what a site hands to the devices of a group, as files for a credential store, a medium or an installer.
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { Call, CommandDefinition } from "./command.js";
import { groupArgument, loadGroup, profilesOption } from "./group.js";
import { exitCodes } from "./trouble.js";

/** Bytes of a corosync key, as corosync-keygen(8) makes one. */
const KEY_BYTES = 256;

/** The verb. */
export const secretsVerb: CommandDefinition = {
  summary: "writes the secrets that first boot of a group's devices asks for",
  arguments: [groupArgument],
  options: [
    {
      flags: "--out <DIR>",
      help: "folder for one file for each secret; a corosync-authkey that is there stays",
    },
    profilesOption,
  ],
  examples: ["dcn-ha image secrets profiles/images/groups/site-1.yaml --out /media/usb/dcn-ha"],
  run: writeSecrets,
};

async function writeSecrets(call: Call): Promise<number> {
  const folder = call.options.text("out");
  if (folder === undefined) throw new DcnError("usage", "OPTION_MISSING", "image secrets needs --out");
  const group = await loadGroup(call);
  const { readSecrets } = await import("./secrets.js");
  const secrets = await readSecrets(group);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = await writeOnce(join(folder, "corosync-authkey"), randomBytes(KEY_BYTES));
  for (const [name, value] of secrets) await writeFile(join(folder, fileOf(name)), value, { mode: 0o600 });
  const names = ["corosync-authkey", ...[...secrets.keys()].map(fileOf)];
  call.output.answer(
    { folder, secrets: names, keyMade: made },
    [
      `${folder}: ${names.join(", ")}`,
      made ? "the key is new: all devices of the group need this one" : "the key was there already",
      "give them to the devices as credentials dcn-ha.NAME, on a medium labelled DCN-HA, or in /etc/dcn-ha/provision",
    ].join("\n"),
  );
  return exitCodes.done;
}

/** Neither a credential nor a file on every medium may have a slash or a colon in its name: first boot takes a dot for both. */
function fileOf(secret: string): string {
  return secret.replaceAll(/[/:]/g, ".");
}

async function writeOnce(path: string, content: Uint8Array): Promise<boolean> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") return false;
    throw error;
  }
}
