// OS images and hosting containers in a container registry: by digest, with channels as tags and signatures that skopeo(1) makes and checks.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { GpgSigner } from "./ostree-repository.js";
import { runTool, type Workshop } from "./tool.js";

/** A registry as images are named in it, and how it is reached. */
export interface Registry {
  /** `registry.site:5000/plant`: host and the path below which images are. */
  readonly name: string;
  /** False: plain HTTP or a certificate that nobody signed, for registries inside a site. */
  readonly tls: boolean;
  /** Where signatures lie beside the registry: a folder, or for readers the URL that serves it (containers-registries.d(5)). */
  readonly signatures: string;
}

/** One image in a registry. */
export interface RegistryImage {
  /** Below the registry's name: `hmi/site-1`. */
  readonly image: string;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
}

const COPY_TIMEOUT_MS = 1_800_000;

/**
 * Copies an image (`oci:DIR`, `containers-storage:NAME`, …) into the registry, signs it, and returns its digest there. The tag is only a name;
 * whoever uses the image pins the digest. Throws as `runTool`.
 */
export async function pushImage(
  shop: Workshop,
  registry: Registry,
  push: { readonly from: string; readonly image: string; readonly tag: string; readonly signer: GpgSigner },
): Promise<RegistryImage> {
  const { from, image, tag, signer } = push;
  shop.onProgress(`pushing ${image}:${tag}`);
  const digest = await inScratch(async (scratch) => {
    const digestFile = join(scratch, "digest");
    const words = ["--digestfile", digestFile, "--sign-by", signer.fingerprint, ...tlsOf("dest", registry)];
    await skopeoCopy(shop, scratch, {
      words,
      registries: [registry],
      from,
      to: `docker://${registry.name}/${image}:${tag}`,
      purpose: `push ${image}`,
      home: signer.home,
    });
    return (await readFile(digestFile, "utf8")).trim();
  });
  return { image, digest };
}

/** Points a channel's tag at a digest; the image itself and its signature stay. */
export async function tagImage(
  shop: Workshop,
  registry: Registry,
  { image, digest, channel }: RegistryImage & { readonly channel: string },
): Promise<void> {
  const name = `docker://${registry.name}/${image}`;
  const argv = [
    "skopeo",
    "copy",
    "--preserve-digests",
    "--remove-signatures",
    ...tlsOf("src", registry),
    ...tlsOf("dest", registry),
    `${name}@${digest}`,
    `${name}:${channel}`,
  ];
  await runTool(shop, { argv, purpose: `name ${image} ${channel}`, timeoutMs: COPY_TIMEOUT_MS });
}

/** What a tag stands for now. Throws DcnError failed TOOL_FAILED where there is no such image. */
export async function digestOf(
  shop: Workshop,
  registry: Registry,
  image: string,
  tag: string,
): Promise<string> {
  const argv = [
    "skopeo",
    "inspect",
    "--format={{.Digest}}",
    ...(registry.tls ? [] : ["--tls-verify=false"]),
    `docker://${registry.name}/${image}:${tag}`,
  ];
  return (await runTool(shop, { argv, purpose: `look up ${image}:${tag}` })).stdout.trim();
}

/** Whose signatures count for a copy: a file of public keys. */
export interface ContainerTrust {
  readonly keys: string;
  /** The registry that the images were signed for, where this one is a mirror of it: `registry.hub/plant`. */
  readonly signedFor?: string | undefined;
  /** `amd64`, `arm64`; absent: any. */
  readonly architecture?: string | undefined;
}

/**
 * Copies an image by digest from one registry into another, or into an OCI layout (`oci:DIR:TAG`), under a policy that lets in nothing unsigned.
 * Throws DcnError refused SIGNATURE_REFUSED, CONTENT_ALTERED or WRONG_ARCHITECTURE.
 */
export async function mirrorImage(
  shop: Workshop,
  copy: {
    readonly from: Registry;
    readonly to: Registry | string;
    readonly image: RegistryImage;
    readonly tag: string;
  },
  trust: ContainerTrust,
): Promise<void> {
  const { from, to, image, tag } = copy;
  const source = `docker://${from.name}/${image.image}@${image.digest}`;
  await requireArchitecture(shop, from, { source, image, trust });
  shop.onProgress(`copying ${image.image}@${image.digest}`);
  await inScratch(async (scratch) => {
    const policy = join(scratch, "policy.json");
    await writeFile(policy, trustPolicy(from.name, trust), { mode: 0o600 });
    const isRegistry = typeof to !== "string";
    await skopeoCopy(shop, scratch, {
      globals: ["--policy", policy],
      words: [
        "--preserve-digests",
        "--all",
        ...(isRegistry ? [] : ["--remove-signatures"]),
        ...tlsOf("src", from),
        ...(isRegistry ? tlsOf("dest", to) : []),
      ],
      registries: isRegistry ? [from, to] : [from],
      from: source,
      to: isRegistry ? `docker://${to.name}/${image.image}:${tag}` : to,
      purpose: `copy ${image.image}`,
      refusals: true,
    });
  });
}

