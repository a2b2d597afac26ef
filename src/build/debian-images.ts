// Debian images of a set, layer by layer: mmdebstrap(1) installs, prepare-tree makes an ostree tree, ostree(1) keeps it under the layer's tag.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { PARENT_WORD, ROOT_WORD } from "../image/index.js";
import { commitOf, ensureRepository } from "./ostree-repository.js";
import { runTool, type Workshop } from "./tool.js";

/** One layer to build; parents stand before their children. */
export interface DebianBuildLayer {
  readonly address: string;
  readonly parent?: string;
  /** The name of this very content: a layer whose tag the store has is not built again. */
  readonly tag: string;
  /** Where an image is published later; only images have metadata. */
  readonly ref: string;
  /** As layer.json has it; absent where the layer adds no packages. */
  readonly mmdebstrap?: readonly string[];
  /** The rendered overlay; it may be missing. */
  readonly tree: string;
  /** Seconds since 1970; the time of everything in it (SOURCE_DATE_EPOCH). */
  readonly builtAt: number;
  /** `KEY=VALUE` of the commit. */
  readonly metadata: readonly string[];
  /** The commit that the image had before: its parent, of which devices fetch only what differs. */
  readonly before?: string;
}

/** Where builds keep what they made. */
export interface BuildStore {
  /** A bare ostree repository: `root/TAG` are root folders, `layer/TAG` are trees. */
  readonly repository: string;
  /** Scratch space on the same file system. */
  readonly work: string;
  /** resources/image/prepare-tree. */
  readonly prepareTree: string;
}

/** What became of a layer. */
export interface BuiltLayer {
  readonly address: string;
  readonly tag: string;
  readonly commit: string;
  /** It was there already. */
  readonly cached: boolean;
  /** Every package in it with its version; empty for layers that add none. */
  readonly packages: ReadonlyMap<string, string>;
}

const BOOTSTRAP_TIMEOUT_MS = 1_800_000;

/**
 * Builds what the store does not have yet; each layer is kept once it is whole, so that the next run goes on from there.
 * Throws as `runTool`; `onLayer` is told of each layer in turn.
 */
export async function buildDebianLayers(
  shop: Workshop,
  store: BuildStore,
  {
    layers,
    onLayer,
  }: { readonly layers: readonly DebianBuildLayer[]; readonly onLayer: (layer: BuiltLayer) => void },
): Promise<BuiltLayer[]> {
  await ensureRepository(shop, store.repository, "bare");
  await mkdir(store.work, { recursive: true });
  const built: BuiltLayer[] = [];
  for (const layer of layers) {
    shop.signal?.throwIfAborted();
    const line = lineOf(layers, layer);
    const known = await commitOf(shop, store.repository, treeRef(layer));
    const commit = known ?? (await buildLayer(shop, store, line));
    const packages =
      layer.mmdebstrap === undefined ? new Map<string, string>() : await packagesOf(shop, store, commit);
    const one = { address: layer.address, tag: layer.tag, commit, cached: known !== undefined, packages };
    built.push(one);
    onLayer(one);
  }
  return built;
}

/** A layer and what it stands on, the base first. */
function lineOf(layers: readonly DebianBuildLayer[], layer: DebianBuildLayer): DebianBuildLayer[] {
  const parent = layers.find(({ address }) => address === layer.parent);
  return parent === undefined ? [layer] : [...lineOf(layers, parent), layer];
}

const treeRef = ({ tag }: DebianBuildLayer): string => `layer/${tag}`;
const rootRef = ({ tag }: DebianBuildLayer): string => `root/${tag}`;

