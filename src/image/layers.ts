// Image set → its layers, each with what it adds to its parent, and with a tag that only its own inputs change.
import { invariant } from "../errors/index.js";
import type { ImagePart, ResolvedImageSet, ResolvedSite } from "../profile/index.js";
import { groupFolder, IMAGE_FOLDER } from "./group-folder.js";
import { atOnePlace, type Digester, fingerprint, type ImageFile, jsonText, textFile } from "./image-file.js";
import type { Layer, LayerContent, LayerGraph, LayerKind } from "./layer.js";
import { type ImageLock, lockedAs } from "./lock.js";
import { networkFiles } from "./network-files.js";
import {
  basePackages,
  clusterPackages,
  type Family,
  groupPackages,
  packageNames,
  workloadImages,
} from "./packages.js";
import { timeSource } from "./time-source.js";
import { unitFiles } from "./unit-files.js";

/** Everything that a graph is made of; the caller has read it from disk. */
export interface LayerInput {
  readonly set: ResolvedImageSet;
  readonly family: Family;
  /** dcn-ha's own files, as resources/node-files lists them. */
  readonly nodeFiles: readonly ImageFile[];
  /** Contents of the files that the set takes over, by `TakenFile.key`. */
  readonly taken: ReadonlyMap<string, Uint8Array>;
  readonly sha256: Digester;
  /** Source revision and time in seconds of layers that are new. */
  readonly revision: string;
  readonly builtAt: number;
  readonly lock?: ImageLock;
}

/** Nothing on a node of a cluster is updated but by a rollout. */
const UPDATE_TIMERS: Readonly<Record<Family, readonly string[]>> = {
  debian: ["apt-daily.timer", "apt-daily-upgrade.timer", "podman-auto-update.timer"],
  rpm: ["bootc-fetch-apply-updates.timer", "rpm-ostreed-automatic.timer", "podman-auto-update.timer"],
};
/** A cluster starts when first boot knows which node this is. */
const NOT_AT_BOOT = "corosync corosync-qdevice corosync-qnetd pacemaker pacemaker_remote pcsd sbd";
const GREENBOOT = "/usr/lib/greenboot/check";

/** Schema and feature set that every Pacemaker of the family reads: a newer one brings the CIB up by itself. */
const SEED = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1" };

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

function content(one: Partial<LayerContent>): LayerContent {
  return { packages: [], files: [], enable: [], mask: [], kernelArguments: [], images: [], ...one };
}

function packagesLayer({ set, family }: LayerInput): LayerContent {
  const { base, packages } = set.value;
  const suite = family === "debian" ? base.debian : undefined;
  return content({ packages: [...clusterPackages(family, suite), ...packageNames(packages, family)] });
}

function configurationLayer(input: LayerInput): LayerContent {
  const { set, family, nodeFiles } = input;
  const { configuration, workload, roles, sites } = set.value;
  const parts = [configuration, workload, ...Object.values(roles), ...Object.values(sites)];
  const wanted = parts.flatMap((part) => part?.units?.enable ?? []);
  const timers = UPDATE_TIMERS[family].filter((timer) => !wanted.includes(timer));
  const own = partLayer("configuration", configuration, input);
  const mask = [...timers, ...own.mask];
  const disabled = NOT_AT_BOOT.split(" ").map((unit) => `disable ${unit}.service\n`);
  const files = [
    ...nodeFiles,
    textFile("/usr/lib/systemd/system-preset/10-dcn-ha.preset", disabled.join("")),
    ...healthFiles(input),
    ...own.files,
    ...unitFiles("updates", { enable: [], mask: timers }),
  ];
  return { ...own, mask, files };
}

function healthFiles({ set, taken }: LayerInput): ImageFile[] {
  return (["required", "wanted"] as const).flatMap((kind) =>
    (set.value.health?.[kind] ?? []).map((name, index) => {
      const path = `${GREENBOOT}/${kind}.d/${name.slice(name.lastIndexOf("/") + 1)}`;
      return { path, mode: "0755", content: bytesOf(taken, `health ${kind} ${index}`) };
    }),
  );
}

/** What a part of the document says; `key` is its place there. */
function partLayer(key: string, part: ImagePart | undefined, input: LayerInput): LayerContent {
  const { family, taken } = input;
  const { units, kernelArguments = [], images = [] } = part ?? {};
  const { enable = [], mask = [] } = units ?? {};
  const name = key.replaceAll(" ", "-");
  const written = Object.entries(part?.files ?? {}).map(([path, { content: text, mode = "0644" }]) => ({
    path,
    mode: mode.padStart(4, "0"),
    content: text ?? bytesOf(taken, `${key} files ${path} from`),
  }));
  const files = [
    ...unitFiles(name, { enable, mask }),
    ...argumentFiles(name, kernelArguments, family),
    ...imageList(name, images),
    ...written,
  ];
  const packages = packageNames(part?.packages, family);
  return { packages, files, enable, mask, kernelArguments, images };
}

function argumentFiles(name: string, args: readonly string[], family: Family): ImageFile[] {
  if (args.length === 0) return [];
  const quoted = args.map((one) => JSON.stringify(one)).join(", ");
  return family === "rpm"
    ? [textFile(`/usr/lib/bootc/kargs.d/20-dcn-ha-${name}.toml`, `kargs = [${quoted}]\n`)]
    : [textFile(`${IMAGE_FOLDER}/kernel-arguments/${name}`, args.map((one) => `${one}\n`).join(""))];
}

/** The images of a layer, one in a line: health checks and whoever pulls them in advance read these lists. */
function imageList(name: string, images: readonly string[]): ImageFile[] {
  if (images.length === 0) return [];
  return [textFile(`${IMAGE_FOLDER}/images/${name}`, images.map((one) => `${one}\n`).join(""))];
}

function siteLayer(site: ResolvedSite, role: string, input: LayerInput): LayerContent {
  const { set, family, sha256 } = input;
  const text = set.value.sites[site.name];
  invariant(text, `no site ${site.name}`);
  const groups = site.groups.filter(({ nodes }) =>
    nodes.some(({ attributes }) => attributes["role"] === role),
  );
  const time = timeSource(text.time, family);
  const own = partLayer(`sites ${site.name}`, text, input);
  const found = [...new Set(groups.flatMap(({ model }) => workloadImages(model)))];
  return {
    packages: [
      ...groupPackages(groups, family === "debian" ? set.value.base.debian : undefined),
      ...time.packages,
      ...own.packages,
    ],
    files: [
      ...time.files,
      ...unitFiles("time", time),
      ...networkFiles(text.networks, family),
      ...groups.flatMap((group) => groupFolder(group, { set: set.name, cib: SEED, sha256 })),
      ...imageList("groups", found),
      ...own.files,
    ],
    enable: [...time.enable, ...own.enable],
    mask: [...time.mask, ...own.mask],
    kernelArguments: own.kernelArguments,
    images: [...found, ...own.images],
  };
}

function bytesOf(taken: ReadonlyMap<string, Uint8Array>, key: string): Uint8Array {
  const bytes = taken.get(key);
  invariant(bytes, `the file at ${key} was not read`);
  return bytes;
}
