// Image set → its layers, each with a tag that only its own inputs change.

import { IMAGE_FOLDER } from "./group-folder.js";
import { atOnePlace, fingerprint, type ImageFile, jsonText, textFile } from "./image-file.js";
import type { Layer, LayerContent, LayerGraph, LayerKind } from "./layer.js";
import {
  configurationLayer,
  content,
  type LayerInput,
  packagesLayer,
  partLayer,
  siteLayer,
} from "./layer-content.js";
import { lockedAs } from "./lock.js";
import { basePackages } from "./packages.js";

/** The graph. */
export function layerGraph(input: LayerInput): LayerGraph {
  const { value, name, sites } = input.set;
  const layers: Layer[] = [];
  const add = (place: Place, one: LayerContent): void => {
    layers.push(layerOf(place, one, { input, layers }));
  };
  add({ kind: "base", address: "base" }, content({ packages: basePackages(input.family) }));
  add({ kind: "packages", address: "packages", parent: "base" }, packagesLayer(input));
  add({ kind: "configuration", address: "configuration", parent: "packages" }, configurationLayer(input));
  const workload = partLayer("workload", value.workload, input);
  add({ kind: "workload", address: "workload", parent: "configuration" }, workload);
  for (const [role, part] of Object.entries(value.roles)) {
    const address = `role/${role}`;
    add({ kind: "role", address, parent: "workload", role }, partLayer(`roles ${role}`, part, input));
    for (const site of sites) {
      const place = { address: `${address}/site/${site.name}`, parent: address, role, site: site.name };
      add({ kind: "site", ...place }, siteLayer(site, role, input));
    }
  }
  return { set: name, version: value.version, family: input.family, base: value.base, layers };
}

interface Place {
  readonly kind: LayerKind;
  readonly address: string;
  readonly parent?: string;
  readonly role?: string;
  readonly site?: string;
}

/** A layer on top of those that there are. */
function layerOf(
  place: Place,
  one: LayerContent,
  { input, layers }: { readonly input: LayerInput; readonly layers: readonly Layer[] },
): Layer {
  const { kind, address } = place;
  const parent = layers.find((other) => other.address === place.parent);
  const before = lineage(layers, parent);
  const packages = [...new Set(one.packages)].filter((name) => !before.has(name)).sort();
  const whole = { ...one, packages, files: atOnePlace(one.files) };
  const tag = tagOf(whole, { input, kind, address, ...(parent === undefined ? {} : { parent }) });
  const known = lockedAs(input.lock, input.family, { address, tag });
  const { revision, builtAt } = known ?? input;
  const layer = { ...whole, ...place, tag, revision, builtAt };
  return kind === "site"
    ? { ...layer, files: atOnePlace([...layer.files, imageFacts(layer, input)]) }
    : layer;
}

/** The packages that a layer finds there. */
function lineage(layers: readonly Layer[], from: Layer | undefined): Set<string> {
  const found = new Set<string>();
  for (let at = from; at !== undefined; ) {
    for (const name of at.packages) found.add(name);
    const { parent } = at;
    at = layers.find(({ address }) => address === parent);
  }
  return found;
}

function tagOf(
  one: LayerContent,
  {
    input,
    kind,
    address,
    parent,
  }: Pick<Place, "kind" | "address"> & { readonly input: LayerInput; readonly parent?: Layer },
): string {
  const { sha256, family, set } = input;
  const { version, base } = set.value;
  const from = family === "debian" ? base.debian : [base.container, base.digest, base.distribution];
  const inputs = {
    address,
    parent: parent?.tag,
    ...(kind === "base" ? { family, from } : {}),
    ...(kind === "site" ? { set: set.name, version } : {}),
    packages: one.packages,
    files: one.files.map((file) => fingerprint(file, sha256)),
    kernelArguments: one.kernelArguments,
    images: one.images,
  };
  return sha256(JSON.stringify(inputs)).slice(0, 16);
}

function imageFacts(
  layer: Pick<Layer, "role" | "site" | "revision" | "builtAt">,
  { set }: LayerInput,
): ImageFile {
  const { role, site, revision, builtAt } = layer;
  const facts = { schema: 1, set: set.name, version: set.value.version, role, site, revision, builtAt };
  return textFile(`${IMAGE_FOLDER}/image.json`, jsonText(facts));
}
