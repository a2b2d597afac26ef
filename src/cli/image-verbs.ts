// The verbs of `dcn-ha image` that run real tools: build, publish, promote, mirror, bundle, unbundle, host.
import { arch } from "node:os";
import { resolve } from "node:path";
import type { Call, CommandDefinition } from "./command.js";
import { profilesOption } from "./group.js";
import { containerVerbs, isRegistry, mirrorContainers, registryOptions } from "./image-containers.js";
import {
  architectureOption,
  choiceOptions,
  inWorkshop,
  keysOption,
  required,
  setOf,
  signerOf,
  signOptions,
  storeOf,
  storeOption,
} from "./image-publishing.js";
import { setArgument } from "./image-set.js";
import { exitCodes } from "./trouble.js";

const fromOption = {
  flags: "--from <URL>",
  help: "copy from: https://hub/repo, file:///…, docker://hub/plant",
};
const refArgument = {
  name: "REF",
  help: "images (default: all that it names)",
  variadic: true,
  optional: true,
};

/** By name; `image render` stands beside them. */
export const imageVerbs: Readonly<Record<string, CommandDefinition>> = {
  build: {
    summary: "builds the images of a set; what is built already is not built again",
    arguments: [setArgument],
    options: [...choiceOptions, storeOption, profilesOption],
    examples: ["dcn-ha image build profiles/images/plant.yaml --site site-1"],
    run: build,
  },
  publish: {
    summary: "signs images that were built and puts them where devices find them",
    arguments: [setArgument],
    options: [
      { flags: "--to <DIR>", help: "the repository that a web server serves" },
      { flags: "--channel <NAME>", help: "move this channel to them: canary, stage, stable" },
      ...signOptions,
      ...choiceOptions,
      storeOption,
      profilesOption,
    ],
    examples: [
      "dcn-ha image publish profiles/images/plant.yaml --to /srv/repo --sign-by 9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14 --channel canary",
    ],
    run: publish,
  },
  promote: {
    summary: "moves a channel to the images that another one has",
    arguments: [setArgument],
    options: [
      { flags: "--to <DIR>", help: "the repository" },
      { flags: "--channel <NAME>", help: "the channel that moves" },
      { flags: "--from <NAME>", help: "the channel that has them (default: what was published last)" },
      ...signOptions,
      ...choiceOptions,
      storeOption,
      profilesOption,
    ],
    examples: [
      "dcn-ha image promote profiles/images/plant.yaml --to /srv/repo --from canary --channel stable --sign-by 9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14",
    ],
    run: promote,
  },
  mirror: {
    summary: "copies images with their signatures from a hub to a site; refuses what is not signed",
    arguments: [refArgument],
    options: [
      fromOption,
      { flags: "--to <PLACE>", help: "the site's repository, or its registry: docker://site/plant" },
      keysOption,
      architectureOption,
      ...registryOptions,
      storeOption,
    ],
    examples: [
      "dcn-ha image mirror --from https://hub/repo --to /srv/repo --keys plant.gpg stable/dcn/hmi/site-1",
      "dcn-ha image mirror --from docker://hub/plant --to docker://site/plant --keys plant.gpg --signatures https://hub/sigs --signatures-to /srv/sigs hosting:1.0.0@sha256:…",
    ],
    run: mirror,
  },
  bundle: {
    summary: "writes images onto a stick, for a site that no network reaches",
    arguments: [refArgument],
    options: [
      fromOption,
      { flags: "--out <DIR>", help: "new folder of the bundle" },
      keysOption,
      architectureOption,
      ...signOptions,
      storeOption,
    ],
    examples: [
      "dcn-ha image bundle --from https://hub/repo --keys plant.gpg --sign-by 9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14 --out /media/usb/plant",
    ],
    run: bundle,
  },
  unbundle: {
    summary: "brings the images of a stick into a repository; refuses what is not as it was signed",
    arguments: [{ name: "DIR", help: "folder of the bundle" }],
    options: [
      { flags: "--to <DIR>", help: "the site's repository" },
      keysOption,
      architectureOption,
      storeOption,
    ],
    examples: ["dcn-ha image unbundle /media/usb/plant --to /srv/repo --keys plant.gpg"],
    run: unbundle,
  },
  ...containerVerbs,
};