async function buildLayer(
  shop: Workshop,
  store: BuildStore,
  line: readonly DebianBuildLayer[],
): Promise<string> {
  const [parent, layer] = [line.at(-2), line.at(-1) as DebianBuildLayer];
  if (layer.mmdebstrap === undefined && parent !== undefined) {
    return commitTree(shop, store, { layer, trees: [`ref=${treeRef(parent)}`, ...overlays([layer])] });
  }
  const scratch = await mkdtemp(join(store.work, "layer-"));
  try {
    const root = join(scratch, "root");
    await installPackages(shop, store, { line, scratch, root });
    await runTool(shop, {
      argv: ["sh", store.prepareTree, root],
      purpose: `${layer.address}: make an ostree tree`,
    });
    return await commitTree(shop, store, { layer, trees: [`dir=${root}`, ...overlays(line)] });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The root folder of a layer with packages: its parent's with what is new, kept as it is for those that stand on it. */
async function installPackages(
  shop: Workshop,
  { repository }: BuildStore,
  {
    line,
    scratch,
    root,
  }: { readonly line: readonly DebianBuildLayer[]; readonly scratch: string; readonly root: string },
): Promise<void> {
  const layer = line.at(-1) as DebianBuildLayer;
  const below = line.slice(0, -1).findLast(({ mmdebstrap }) => mmdebstrap !== undefined);
  const parent = join(scratch, "parent");
  const ostree = (purpose: string, ...words: string[]) =>
    runTool(shop, {
      argv: ["ostree", `--repo=${repository}`, ...words],
      purpose: `${layer.address}: ${purpose}`,
      timeoutMs: 600_000,
    });
  if (below !== undefined)
    await ostree("check out the layer below", "checkout", "-H", rootRef(below), parent);
  const words = (layer.mmdebstrap ?? []).map((word) =>
    word.replaceAll(ROOT_WORD, root).replaceAll(PARENT_WORD, parent),
  );
  shop.onProgress(`${layer.address}: installing packages`);
  await runTool(shop, {
    argv: ["env", `SOURCE_DATE_EPOCH=${layer.builtAt}`, ...words],
    purpose: `${layer.address}: install packages`,
    timeoutMs: BOOTSTRAP_TIMEOUT_MS,
  });
  // Device nodes are the machine's own, and ostree keeps none.
  await rm(join(root, "dev"), { recursive: true, force: true });
  await mkdir(join(root, "dev"));
  await ostree(
    "keep the root",
    "commit",
    `--branch=${rootRef(layer)}`,
    "-s",
    layer.address,
    `--tree=dir=${root}`,
  );
}

function overlays(line: readonly DebianBuildLayer[]): string[] {
  return line.flatMap(({ tree }) => (existsSync(tree) ? [`dir=${tree}`] : []));
}

async function commitTree(
  shop: Workshop,
  { repository }: BuildStore,
  { layer, trees }: { readonly layer: DebianBuildLayer; readonly trees: readonly string[] },
): Promise<string> {
  const { address, builtAt, metadata, before } = layer;
  shop.onProgress(`${address}: committing`);
  const argv = [
    "ostree",
    `--repo=${repository}`,
    "commit",
    `--branch=${treeRef(layer)}`,
    `--subject=${address}`,
    `--timestamp=@${builtAt}`,
    `--parent=${before ?? "none"}`,
    // Devices pull it under its ref in a channel, and ostree would refuse a commit that is bound to another one.
    "--no-bindings",
    ...metadata.map((pair) => `--add-metadata-string=${pair}`),
    ...trees.map((tree) => `--tree=${tree}`),
  ];
  return (await runTool(shop, { argv, purpose: `${address}: commit`, timeoutMs: 600_000 })).stdout.trim();
}

/** dpkg's own list, which prepare-tree has moved below /usr. */
async function packagesOf(
  shop: Workshop,
  { repository }: BuildStore,
  commit: string,
): Promise<Map<string, string>> {
  const { stdout } = await runTool(shop, {
    argv: ["ostree", `--repo=${repository}`, "cat", commit, "/usr/lib/sysimage/dpkg/status"],
    purpose: "read the list of packages",
  });
  const entries = stdout.split("\n\n").flatMap((stanza) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1];
    const [name, version] = [field("Package"), field("Version")];
    const installed = field("Status") === "install ok installed";
    return name === undefined || version === undefined || !installed ? [] : [[name, version] as const];
  });
  return new Map(entries);
}
