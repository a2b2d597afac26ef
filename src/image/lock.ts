// The lock file of an image set: every input and every output by digest, and since when a layer is as it is.
import { z } from "zod";
import { DcnError } from "../errors/index.js";
import { type Digester, fingerprint, jsonText } from "./image-file.js";
import type { Layer, LayerGraph } from "./layer.js";
import type { Family } from "./packages.js";

const lockedLayer = z.object({
  tag: z.string(),
  parent: z.string().optional(),
  /** Source revision and time in seconds with which this very layer was rendered first. */
  revision: z.string(),
  builtAt: z.number(),
  /** SHA-256 of the files that the layer adds. */
  files: z.string(),
  /** Package → exact version, empty until a build has seen it. */
  packages: z.record(z.string(), z.string()),
  images: z.array(z.string()).default([]),
  /** What a build made: `ostree` a commit, `container` a digest, by the name of the build system. */
  outputs: z.record(z.string(), z.string()).default({}),
});

const lock = z.object({
  schema: z.literal(1),
  set: z.string(),
  version: z.string(),
  /** Base images by name → digest. */
  bases: z.record(z.string(), z.string()).default({}),
  layers: z
    .record(z.enum(["debian", "rpm"]), z.record(z.string(), lockedLayer))
    .default({ debian: {}, rpm: {} }),
});

/** What the lock file says. */
export type ImageLock = z.infer<typeof lock>;
/** What it says about one layer. */
export type LockedLayer = z.infer<typeof lockedLayer>;

/** The lock file's name beside the image set's file. */
export function lockName(set: string): string {
  return `${set}.lock.json`;
}

/** Reads a lock file. Throws DcnError invalid IMAGE_LOCK. */
export function readLock(text: string, file: string): ImageLock {
  const fault = (cause: unknown): DcnError =>
    new DcnError("invalid", "IMAGE_LOCK", `${file} is no lock file of an image set`, { cause });
  let data: unknown;
  try {
    data = JSON.parse(text) as unknown;
  } catch (cause) {
    throw fault(cause);
  }
  const read = lock.safeParse(data);
  if (!read.success) throw fault(read.error);
  return read.data;
}

/** What the lock says about a layer, where the layer is still the same. */
export function lockedAs(
  previous: ImageLock | undefined,
  family: Family,
  layer: LayerKey,
): LockedLayer | undefined {
  const found = previous?.layers[family][layer.address];
  return found?.tag === layer.tag ? found : undefined;
}

type LayerKey = Pick<Layer, "address" | "tag">;

/** The lock of a graph: what was known about layers that are still the same stays. */
export function lockOf(graph: LayerGraph, previous: ImageLock | undefined, sha256: Digester): ImageLock {
  const layers = Object.fromEntries(
    graph.layers.map((layer) => {
      const known = lockedAs(previous, graph.family, layer);
      const versions = layer.packages.map((name) => [name, known?.packages[name] ?? ""] as const);
      const entry: LockedLayer = {
        tag: layer.tag,
        ...(layer.parent === undefined ? {} : { parent: layer.parent }),
        revision: layer.revision,
        builtAt: layer.builtAt,
        files: sha256(layer.files.map((file) => fingerprint(file, sha256)).join("\n")),
        packages: Object.fromEntries(versions),
        images: [...layer.images],
        outputs: known?.outputs ?? {},
      };
      return [layer.address, entry];
    }),
  );
  return {
    schema: 1,
    set: graph.set,
    version: graph.version,
    bases: previous?.bases ?? {},
    layers: { debian: {}, rpm: {}, ...previous?.layers, [graph.family]: layers },
  };
}

/** What a build found out about one layer: exact versions of its packages, and what it made, by name. */
export interface LayerOutput {
  readonly address: string;
  readonly packages: ReadonlyMap<string, string>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The lock with what a build found out. A layer that it does not have changes nothing. */
export function withOutput(
  one: ImageLock,
  family: Family,
  { address, packages, outputs }: LayerOutput,
): ImageLock {
  const layer = one.layers[family][address];
  if (layer === undefined) return one;
  const versions = Object.keys(layer.packages).map((name) => [
    name,
    packages.get(name) ?? layer.packages[name] ?? "",
  ]);
  const found = {
    ...layer,
    packages: Object.fromEntries(versions) as Record<string, string>,
    outputs: { ...layer.outputs, ...outputs },
  };
  return { ...one, layers: { ...one.layers, [family]: { ...one.layers[family], [address]: found } } };
}

/** The lock file's text. */
export function lockText(one: ImageLock): string {
  return jsonText(one);
}