async function build(call: Call): Promise<number> {
  const { buildImages } = await import("../workflows/index.js");
  const { output } = call;
  const { set, layers, choice } = await setOf(call);
  const built = await inWorkshop(call, (shop) =>
    buildImages({
      set,
      layers,
      choice,
      store: storeOf(call),
      architecture: ostreeArchitecture(),
      shop,
      onLayer: ({ address, tag, cached }) =>
        output.progress(`${address}: ${cached ? "there already" : "built"} (${tag})`),
    }),
  );
  for (const address of built.unlike)
    output.progress(`${address}: not the commit that the lock file names for the same inputs`);
  const lines = built.images.map(({ ref, commit }) => `${ref} ${commit}`);
  const data = {
    images: built.images,
    layers: built.layers.map(({ address, tag, commit, cached }) => ({ address, tag, commit, cached })),
    unlike: built.unlike,
  };
  output.answer(data, lines.join("\n"));
  return exitCodes.done;
}

/** What ostree calls this machine's processor, as uname(2) does. */
function ostreeArchitecture(): string {
  const names: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
  return names[arch()] ?? arch();
}

async function publish(call: Call): Promise<number> {
  const { publishImages } = await import("../workflows/index.js");
  const { set, layers, choice } = await setOf(call);
  const [to, signer, channel] = [resolve(required(call, "to")), signerOf(call), call.options.text("channel")];
  const images = await inWorkshop(call, (shop) =>
    publishImages({ set, layers, choice, store: storeOf(call), to, signer, channel, shop }),
  );
  return answer(call, images);
}

async function promote(call: Call): Promise<number> {
  const { imageRefs, promoteImages } = await import("../workflows/index.js");
  const { set, layers, choice } = await setOf(call);
  const refs = imageRefs(set, layers, choice);
  const [repository, signer] = [resolve(required(call, "to")), signerOf(call)];
  const [from, to] = [call.options.text("from"), required(call, "channel")];
  const images = await inWorkshop(call, (shop) =>
    promoteImages(shop, repository, { from, to, refs, signer }),
  );
  return answer(call, images);
}

function sourceOf(call: Call): { url: string; keys: string; architecture: string | undefined } {
  const architecture = call.options.text("architecture");
  return { url: required(call, "from"), keys: resolve(required(call, "keys")), architecture };
}

async function mirror(call: Call): Promise<number> {
  if (isRegistry(call.options.text("from"))) return mirrorContainers(call);
  const { mirrorImages } = await import("../workflows/index.js");
  const [source, path] = [sourceOf(call), resolve(required(call, "to"))];
  return answer(
    call,
    await inWorkshop(call, (shop) => mirrorImages(shop, source, { path, refs: call.arguments })),
  );
}

async function bundle(call: Call): Promise<number> {
  const { bundleImages } = await import("../workflows/index.js");
  const [source, folder, signer] = [sourceOf(call), resolve(required(call, "out")), signerOf(call)];
  const wanted = { folder, signer, refs: call.arguments };
  return answer(call, await inWorkshop(call, (shop) => bundleImages(shop, source, wanted)));
}

async function unbundle(call: Call): Promise<number> {
  const { unbundleImages } = await import("../workflows/index.js");
  const [folder = ""] = call.arguments;
  const [keys, to] = [resolve(required(call, "keys")), resolve(required(call, "to"))];
  const stick = { folder: resolve(folder), keys, architecture: call.options.text("architecture") };
  return answer(call, await inWorkshop(call, (shop) => unbundleImages(shop, stick, to)));
}

function answer(call: Call, images: readonly { readonly ref: string; readonly commit: string }[]): number {
  call.output.answer({ images }, images.map(({ ref, commit }) => `${ref} ${commit}`).join("\n"));
  return exitCodes.done;
}
