// What the commands that build, publish and copy images share: the workshop, the signer, and their options.
import { resolve } from "node:path";
import type { GpgSigner, Workshop } from "../build/index.js";
import { DcnError } from "../errors/index.js";
import type { ResolvedImageSet } from "../profile/index.js";
import type { ImageLayers } from "../workflows/index.js";
import type { Call, OptionDefinition } from "./command.js";
import { loadImageSet } from "./image-set.js";
import { FindingsError } from "./trouble.js";

/** Which images of a set. */
export const choiceOptions: readonly OptionDefinition[] = [
  { flags: "--role <ROLE>", help: "only the images of this role" },
  { flags: "--site <SITE>", help: "only the images of this site" },
];

export const storeOption: OptionDefinition = {
  flags: "--store <DIR>",
  help: "where builds keep what they made (default: /var/cache/dcn-ha-images, or $DCN_HA_IMAGES)",
};
export const keysOption: OptionDefinition = {
  flags: "--keys <FILE>",
  help: "public keys that count, as gpg --export writes them",
};
export const signOptions: readonly OptionDefinition[] = [
  { flags: "--sign-by <FINGERPRINT>", help: "GnuPG key that signs" },
  { flags: "--gpg-home <DIR>", help: "keyring of that key (default: yours)" },
];
export const architectureOption: OptionDefinition = {
  flags: "--architecture <NAME>",
  help: "refuse images for another one: x86_64, aarch64",
};

/** The store of a call. */
export function storeOf({ options }: Call): string {
  return resolve(options.text("store") ?? process.env.DCN_HA_IMAGES ?? "/var/cache/dcn-ha-images");
}

/** An option that has to be there. Throws DcnError usage OPTION_MISSING. */
export function required({ options }: Call, name: string): string {
  const value = options.text(name);
  if (value === undefined) throw new DcnError("usage", "OPTION_MISSING", `--${name} is missing`);
  return value;
}

/** Who signs. Throws DcnError usage. */
export function signerOf(call: Call): GpgSigner {
  const fingerprint = required(call, "sign-by").replaceAll(" ", "").toUpperCase();
  if (!/^[0-9A-F]{40}$|^[0-9A-F]{64}$/.test(fingerprint)) {
    const hint = "gpg --list-secret-keys --with-fingerprint shows it; a short key id is no fingerprint";
    throw new DcnError("usage", "NO_FINGERPRINT", "--sign-by takes the whole fingerprint of a key", { hint });
  }
  const home = call.options.text("gpg-home");
  return { fingerprint, home: home === undefined ? undefined : resolve(home) };
}

/** Runs `job` with a workshop on this machine. */
export async function inWorkshop<T>(call: Call, job: (shop: Workshop) => Promise<T>): Promise<T> {
  const { createLocalTransport } = await import("../transport/index.js");
  const transport = createLocalTransport();
  try {
    return await job({
      transport,
      logs: resolve(storeOf(call), "logs"),
      onProgress: (text) => call.output.progress(text),
      signal: call.signal,
    });
  } finally {
    await transport.close();
  }
}

/** The set of a call with its layers and the choice among its images. Throws FindingsError. */
export async function setOf(call: Call): Promise<{
  readonly set: ResolvedImageSet;
  readonly layers: ImageLayers;
  readonly choice: { readonly role: string | undefined; readonly site: string | undefined };
}> {
  const { imageLayers } = await import("../workflows/index.js");
  const set = await loadImageSet(call);
  const choice = { role: known(call, "role", set.value.roles), site: known(call, "site", set.value.sites) };
  const layers = await imageLayers(set, "debian");
  if ("findings" in layers) throw new FindingsError(layers.findings);
  call.output.findings(layers.warnings);
  return { set, layers, choice };
}

/** The value of an option that names a role or a site. Throws DcnError usage. */
export function known(call: Call, option: "role" | "site", all: object): string | undefined {
  const value = call.options.text(option);
  if (value === undefined || Object.hasOwn(all, value)) return value;
  const names = Object.keys(all).join(", ");
  throw new DcnError("usage", "UNKNOWN_CHOICE", `the set has no ${option} ${value}`, {
    hint: `known: ${names}`,
  });
}
