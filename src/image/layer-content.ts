// What each layer of an image set adds to the one below.
import { invariant } from "../errors/index.js";
import type {
  ImagePart,
  ImageUpdates,
  ResolvedGroup,
  ResolvedImageSet,
  ResolvedSite,
} from "../profile/index.js";
import { type ApplicationPlace, applicationFiles, rootless, updatesItself } from "./applications.js";
import { groupFolder, IMAGE_FOLDER } from "./group-folder.js";
import { type Digester, type ImageFile, textFile } from "./image-file.js";
import type { LayerContent } from "./layer.js";
import type { ImageLock } from "./lock.js";
import { networkFiles } from "./network-files.js";
import {
  clusterPackages,
  type Family,
  groupPackages,
  packageNames,
  rootlessPackages,
  workloadImages,
} from "./packages.js";
import { boundImages, clusterUserFiles, stateFiles } from "./rpm-files.js";
import { timeSource } from "./time-source.js";
import { unitFiles } from "./unit-files.js";
import { updateFiles } from "./update-settings.js";

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
const AUTO_UPDATE = "podman-auto-update.timer";
const GREENBOOT = "/usr/lib/greenboot/check";

/** Schema and feature set that every Pacemaker of the family reads: a newer one brings the CIB up by itself. */
const SEED = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1" };

/** A layer that adds what is given, and nothing else. */
export function content(one: Partial<LayerContent>): LayerContent {
  return { packages: [], files: [], enable: [], mask: [], kernelArguments: [], images: [], ...one };
}

/** The layer `packages`. */
export function packagesLayer({ set, family }: LayerInput): LayerContent {
  const { base, packages } = set.value;
  const suite = family === "debian" ? base.debian : undefined;
  return content({
    packages: [...clusterPackages(family, suite), ...packageNames(packages, family)],
    files: family === "rpm" ? clusterUserFiles() : [],
  });
}

/** The layer `configuration`. */
export function configurationLayer(input: LayerInput): LayerContent {
  const { set, family, nodeFiles } = input;
  const { configuration, workload, roles, sites } = set.value;
  const parts = [configuration, workload, ...Object.values(roles), ...Object.values(sites)];
  const wanted = parts.flatMap((part) => [
    ...(part?.units?.enable ?? []),
    ...(updatesItself(part?.applications) ? [AUTO_UPDATE] : []),
  ]);
  const timers = UPDATE_TIMERS[family].filter((timer) => !wanted.includes(timer));
  const own = partLayer("configuration", configuration, input);
  const mask = [...timers, ...own.mask];
  const disabled = NOT_AT_BOOT.split(" ").map((unit) => `disable ${unit}.service\n`);
  const files = [
    ...nodeFiles,
    ...(family === "rpm" ? stateFiles() : []),
    textFile("/usr/lib/systemd/system-preset/10-dcn-ha.preset", disabled.join("")),
    ...healthFiles(input),
    ...updateFiles(set.value.updates),
    ...own.files,
    ...unitFiles("updates", { enable: [], mask: timers }),
  ];
  return { ...own, mask, files, packages: [...own.packages, ...zonePackages(set.value.updates)] };
}

/** Windows are in time zones, which a small base does not know. */
function zonePackages(updates: ImageUpdates | undefined): string[] {
  const zones = [...(updates?.windows ?? []), ...(updates?.downloadWindows ?? [])];
  return updates?.autonomous === true && zones.some(({ zone }) => zone !== "UTC") ? ["tzdata"] : [];
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
export function partLayer(key: string, part: ImagePart | undefined, input: LayerInput): LayerContent {
  const { family, taken } = input;
  const { units, kernelArguments = [], images = [] } = part ?? {};
  const { mask = [] } = units ?? {};
  const applications = part?.applications;
  const enable = [...(units?.enable ?? []), ...(updatesItself(applications) ? [AUTO_UPDATE] : [])];
  const name = key.replaceAll(" ", "-");
  const written = Object.entries(part?.files ?? {}).map(([path, { content: text, mode = "0644" }]) => ({
    path,
    mode: mode.padStart(4, "0"),
    content: text ?? bytesOf(taken, `${key} files ${path} from`),
  }));
  const files = [
    ...unitFiles(name, { enable, mask }),
    ...argumentFiles(name, kernelArguments, family),
    ...imageFiles(name, images, family),
    ...applicationFiles(name, applications, placeOf(input)),
    ...written,
  ];
  const forUsers = rootless(applications) ? rootlessPackages(family, input.set.value.base.debian) : [];
  const packages = [...packageNames(part?.packages, family), ...forUsers];
  return { packages, files, enable, mask, kernelArguments, images };
}

/** Podman reads container files itself everywhere but in Debian 12. */
function placeOf({ set, family }: LayerInput): ApplicationPlace {
  return { quadlet: family === "rpm" || set.value.base.debian !== "bookworm" };
}

function argumentFiles(name: string, args: readonly string[], family: Family): ImageFile[] {
  if (args.length === 0) return [];
  const quoted = args.map((one) => JSON.stringify(one)).join(", ");
  return family === "rpm"
    ? [textFile(`/usr/lib/bootc/kargs.d/20-dcn-ha-${name}.toml`, `kargs = [${quoted}]\n`)]
    : [textFile(`${IMAGE_FOLDER}/kernel-arguments/${name}`, args.map((one) => `${one}\n`).join(""))];
}

/** The images of a layer, one in a line: health checks and whoever pulls them in advance read these lists. */
function imageFiles(name: string, images: readonly string[], family: Family): ImageFile[] {
  if (images.length === 0) return [];
  const list = textFile(`${IMAGE_FOLDER}/images/${name}`, images.map((one) => `${one}\n`).join(""));
  return [list, ...(family === "rpm" ? boundImages(name, images) : [])];
}

/** A node that sbd reset within a day after an update is no sign of a bad image. */
function watchdogSettings(groups: readonly ResolvedGroup[]): ImageFile[] {
  if (groups.every(({ model }) => model.watchdog === undefined)) return [];
  return [textFile("/etc/greenboot/greenboot.conf", "GREENBOOT_WATCHDOG_CHECK_ENABLED=false\n")];
}

/** An image: a role at a site. */
export function siteLayer(site: ResolvedSite, role: string, input: LayerInput): LayerContent {
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
      ...imageFiles("groups", found, family),
      ...watchdogSettings(groups),
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