/** containers-policy.json(5): nothing but what these keys have signed, for one registry; everything else is rejected. */
export function trustPolicy(name: string, { keys, signedFor }: ContainerTrust): string {
  const signedIdentity =
    signedFor === undefined || signedFor === name
      ? { type: "matchRepository" }
      : { type: "remapIdentity", prefix: name, signedPrefix: signedFor };
  const signed = { type: "signedBy", keyType: "GPGKeys", keyPath: keys, signedIdentity };
  const policy = { default: [{ type: "reject" }], transports: { docker: { [name]: [signed] } } };
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}

/** containers-registries.d(5): where the signatures of a registry lie; both spellings, since releases before 2022 know only the second. */
export function signaturePlaces(registries: readonly Pick<Registry, "name" | "signatures">[]): string {
  const docker = Object.fromEntries(
    registries.map(({ name, signatures }) => {
      const place = signatures.includes("://") ? signatures : `file://${signatures}`;
      const writable = place.startsWith("file://");
      const staging = writable ? { "lookaside-staging": place, "sigstore-staging": place } : {};
      return [name, { lookaside: place, sigstore: place, ...staging }];
    }),
  );
  return `${JSON.stringify({ docker }, undefined, 2)}\n`;
}

interface Copy {
  readonly globals?: readonly string[];
  readonly words: readonly string[];
  readonly registries: readonly Registry[];
  readonly from: string;
  readonly to: string;
  readonly purpose: string;
  readonly home?: string | undefined;
  /** Tell a refusal by the policy or by a checksum from a failure. */
  readonly refusals?: boolean;
}

async function skopeoCopy(shop: Workshop, scratch: string, copy: Copy): Promise<void> {
  const { globals = [], words, registries, from, to, purpose, home, refusals = false } = copy;
  await writeFile(join(scratch, "dcn-ha.yaml"), signaturePlaces(registries), { mode: 0o600 });
  const environment = home === undefined ? [] : ["env", `GNUPGHOME=${home}`];
  const skopeo = ["skopeo", "--registries.d", scratch, ...globals, "copy", "--quiet", ...words, from, to];
  const argv = [...environment, ...skopeo];
  const accept = refusals ? [0, 1] : [0];
  const { exitCode, stderr } = await runTool(shop, { argv, purpose, accept, timeoutMs: COPY_TIMEOUT_MS });
  if (exitCode === 0) return;
  const said = /msg="(.*)"$/m.exec(stderr)?.[1] ?? stderr.trim();
  if (/signature|rejected by policy/i.test(said))
    throw new DcnError("refused", "SIGNATURE_REFUSED", `${purpose}: refused: ${said}`);
  if (/digest|does not match|unexpected size|corrupt/i.test(said))
    throw new DcnError("refused", "CONTENT_ALTERED", `${purpose}: refused: ${said}`);
  throw new DcnError("failed", "COPY_FAILED", `${purpose}: ${said}`, { retryable: true });
}

async function requireArchitecture(
  shop: Workshop,
  registry: Registry,
  {
    source,
    image,
    trust,
  }: { readonly source: string; readonly image: RegistryImage; readonly trust: ContainerTrust },
): Promise<void> {
  if (trust.architecture === undefined) return;
  const insecure = registry.tls ? [] : ["--tls-verify=false"];
  const argv = ["skopeo", "inspect", "--format={{.Architecture}}", ...insecure, source];
  const found = (await runTool(shop, { argv, purpose: `look at ${image.image}` })).stdout.trim();
  if (found === trust.architecture) return;
  const text = `${image.image} is for ${found || "an architecture that it does not name"}, not for ${trust.architecture}`;
  throw new DcnError("refused", "WRONG_ARCHITECTURE", text);
}

function tlsOf(side: "src" | "dest", { tls }: Registry): string[] {
  return tls ? [] : [`--${side}-tls-verify=false`];
}

async function inScratch<T>(job: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "dcn-ha-registry-"));
  try {
    return await job(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
