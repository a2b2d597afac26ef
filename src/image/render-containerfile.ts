// Containerfiles for each layer with the files that they copy, and which image stands on which (bootc).
import { DcnError } from "../errors/index.js";
import type { ImageBase } from "../profile/index.js";
import { containerfile } from "./containerfile-text.js";
import { type ImageFile, jsonText, textFile } from "./image-file.js";
import type { Layer, LayerGraph } from "./layer.js";
import type { ImageLock } from "./lock.js";

/** What `images.json` says about a layer. */
export interface ContainerLayer {
  readonly address: string;
  readonly parent?: string;
  readonly tag: string;
  /** Name and tag that the image gets, and that children stand on. */
  readonly image: string;
  /** Folder with the Containerfile, below the output folder. */
  readonly context: string;
}

/** The name of a layer's image: `registry.site:5000/plant/role-hmi-site-site-1:TAG`. */
export function imageName({ address, tag }: Pick<Layer, "address" | "tag">, registry: string): string {
  return `${registry}/${address.replaceAll("/", "-").toLowerCase()}:${tag}`;
}

/** The base image, by digest where the set or the lock file has one. */
export function baseImage({ container, digest }: ImageBase, lock: ImageLock | undefined): string {
  if (container === undefined)
    throw new DcnError("invalid", "IMAGE_BASE", "the set names no base.container for Containerfiles");
  const pinned = digest ?? lock?.bases[container];
  return pinned === undefined ? container : `${container.replace(/:[^/:]*$/, "")}@${pinned}`;
}

/** `layers/ADDRESS/{Containerfile,root/…}` and `images.json`, parents before children. */
export function renderContainerfiles(
  graph: LayerGraph,
  { registry, lock }: { readonly registry: string; readonly lock?: ImageLock },
): ImageFile[] {
  const { set, version, base } = graph;
  const from = baseImage(base, lock);
  const facts = graph.layers.map((layer): ContainerLayer => {
    const { address, parent, tag } = layer;
    const above = parent === undefined ? {} : { parent };
    return { address, ...above, tag, image: imageName(layer, registry), context: `layers/${address}` };
  });
  const images = new Map(facts.map(({ address, image }) => [address, image]));
  const files = graph.layers.flatMap((layer) => {
    const folder = `/layers/${layer.address}`;
    const parent = images.get(layer.parent ?? "") ?? from;
    const versions = lock?.layers.rpm[layer.address]?.packages ?? {};
    return [
      textFile(`${folder}/Containerfile`, containerfile(layer, { set, version, base, parent, versions })),
      ...layer.files.map((file) => ({ ...file, path: `${folder}/root${file.path}` })),
    ];
  });
  return [textFile("/images.json", jsonText({ set, version, base: from, layers: facts })), ...files];
}
