// `image build`: renders the layers of a set, builds those that the store does not have, and writes down what came of it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuiltLayer, buildDebianLayers, type DebianBuildLayer, type Workshop } from "../build/index.js";
import { DcnError } from "../errors/index.js";
import {
  type Choice,
  chosen,
  type DebianLayer,
  type ImageFile,
  type ImageLock,
  type Layer,
  leavesOf,
  lineOf,
  lockText,
  sbom,
  withOutput,
} from "../image/index.js";
import type { ResolvedImageSet } from "../profile/index.js";
import { RESOURCES_FOLDER, writeTree } from "../sources/index.js";
import { type ImageLayers, renderLayers } from "./image-render.js";

/** What to build, and where. */
export interface ImageBuildOptions {
  readonly set: ResolvedImageSet;
  readonly layers: ImageLayers;
  readonly choice: Choice;
  /** Folder of everything that builds make and keep. */
  readonly store: string;
  /** ostree's name of the architecture that is built for: `x86_64`. */
  readonly architecture: string;
  readonly shop: Omit<Workshop, "logs">;
  readonly onLayer: (layer: BuiltLayer) => void;
}

/** One image that was built. */
export interface BuiltImage {
  readonly role: string;
  readonly site: string;
  readonly ref: string;
  readonly commit: string;
  readonly tag: string;
  /** Path of its list of parts. */
  readonly sbom: string;
}

/** What came of a build. */
export interface ImageBuild {
  readonly layers: readonly BuiltLayer[];
  readonly images: readonly BuiltImage[];
  /** Images whose lock file names another commit for the same inputs: something outside the set differs. */
  readonly unlike: readonly string[];
}

/** The repository of a store. */
export function storeRepository(store: string): string {
  return join(store, "repo");
}

/** Builds. The lock file says after each layer what is known by then. Throws as `buildDebianLayers`. */
export async function buildImages(options: ImageBuildOptions): Promise<ImageBuild> {
  const { set, layers, choice, store, shop, onLayer } = options;
  // A folder of its own for each build: what another one rendered must not come into these images.
  await mkdir(join(store, "rendered"), { recursive: true });
  const rendered = await mkdtemp(join(store, "rendered", `${set.name}-`));
  const { files } = renderLayers(set, layers, { to: "debian", choice });
  await writeTree(rendered, files);
  const graph = chosen(layers.graph, choice);
  const unlike: string[] = [];
  let { lock } = layers;
  const built = await buildDebianLayers(
    { ...shop, logs: join(store, "logs") },
    {
      repository: storeRepository(store),
      work: join(store, "work"),
      prepareTree: join(RESOURCES_FOLDER, "image", "prepare-tree"),
    },
    {
      layers: graph.layers.map((layer) => buildLayerOf(layer, { options, rendered, files })),
      onLayer: (layer) => {
        if (isUnlike(lock, layer)) unlike.push(layer.address);
        const parent = graph.layers.some(({ address, kind }) => address === layer.address && kind === "site")
          ? parentOf(layers, layer)
          : undefined;
        const outputs = {
          ostree: layer.commit,
          ...(parent === undefined ? {} : { "ostree-parent": parent }),
        };
        lock = withOutput(lock, "debian", { ...layer, outputs });
        onLayer(layer);
      },
    },
  ).finally(async () => {
    await rm(rendered, { recursive: true, force: true });
    await writeFile(layers.lockFile, lockText(lock));
  });
  return { layers: built, images: await imagesOf(options, built), unlike };
}

function isUnlike(lock: ImageLock, { address, commit }: BuiltLayer): boolean {
  const known = lock.layers.debian[address]?.outputs["ostree"];
  return known !== undefined && known !== commit;
}

/** The parent of an image's commit: what the same image had before; for one that is the same as before, what it was given then. */
function parentOf(
  { before }: ImageLayers,
  { address, tag }: { readonly address: string; readonly tag: string },
): string | undefined {
  const known = before?.layers.debian[address];
  return known?.tag === tag ? known.outputs["ostree-parent"] : known?.outputs["ostree"];
}

function buildLayerOf(
  layer: Layer,
  {
    options,
    rendered,
    files,
  }: {
    readonly options: ImageBuildOptions;
    readonly rendered: string;
    readonly files: readonly ImageFile[];
  },
): DebianBuildLayer {
  const { set, layers, architecture } = options;
  const file = files.find(({ path }) => path === `/layers/${layer.address}/layer.json`);
  if (file === undefined || "link" in file)
    throw new DcnError("failed", "NOT_RENDERED", `the layer ${layer.address} was not rendered`);
  const { ref, mmdebstrap } = JSON.parse(String(file.content)) as DebianLayer;
  const tree = join(rendered, "layers", layer.address, "tree");
  const before = layer.kind === "site" ? parentOf(layers, layer) : undefined;
  const facts =
    layer.kind === "site"
      ? [`version=${set.value.version}`, `dcn-ha.revision=${layer.revision}`, `dcn-ha.tag=${layer.tag}`]
      : [];
  return {
    address: layer.address,
    ...(layer.parent === undefined ? {} : { parent: layer.parent }),
    tag: layer.tag,
    ref,
    ...(mmdebstrap === undefined ? {} : { mmdebstrap }),
    tree,
    builtAt: layer.builtAt,
    metadata: [...facts, `ostree.architecture=${architecture}`],
    ...(before === undefined ? {} : { before }),
  };
}

async function imagesOf(options: ImageBuildOptions, built: readonly BuiltLayer[]): Promise<BuiltImage[]> {
  const { set, layers, choice, store } = options;
  const graph = chosen(layers.graph, choice);
  const images: BuiltImage[] = [];
  await mkdir(join(store, "sbom"), { recursive: true });
  for (const leaf of leavesOf(graph)) {
    const { commit, tag } = built.find(({ address }) => address === leaf.address) ?? { commit: "", tag: "" };
    const { role = "", site = "", revision } = leaf;
    const line = lineOf(graph, leaf.address).map(({ address }) => address);
    // The list of a layer with packages is that of everything below it too.
    const packages = built.findLast((one) => line.includes(one.address) && one.packages.size > 0)?.packages;
    const path = join(store, "sbom", `${set.name}-${role}-${site}.cdx.json`);
    const name = `${set.name}/${role}/${site}`;
    const subject = {
      name,
      version: set.value.version,
      digest: commit,
      revision,
      suite: set.value.base.debian ?? "",
    };
    await writeFile(path, sbom(subject, packages ?? new Map()));
    images.push({ role, site, ref: imageRef(set, { role, site }), commit, tag, sbom: path });
  }
  return images;
}

const DEFAULT_REF = "dcn/{role}/{site}";

/** The ostree ref of an image. */
export function imageRef(
  set: ResolvedImageSet,
  { role, site }: { readonly role: string; readonly site: string },
): string {
  const pattern = set.value.ostree?.ref ?? DEFAULT_REF;
  return pattern.replaceAll("{role}", role).replaceAll("{site}", site);
}
