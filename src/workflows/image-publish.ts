// `image publish`, `promote`, `mirror`, `bundle`, `unbundle` and `host`: images that were built, where devices and sites find them.
import {
  buildHostingImage,
  type ContainerTrust,
  commitOf,
  type GpgSigner,
  mirrorImage,
  mirrorRefs,
  type OstreeImage,
  type OstreeSource,
  promoteCommits,
  publishCommits,
  pushImage,
  type Registry,
  type RegistryImage,
  readBundle,
  refsOf,
  tagImage,
  type Workshop,
  writeBundle,
} from "../build/index.js";
import { DcnError } from "../errors/index.js";
import { type Choice, chosen, leavesOf } from "../image/index.js";
import type { ResolvedImageSet } from "../profile/index.js";
import { imageRef, storeRepository } from "./image-build.js";
import type { ImageLayers } from "./image-render.js";

/** Images of a set, and where they are. */
export interface PublishOptions {
  readonly set: ResolvedImageSet;
  readonly layers: ImageLayers;
  readonly choice: Choice;
  readonly store: string;
  /** The repository that is served. */
  readonly to: string;
  readonly signer: GpgSigner;
  /** `canary`: devices of this channel get them at once; absent: only the plain refs move. */
  readonly channel?: string | undefined;
  readonly shop: Workshop;
}

/** Publishes what the store has. Throws DcnError refused NOT_BUILT where an image of the set as it is now was not built. */
export async function publishImages(options: PublishOptions): Promise<readonly OstreeImage[]> {
  const { set, layers, choice, store, to, signer, channel, shop } = options;
  const from = storeRepository(store);
  const images: OstreeImage[] = [];
  const missing: string[] = [];
  for (const { role = "", site = "", tag } of leavesOf(chosen(layers.graph, choice))) {
    const ref = imageRef(set, { role, site });
    const commit = await commitOf(shop, from, `layer/${tag}`);
    if (commit === undefined) missing.push(ref);
    else images.push({ ref, commit });
  }
  if (missing.length > 0) {
    const text = `not built as the set is now: ${missing.join(", ")}`;
    throw new DcnError("refused", "NOT_BUILT", text, { hint: `dcn-ha image build ${set.file}` });
  }
  await publishCommits(shop, { from, to, signer }, images);
  if (channel !== undefined) await promoteCommits(shop, to, { channel, images, signer });
  return images;
}

/** Moves a channel to what another one has now, or to the plain refs where `from` is absent. Throws DcnError failed NO_SUCH_IMAGE. */
export async function promoteImages(
  shop: Workshop,
  repository: string,
  move: {
    readonly from?: string | undefined;
    readonly to: string;
    readonly refs: readonly string[];
    readonly signer: GpgSigner;
  },
): Promise<readonly OstreeImage[]> {
  const { from, to, refs, signer } = move;
  const images: OstreeImage[] = [];
  for (const ref of refs) {
    const name = from === undefined ? ref : `${from}/${ref}`;
    const commit = await commitOf(shop, repository, name);
    if (commit === undefined) throw new DcnError("failed", "NO_SUCH_IMAGE", `${repository} has no ${name}`);
    images.push({ ref, commit });
  }
  await promoteCommits(shop, repository, { channel: to, images, signer });
  return images;
}

/** The refs of a set's images. */
export function imageRefs(set: ResolvedImageSet, { graph }: ImageLayers, choice: Choice): string[] {
  return leavesOf(chosen(graph, choice)).map(({ role = "", site = "" }) => imageRef(set, { role, site }));
}

/** Copies images from a hub into a site's repository; all that the hub names where `refs` is empty. */
export async function mirrorImages(
  shop: Workshop,
  source: OstreeSource,
  target: { readonly path: string; readonly refs: readonly string[] },
): Promise<readonly OstreeImage[]> {
  const refs = target.refs.length > 0 ? target.refs : await refsOf(shop, source.url);
  return mirrorRefs(shop, source, { path: target.path, refs });
}

/** Writes images onto a stick; all that the source names where `refs` is empty. */
export async function bundleImages(
  shop: Workshop,
  source: OstreeSource,
  bundle: { readonly folder: string; readonly refs: readonly string[]; readonly signer: GpgSigner },
): Promise<readonly OstreeImage[]> {
  const refs = bundle.refs.length > 0 ? bundle.refs : await refsOf(shop, source.url);
  return writeBundle(shop, source, { ...bundle, refs });
}

/** Brings the images of a stick into a repository. */
export const unbundleImages = readBundle;

/** Builds the hosting container of a repository, and pushes it where a registry is named. */
export async function hostImages(
  shop: Workshop,
  request: {
    readonly repository: string;
    readonly version: string;
    readonly revision: string;
    readonly busybox: string;
    /** Folder of an OCI layout. */
    readonly folder: string;
    /** The tag that moves to it once it is pushed. */
    readonly channel?: string | undefined;
    readonly push?: { readonly registry: Registry; readonly signer: GpgSigner } | undefined;
  },
): Promise<RegistryImage | undefined> {
  const { folder, push, version, channel, ...rest } = request;
  const to = `oci:${folder}:${version}`;
  await buildHostingImage(shop, { ...rest, version, to });
  if (push === undefined) return undefined;
  const { registry, signer } = push;
  const pushed = await pushImage(shop, registry, { from: to, image: "hosting", tag: version, signer });
  if (channel !== undefined) await tagImage(shop, registry, { ...pushed, channel });
  return pushed;
}

/** Copies container images by digest from a hub's registry into a site's. Throws as `mirrorImage`. */
export async function mirrorContainerImages(
  shop: Workshop,
  copy: {
    readonly from: Registry;
    readonly to: Registry;
    readonly images: readonly (RegistryImage & { readonly tag: string })[];
  },
  trust: ContainerTrust,
): Promise<void> {
  const { from, to, images } = copy;
  for (const image of images) await mirrorImage(shop, { from, to, image, tag: image.tag }, trust);
}
