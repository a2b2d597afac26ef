// The verbs of `dcn-ha image` that are about container registries: host, and mirror between registries.
import { resolve } from "node:path";
import type { Registry } from "../build/index.js";
import { DcnError } from "../errors/index.js";
import type { Call, CommandDefinition, OptionDefinition } from "./command.js";
import { inWorkshop, required, signerOf, signOptions, storeOf, storeOption } from "./image-publishing.js";
import { exitCodes } from "./trouble.js";

/** How registries are reached, and where their signatures lie. */
export const registryOptions: readonly OptionDefinition[] = [
  { flags: "--signatures <PLACE>", help: "folder or URL of the signatures of the registry that is read" },
  { flags: "--signatures-to <DIR>", help: "folder of the signatures of the registry that is written" },
  { flags: "--signed-for <NAME>", help: "the registry that they were signed for, where --from is a mirror" },
  { flags: "--no-tls", help: "registries inside a site, without certificates" },
];

/** By name. */
export const containerVerbs: Readonly<Record<string, CommandDefinition>> = {
  host: {
    summary: "builds the hosting container: a web server with the repository in it, for a site to run",
    arguments: [{ name: "DIR", help: "the repository, as image publish made it" }],
    options: [
      { flags: "--release <VERSION>", help: "its tag and label" },
      { flags: "--revision <REVISION>", help: "source revision, for its label", default: "unknown" },
      { flags: "--out <DIR>", help: "folder of the OCI layout (default: in the store)" },
      { flags: "--push <REGISTRY>", help: "sign it and push it: docker://registry.site:5000/plant" },
      { flags: "--channel <NAME>", help: "with --push: the tag that moves to it" },
      { flags: "--busybox <FILE>", help: "a statically linked busybox", default: "/bin/busybox" },
      ...signOptions,
      ...registryOptions.filter(({ flags }) => /signatures-to|no-tls/.test(flags)),
      storeOption,
    ],
    examples: [
      "dcn-ha image host /srv/repo --release 1.0.0 --out hosting",
      "dcn-ha image host /srv/repo --release 1.0.0 --push docker://registry.site:5000/plant --signatures-to /srv/sigs --sign-by 9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14 --channel stable",
    ],
    run: host,
  },
};

const SCHEME = "docker://";

/** Whether a place is a container registry. */
export function isRegistry(place: string | undefined): boolean {
  return place?.startsWith(SCHEME) === true;
}

function registryOf(call: Call, place: string, signatures: string): Registry {
  const local = /^[a-z]+:\/\//.test(signatures) ? signatures : resolve(signatures);
  return { name: place.slice(SCHEME.length), tls: !call.options.flag("no-tls"), signatures: local };
}

async function host(call: Call): Promise<number> {
  const { hostImages } = await import("../workflows/index.js");
  const {
    arguments: [repository = ""],
    options,
    output,
  } = call;
  const place = options.text("push");
  const push =
    place === undefined
      ? undefined
      : { registry: registryOf(call, place, required(call, "signatures-to")), signer: signerOf(call) };
  const folder = resolve(options.text("out") ?? resolve(storeOf(call), "hosting"));
  const request = {
    repository: resolve(repository),
    version: required(call, "release"),
    revision: options.text("revision") ?? "unknown",
    busybox: resolve(options.text("busybox") ?? "/bin/busybox"),
    folder,
    channel: options.text("channel"),
    push,
  };
  const pushed = await inWorkshop(call, (shop) => hostImages(shop, request));
  const text = pushed === undefined ? folder : `${place ?? ""}/${pushed.image}@${pushed.digest}`;
  output.answer({ folder, ...(pushed === undefined ? {} : { pushed }) }, text);
  return exitCodes.done;
}

/** `image mirror` from a registry: every image by its digest, under a policy that lets in nothing unsigned. */
export async function mirrorContainers(call: Call): Promise<number> {
  const { mirrorContainerImages } = await import("../workflows/index.js");
  const from = registryOf(call, required(call, "from"), required(call, "signatures"));
  const to = registryOf(call, required(call, "to"), required(call, "signatures-to"));
  const { options, output } = call;
  const trust = {
    keys: resolve(required(call, "keys")),
    architecture: options.text("architecture"),
    signedFor: options.text("signed-for"),
  };
  const images = call.arguments.map(pinned);
  await inWorkshop(call, (shop) => mirrorContainerImages(shop, { from, to, images }, trust));
  const lines = images.map(({ image, tag, digest }) => `${to.name}/${image}:${tag}@${digest}`);
  output.answer({ images }, lines.join("\n"));
  return exitCodes.done;
}

function pinned(word: string): { readonly image: string; readonly tag: string; readonly digest: string } {
  const [, image, tag, digest] = /^([a-z0-9._/-]+):([\w][\w.-]*)@(sha256:[0-9a-f]{64})$/.exec(word) ?? [];
  if (image === undefined || tag === undefined || digest === undefined) {
    const hint = "hosting:1.0.0@sha256:… ; skopeo inspect shows the digest";
    throw new DcnError("usage", "NOT_PINNED", `${word} is not an image with tag and digest`, { hint });
  }
  return { image, tag, digest };
}
