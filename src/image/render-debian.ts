// Debian and ostree: for each layer the mmdebstrap(1) call of its packages and the overlay that `ostree commit --tree=dir=` takes.
import { invariant } from "../errors/index.js";
import { atOnePlace, type ImageFile, jsonText, textFile } from "./image-file.js";
import { type Layer, type LayerGraph, leavesOf } from "./layer.js";
import type { ImageLock } from "./lock.js";

/** Words of a call that whoever runs it replaces: the new root folder, and the root folder of the nearest layer below that has packages. */
export const ROOT_WORD = "{root}";
/** The root folder of the layer below. */
export const PARENT_WORD = "{parent}";

/** hacluster:haclient have these ids in every image, as in Fedora and RHEL, so that /var keeps its owner over an update. */
const CLUSTER_USER = 189;

/** What `layers/ADDRESS/layer.json` says; `image build` runs it. */
export interface DebianLayer {
  readonly address: string;
  readonly parent?: string;
  readonly tag: string;
  /** Where the commit of this layer goes. */
  readonly ref: string;
  /** The packages that the layer adds; absent: it is its parent with the overlay on top. */
  readonly mmdebstrap?: readonly string[];
  readonly kernelArguments: readonly string[];
  readonly images: readonly string[];
}

/** What is rendered for Debian: `layers/ADDRESS/{layer.json,tree/…}` and `images.json`. */
export function renderDebian(
  graph: LayerGraph,
  options: { readonly ref: string; readonly lock?: ImageLock },
): ImageFile[] {
  const layers = graph.layers.map((layer) => debianLayer(layer, graph, options));
  const leaves = leavesOf(graph).map(({ address, role, site, tag }) => {
    const layer = layers.find((one) => one.address === address);
    return { address, role, site, tag, ref: layer?.ref };
  });
  return [
    textFile("/images.json", jsonText({ set: graph.set, version: graph.version, images: leaves })),
    ...layers.map((layer) => textFile(`/layers/${layer.address}/layer.json`, jsonText(layer))),
    ...graph.layers.flatMap((layer) =>
      overlay(layer.files).map((file) => ({ ...file, path: `/layers/${layer.address}/tree${file.path}` })),
    ),
  ];
}

/** In an ostree tree the /etc of the image is /usr/etc. */
function overlay(files: readonly ImageFile[]): ImageFile[] {
  return atOnePlace(files.map((file) => ({ ...file, path: file.path.replace(/^\/etc\//, "/usr/etc/") })));
}

function debianLayer(
  layer: Layer,
  { set, base }: LayerGraph,
  { ref, lock }: { readonly ref: string; readonly lock?: ImageLock },
): DebianLayer {
  const { address, parent, tag, role = "", site = "", kernelArguments, images } = layer;
  const own = ref.replaceAll("{role}", role).replaceAll("{site}", site);
  invariant(base.debian, "a set without a Debian base has no Debian layers");
  const suite = base.debian;
  const known = lock?.layers.debian[address];
  const packages = layer.packages.map((name) => pinned(name, known?.packages[name]));
  return {
    address,
    ...(parent === undefined ? {} : { parent }),
    tag,
    ref: layer.kind === "site" ? own : `dcn-ha/${set}/${address}`,
    ...(packages.length === 0 ? {} : { mmdebstrap: bootstrap(suite, packages, parent === undefined) }),
    kernelArguments,
    images,
  };
}

function pinned(name: string, version: string | undefined): string {
  return version === undefined || version === "" ? name : `${name}=${version}`;
}

/** The base is made from nothing; a layer with packages is its parent's root, in which only what is new is installed. */
function bootstrap(suite: string, packages: readonly string[], first: boolean): string[] {
  const id = String(CLUSTER_USER);
  const fixIds = [
    `echo "haclient:x:${id}:" >>"$1/etc/group"`,
    `echo "hacluster:x:${id}:${id}::/var/lib/pacemaker:/usr/sbin/nologin" >>"$1/etc/passwd"`,
    `echo "hacluster:!:19000::::::" >>"$1/etc/shadow"`,
  ].join("; ");
  const how = first
    ? ["--variant=minbase", `--essential-hook=${fixIds}`]
    : ["--variant=custom", `--setup-hook=cp -a "${PARENT_WORD}/." "$1/"`];
  return [
    "mmdebstrap",
    "--mode=root",
    ...how,
    `--include=${packages.join(",")}`,
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    suite,
    ROOT_WORD,
  ];
}
