// Images on a stick: one folder with an ostree repository and a signed list of every file, for sites that no network reaches.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DcnError } from "../errors/index.js";
import {
  ensureRepository,
  type GpgSigner,
  mirrorRefs,
  type OstreeImage,
  type OstreeSource,
} from "./ostree-repository.js";
import { runTool, type Workshop } from "./tool.js";

/** The list of a bundle: which images, and every file with its digest. */
interface BundleList {
  readonly schema: 1;
  readonly images: readonly OstreeImage[];
  /** SHA-256 by path below the bundle's folder. */
  readonly files: Readonly<Record<string, string>>;
}

const LIST = "bundle.json";
const SIGNATURE = "bundle.json.asc";

/** Writes the bundle into an empty or new folder. Throws DcnError refused FOLDER_NOT_EMPTY, and as `mirrorRefs`. */
export async function writeBundle(
  shop: Workshop,
  source: OstreeSource,
  bundle: { readonly folder: string; readonly refs: readonly string[]; readonly signer: GpgSigner },
): Promise<readonly OstreeImage[]> {
  const { folder, refs, signer } = bundle;
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    const hint = "name a new folder; an old bundle is not added to, since its list is signed";
    throw new DcnError("refused", "FOLDER_NOT_EMPTY", `${folder} is not empty`, { hint });
  }
  const path = join(folder, "repo");
  const images = await mirrorRefs(shop, source, { path, refs });
  shop.onProgress("listing and signing what is in the bundle");
  const files = await digestsBelow(folder);
  const list: BundleList = { schema: 1, images, files };
  await writeFile(join(folder, LIST), `${JSON.stringify(list, undefined, 2)}\n`);
  const home = signer.home === undefined ? [] : ["--homedir", signer.home];
  const argv = [
    "gpg",
    ...home,
    "--batch",
    "--armor",
    "--local-user",
    signer.fingerprint,
    "--output",
    join(folder, SIGNATURE),
    "--detach-sign",
    join(folder, LIST),
  ];
  await runTool(shop, { argv, purpose: "sign the bundle" });
  return images;
}

/**
 * Brings the images of a bundle into a repository. First the list's signature, then every name and digest, then each commit's signature: nothing is
 * written before all of it was good. Throws DcnError refused SIGNATURE_REFUSED, CONTENT_ALTERED, PATH_REFUSED, WRONG_ARCHITECTURE.
 */
export async function readBundle(
  shop: Workshop,
  bundle: { readonly folder: string; readonly keys: string; readonly architecture?: string | undefined },
  target: string,
): Promise<readonly OstreeImage[]> {
  const { folder, keys, architecture } = bundle;
  await requireSigned(shop, folder, keys);
  const list = parseList(await readFile(join(folder, LIST), "utf8"));
  shop.onProgress(`checking ${Object.keys(list.files).length} files`);
  await requireSame(folder, list);
  await ensureRepository(shop, target, "archive");
  const source = { url: `file://${join(folder, "repo")}`, keys, architecture };
  const refs = list.images.map(({ ref }) => ref);
  const images = await mirrorRefs(shop, source, { path: target, refs });
  const wrong = images.find(({ ref, commit }) =>
    list.images.every((one) => one.ref !== ref || one.commit !== commit),
  );
  if (wrong !== undefined)
    throw new DcnError("refused", "CONTENT_ALTERED", `${wrong.ref} is not the commit that the bundle lists`);
  return images;
}

/** gpgv(1) trusts the keys of one file and no keyring of the user's. */
async function requireSigned(shop: Workshop, folder: string, keys: string): Promise<void> {
  const argv = ["gpgv", "--keyring", keys, join(folder, SIGNATURE), join(folder, LIST)];
  const { exitCode, stderr } = await runTool(shop, {
    argv,
    purpose: "check the bundle's signature",
    accept: [0, 1, 2],
  });
  if (exitCode === 0) return;
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const hint = `the keys that count are those of ${keys}, as gpg --export writes them (not armored)`;
  const text = `the bundle's list is not signed by a key that counts: ${said}`;
  throw new DcnError("refused", "SIGNATURE_REFUSED", text, { hint });
}

function parseList(text: string): BundleList {
  const list = JSON.parse(text) as Partial<BundleList>;
  if (list.schema !== 1 || list.files === undefined || list.images === undefined) {
    const hint = "take the release that wrote it, or a newer one";
    throw new DcnError("invalid", "BUNDLE_UNKNOWN", "the bundle's list is of another release", { hint });
  }
  return { schema: 1, images: list.images, files: list.files };
}

async function requireSame(folder: string, { files }: BundleList): Promise<void> {
  for (const path of Object.keys(files)) {
    const climbs =
      path.startsWith("/") || path.split("/").some((part) => part === ".." || part === "" || part === ".");
    if (climbs)
      throw new DcnError("refused", "PATH_REFUSED", `the bundle lists a file outside its folder: ${path}`);
  }
  const found = Object.fromEntries(
    Object.entries(await digestsBelow(folder)).filter(([name]) => name !== LIST && name !== SIGNATURE),
  );
  const names = new Set([...Object.keys(files), ...Object.keys(found)]);
  const altered = [...names].filter((path) => files[path] !== found[path]);
  if (altered.length === 0) return;
  const more = altered.length > 3 ? ` and ${altered.length - 3} more` : "";
  const text = `the bundle is not what was signed: ${altered.slice(0, 3).join(", ")}${more}`;
  throw new DcnError("refused", "CONTENT_ALTERED", text, { hint: "copy it anew; the stick may be failing" });
}

/** SHA-256 of every file below the folder. A link, device or pipe has no place on a stick. */
async function digestsBelow(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = Object.create(null) as Record<string, string>;
  const names = await readdir(folder, { recursive: true });
  for (const name of names.sort()) {
    const path = join(folder, name);
    const info = await lstat(path);
    if (info.isDirectory()) continue;
    if (!info.isFile())
      throw new DcnError("refused", "PATH_REFUSED", `${name} in the bundle is not a plain file`);
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    digests[name] = hash.digest("hex");
  }
  return digests;
}
