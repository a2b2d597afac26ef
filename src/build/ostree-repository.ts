// OS images as an ostree repository over HTTP: signed commits, channels as refs, a summary, mirrors with the same digests (ostree(1)).
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { runTool, type Workshop } from "./tool.js";

/** Who signs: a fingerprint of a GnuPG key, and the home of its keyring where it is not the user's own. */
export interface GpgSigner {
  readonly fingerprint: string;
  readonly home?: string | undefined;
}

/** One image in a repository. */
export interface OstreeImage {
  /** `dcn/hmi/site-1`, or with its channel before it: `stable/dcn/hmi/site-1`. */
  readonly ref: string;
  /** SHA-256 of the commit. */
  readonly commit: string;
}

const PULL_TIMEOUT_MS = 1_800_000;

/** Makes the repository unless it is there. `archive` is what HTTP serves, `bare` what a build works in. */
export async function ensureRepository(
  shop: Workshop,
  path: string,
  mode: "archive" | "bare",
): Promise<void> {
  if (existsSync(join(path, "config"))) return;
  await mkdir(path, { recursive: true });
  await ostree(shop, path, { purpose: `make the repository ${path}`, words: ["init", `--mode=${mode}`] });
}

/** The commit of a ref; undefined where there is none. */
export async function commitOf(shop: Workshop, path: string, ref: string): Promise<string | undefined> {
  const words = ["rev-parse", "--", ref];
  const result = await ostree(shop, path, { purpose: `look up ${ref}`, words, accept: [0, 1] });
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/** The refs that a served repository's summary names. Throws as `runTool`; failed NO_SUCH_IMAGE where it names none. */
export async function refsOf(shop: Workshop, url: string): Promise<string[]> {
  const scratch = await mkdtemp(join(tmpdir(), "dcn-ha-refs-"));
  try {
    await ostree(shop, scratch, { purpose: "make a scratch repository", words: ["init", "--mode=archive"] });
    const add = ["remote", "add", "--no-gpg-verify", "source", url];
    await ostree(shop, scratch, { purpose: `ask ${url}`, words: add });
    const { stdout } = await ostree(shop, scratch, {
      purpose: `ask ${url} what it has`,
      words: ["remote", "refs", "source"],
    });
    const refs = stdout.split("\n").flatMap((line) => /^source:(.+)$/.exec(line.trim())?.[1] ?? []);
    if (refs.length > 0) return refs;
    throw new DcnError("failed", "NO_SUCH_IMAGE", `${url} names no image`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Brings images from the build's repository into the one that is served, signs each commit that the signer has not signed, and renews the summary. */
export async function publishCommits(
  shop: Workshop,
  where: { readonly from: string; readonly to: string; readonly signer: GpgSigner },
  images: readonly OstreeImage[],
): Promise<void> {
  const { from, to, signer } = where;
  await ensureRepository(shop, to, "archive");
  for (const { ref, commit } of images) {
    shop.onProgress(`publishing ${ref}`);
    const words = ["pull-local", from, commit];
    await ostree(shop, to, { purpose: `copy ${ref}`, words, timeoutMs: PULL_TIMEOUT_MS });
    await signCommit(shop, to, { ref, commit }, signer);
    await setRef(shop, to, { ref, commit });
  }
  await renewSummary(shop, to, signer);
}

/** Points `CHANNEL/REF` at each image's commit; what is already there stays as it is. The summary says so afterwards. */
export async function promoteCommits(
  shop: Workshop,
  path: string,
  promotion: {
    readonly channel: string;
    readonly images: readonly OstreeImage[];
    readonly signer: GpgSigner;
  },
): Promise<void> {
  for (const { ref, commit } of promotion.images)
    await setRef(shop, path, { ref: `${promotion.channel}/${ref}`, commit });
  await renewSummary(shop, path, promotion.signer);
}

/** Where a mirror comes from and whose signatures count. */
export interface OstreeSource {
  /** `https://hub/repo`, `http://…`, or `file:///media/usb/repo`. */
  readonly url: string;
  /** File with the public keys that count (gpg --export). */
  readonly keys: string;
  /** The only architecture that may come in, in ostree's words: `x86_64`, `aarch64`; absent: any. */
  readonly architecture?: string | undefined;
}

/**
 * Copies refs with their signatures, so that the mirror has the same commits. Each commit's signature and architecture are looked at before
 * its content is fetched; every object's checksum while it is. Throws DcnError refused SIGNATURE_REFUSED, WRONG_ARCHITECTURE, CONTENT_ALTERED.
 */
export async function mirrorRefs(
  shop: Workshop,
  source: OstreeSource,
  target: { readonly path: string; readonly refs: readonly string[] },
): Promise<OstreeImage[]> {
  const { path, refs } = target;
  await ensureRepository(shop, path, "archive");
  // A remote of this run alone: whose keys count must not depend on what an earlier run left in the repository.
  const remote = `dcn-ha-${process.pid}`;
  const forget = ["remote", "delete", "--if-exists", remote];
  await ostree(shop, path, { purpose: "forget an old source", words: forget });
  const add = ["remote", "add", "--set=gpg-verify=true", `--gpg-import=${source.keys}`, remote, source.url];
  await ostree(shop, path, { purpose: `trust the keys of ${source.keys}`, words: add });
  try {
    const images: OstreeImage[] = [];
    for (const ref of refs) images.push(await mirrorRef(shop, source, { path, remote, ref }));
    return images;
  } finally {
    // Also after Ctrl-C, when the shop's own signal would stop this at once.
    const atAnyRate = { ...shop, signal: undefined };
    const names = refs.map((ref) => `${remote}:${ref}`);
    const purpose = "forget the source";
    await ostree(atAnyRate, path, { purpose, words: ["refs", "--delete", ...names], accept: [0, 1] });
    await ostree(atAnyRate, path, { purpose, words: forget });
  }
}

interface Pull {
  readonly path: string;
  readonly remote: string;
  readonly ref: string;
}

async function mirrorRef(shop: Workshop, source: OstreeSource, pull: Pull): Promise<OstreeImage> {
  const { path, remote, ref } = pull;
  shop.onProgress(`${ref}: checking its signature`);
  await pulled(shop, pull, ["pull", "--commit-metadata-only", remote, ref]);
  const commit = await commitOf(shop, path, `${remote}:${ref}`);
  if (commit === undefined)
    throw new DcnError("failed", "NO_SUCH_IMAGE", `${source.url} has no image ${ref}`);
  const architecture = await architectureOf(shop, path, commit);
  if (source.architecture !== undefined && architecture !== source.architecture) {
    const text = `${ref} is for ${architecture ?? "an architecture that it does not name"}, not for ${source.architecture}`;
    throw new DcnError("refused", "WRONG_ARCHITECTURE", text);
  }
  shop.onProgress(`${ref}: copying`);
  await pulled(shop, pull, ["pull", "--mirror", remote, ref]);
  // A ref of the source that was read before keeps ostree from naming the mirror's own.
  await setRef(shop, path, { ref, commit });
  return { ref, commit };
}

async function architectureOf(shop: Workshop, path: string, commit: string): Promise<string | undefined> {
  const words = ["show", "--print-metadata-key=ostree.architecture", commit];
  const result = await ostree(shop, path, { purpose: `read ${commit}`, words, accept: [0, 1] });
  return /^'(.*)'$/.exec(result.stdout.trim())?.[1];
}

async function pulled(shop: Workshop, { path, ref }: Pull, words: readonly string[]): Promise<void> {
  const call = { purpose: `pull ${ref}`, words, accept: [0, 1], timeoutMs: PULL_TIMEOUT_MS };
  const { exitCode, stderr } = await ostree(shop, path, call);
  if (exitCode === 0) return;
  const said = stderr.trim().replace(/^error: /, "");
  const code = refusalOf(said);
  throw code === undefined
    ? new DcnError("failed", "PULL_FAILED", `${ref} could not be fetched: ${said}`, { retryable: true })
    : new DcnError("refused", code, `${ref} is refused: ${said}`);
}

/** What ostree 2022.7 and 2025.2 say where content or its signature is not what it should be. */
function refusalOf(said: string): "SIGNATURE_REFUSED" | "CONTENT_ALTERED" | undefined {
  if (/Can't check signature|GPG|[Ss]ignature|no signatures|BAD/.test(said)) return "SIGNATURE_REFUSED";
  if (/[Cc]orrupted|checksum|Invalid .*(object|path|filename)|not a valid|\.\./.test(said))
    return "CONTENT_ALTERED";
  return undefined;
}

async function signCommit(
  shop: Workshop,
  path: string,
  { ref, commit }: OstreeImage,
  { fingerprint, home }: GpgSigner,
): Promise<void> {
  const purpose = `sign ${ref}`;
  const { stdout } = await ostree(shop, path, { purpose, words: ["show", commit] });
  // ostree would sign a second time.
  if (stdout.includes(`key ID ${fingerprint.slice(-16)}`)) return;
  const words = ["gpg-sign", ...homeOption(home), commit, fingerprint];
  const { exitCode, stderr } = await ostree(shop, path, { purpose, words, accept: [0, 1] });
  if (exitCode === 0) return;
  const hint = "gpg --list-secret-keys shows the keys that can sign";
  throw new DcnError("failed", "SIGNING_FAILED", `${ref} could not be signed: ${stderr.trim()}`, { hint });
}

function homeOption(home: string | undefined): string[] {
  return home === undefined ? [] : [`--gpg-homedir=${home}`];
}

async function setRef(shop: Workshop, path: string, { ref, commit }: OstreeImage): Promise<void> {
  const words = ["refs", "--force", `--create=${ref}`, commit];
  await ostree(shop, path, { purpose: `name ${ref}`, words });
}

async function renewSummary(shop: Workshop, path: string, { fingerprint, home }: GpgSigner): Promise<void> {
  const words = ["summary", "--update", `--gpg-sign=${fingerprint}`, ...homeOption(home)];
  await ostree(shop, path, { purpose: "renew the summary", words });
}

interface OstreeCall {
  readonly purpose: string;
  readonly words: readonly string[];
  readonly accept?: readonly number[];
  readonly timeoutMs?: number;
}

function ostree(shop: Workshop, path: string, { words, ...call }: OstreeCall) {
  return runTool(shop, { ...call, argv: ["ostree", `--repo=${path}`, ...words] });
}
