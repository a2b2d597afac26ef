// Layers of an image set as a build graph: base → packages → configuration → workload → role → site.
import type { ImageBase } from "../profile/index.js";
import type { ImageFile } from "./image-file.js";
import type { Family } from "./packages.js";

/** What a layer is for. */
export type LayerKind = "base" | "packages" | "configuration" | "workload" | "role" | "site";

/** What one layer adds to its parent. */
export interface LayerContent {
  readonly packages: readonly string[];
  readonly files: readonly ImageFile[];
  /** Units that start at boot; links for them are among the files. */
  readonly enable: readonly string[];
  readonly mask: readonly string[];
  readonly kernelArguments: readonly string[];
  /** Container images that lie on the node before a workload starts. */
  readonly images: readonly string[];
}

/** One layer, addressed as `role/hmi/site/site-1`. */
export interface Layer extends LayerContent {
  readonly address: string;
  readonly kind: LayerKind;
  readonly parent?: string;
  readonly role?: string;
  readonly site?: string;
  /** The name of this very content: a hash of the layer's inputs and of its parent's tag. */
  readonly tag: string;
  /** Source revision with which this very layer was rendered first; empty where it is not known. */
  readonly revision: string;
  /** Seconds since 1970, likewise: no right clock is before it. */
  readonly builtAt: number;
}

/** All layers of an image set for one family of distributions; parents stand before their children. */
export interface LayerGraph {
  readonly set: string;
  readonly version: string;
  readonly family: Family;
  readonly base: ImageBase;
  readonly layers: readonly Layer[];
}

/** The layer at an address and all that it stands on, the base first. */
export function lineOf(graph: LayerGraph, address: string): Layer[] {
  const line: Layer[] = [];
  for (let at: string | undefined = address; at !== undefined; ) {
    const layer = graph.layers.find((one) => one.address === at);
    if (layer === undefined) break;
    line.unshift(layer);
    at = layer.parent;
  }
  return line;
}

/** The images that devices boot: one for each role at each site. */
export function leavesOf(graph: LayerGraph): Layer[] {
  return graph.layers.filter(({ kind }) => kind === "site");
}

/** Which images a rendering is about; absent: all. */
export interface Choice {
  readonly role?: string | undefined;
  readonly site?: string | undefined;
}

/** The graph with the chosen images and what they stand on. */
export function chosen(graph: LayerGraph, { role, site }: Choice): LayerGraph {
  const leaves = leavesOf(graph).filter(
    (leaf) => (role === undefined || leaf.role === role) && (site === undefined || leaf.site === site),
  );
  const wanted = new Set(
    leaves.flatMap(({ address }) => lineOf(graph, address)).map(({ address }) => address),
  );
  return { ...graph, layers: graph.layers.filter(({ address }) => wanted.has(address)) };
}
