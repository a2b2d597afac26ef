// Blueprints of image builder for rpm-ostree: one of each image and one of its installer, the package with what lies below /usr,
// and the commands that compose them (osbuild/blueprint; composer-cli(1)).
import { DcnError } from "../errors/index.js";
import { quoteArguments } from "../shell/index.js";
import { atOnePlace, type ImageFile, textFile } from "./image-file.js";
import { embeddedKickstart, kickstart, type OstreeSource } from "./kickstart.js";
import { type Layer, type LayerGraph, leavesOf, lineOf } from "./layer.js";
import type { ImageLock } from "./lock.js";
import { type ImageRpm, rpmSpec } from "./rpm-spec.js";
import { writeToml } from "./toml.js";

/** What the set says about ostree, and what a build pinned. */
export interface BlueprintOptions {
  readonly ref: string;
  readonly url: string;
  readonly remote: string;
  readonly lock?: ImageLock;
}

/** Where CentOS Stream and RHEL have the cluster's packages; `@ARCH@` is replaced by the commands. */
const REPOSITORY: Readonly<Record<string, object>> = Object.fromEntries(
  ["9", "10"].flatMap((major) => [
    [
      `centos-${major}`,
      { url: `https://mirror.stream.centos.org/${major}-stream/HighAvailability/@ARCH@/os/` },
    ],
    [
      `rhel-${major}`,
      {
        url: `https://cdn.redhat.com/content/dist/rhel${major}/${major}/@ARCH@/highavailability/os`,
        rhsm: true,
      },
    ],
  ]),
);

/** `ROLE/SITE/{blueprint.toml,installer.toml,kickstart.ks,sources/…,NAME.spec,root/…,compose.sh}` */
export function renderBlueprints(graph: LayerGraph, options: BlueprintOptions): ImageFile[] {
  if (graph.base.distribution === undefined)
    throw new DcnError("invalid", "IMAGE_BASE", "the set names no base.distribution for image builder");
  return leavesOf(graph).flatMap((leaf) => {
    const folder = `/${leaf.role ?? ""}/${leaf.site ?? ""}`;
    return oneImage(leaf, graph, options).map((file) => ({ ...file, path: `${folder}${file.path}` }));
  });
}

function oneImage(leaf: Layer, graph: LayerGraph, options: BlueprintOptions): ImageFile[] {
  const { role = "", site = "", tag, builtAt } = leaf;
  const { set, version, base } = graph;
  const name = `${set}-${role}-${site}`;
  const ref = options.ref.replaceAll("{role}", role).replaceAll("{site}", site);
  const source: OstreeSource = { ...options, ref };
  const files = atOnePlace(lineOf(graph, leaf.address).flatMap((layer) => layer.files));
  const below = files.filter(({ path }) => path.startsWith("/usr/"));
  const rpm: ImageRpm = {
    name: `dcn-ha-image-${name}`,
    summary: `Role ${role} at ${site} of the image set ${set}`,
    version,
    release: `${builtAt}.${tag}`,
  };
  const repository = REPOSITORY[base.distribution ?? ""];
  return [
    textFile("/blueprint.toml", blueprint(leaf, { graph, options, rpm, files, name })),
    textFile("/installer.toml", installer(name, version, set)),
    textFile("/kickstart.ks", kickstart(source)),
    textFile(`/${rpm.name}.spec`, rpmSpec(rpm, below)),
    textFile("/sources/dcn-ha-image.toml", sourceFile("dcn-ha-image", { url: "file://@FOLDER@/repository" })),
    ...(repository === undefined
      ? []
      : [textFile("/sources/highavailability.toml", sourceFile("highavailability", repository))]),
    textFile("/compose.sh", composeScript({ name, rpm: rpm.name, source }), "0755"),
    ...below.map((file) => ({ ...file, path: `/root${file.path}` })),
  ];
}

interface BlueprintParts {
  readonly graph: LayerGraph;
  readonly options: BlueprintOptions;
  readonly rpm: ImageRpm;
  readonly files: readonly ImageFile[];
  readonly name: string;
}

function blueprint(leaf: Layer, { graph, options, rpm, files, name }: BlueprintParts): string {
  const line = lineOf(graph, leaf.address);
  const { distribution = "" } = graph.base;
  const versions = line.flatMap(({ address }) =>
    Object.entries(options.lock?.layers.rpm[address]?.packages ?? {}).filter(([, version]) => version !== ""),
  );
  const pinned = new Map(versions);
  const packages = [...new Set(line.flatMap((layer) => layer.packages))].sort();
  const units = (key: "enable" | "mask"): string[] =>
    [...new Set(line.flatMap((layer) => layer[key]))].sort();
  const kernel = line.flatMap(({ kernelArguments }) => kernelArguments).join(" ");
  return writeToml({
    name,
    description: rpm.summary,
    version: graph.version,
    ...(distribution === "fedora" ? {} : { distro: distribution }),
    packages: [
      ...packages.map((one) => ({ name: one, version: pinned.get(one) ?? "*" })),
      { name: rpm.name, version: rpm.version },
    ],
    customizations: {
      ...(kernel === "" ? {} : { kernel: { append: kernel } }),
      services: { enabled: units("enable"), masked: units("mask") },
      // Two commits that know nothing of each other would give the cluster's user two numbers, and /var outlives both.
      group: [{ name: "haclient", gid: 189 }],
      user: [
        { name: "hacluster", uid: 189, gid: 189, home: "/var/lib/pacemaker", shell: "/usr/sbin/nologin" },
      ],
      files: files.flatMap((file) =>
        "link" in file || !file.path.startsWith("/etc/")
          ? []
          : [{ path: file.path, mode: file.mode, user: "root", group: "root", data: textOf(file.content) }],
      ),
    },
  });
}

function textOf(content: string | Uint8Array): string {
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

function installer(name: string, version: string, set: string): string {
  return writeToml({
    name: `${name}-installer`,
    description: `Installer of the image set ${set}`,
    version,
    customizations: { installer: { kickstart: { contents: embeddedKickstart() } } },
  });
}

function sourceFile(id: string, more: object): string {
  return writeToml({
    id,
    name: id,
    type: "yum-baseurl",
    check_gpg: id !== "dcn-ha-image",
    check_ssl: true,
    ...more,
  });
}

interface Compose {
  readonly name: string;
  readonly rpm: string;
  readonly source: OstreeSource;
}

/** With a parent, the devices fetch what changed alone, and users keep their numbers. */
function composeScript({ name, rpm, source: { ref, url } }: Compose): string {
  const say = (...words: readonly string[]): string => quoteArguments(words);
  const start = (type: string, blueprintName: string): string =>
    `compose=$(composer-cli --json compose start-ostree --ref ${say(ref)} "$@" ${say(blueprintName, type)} | sed -n 's/.*"build_id": *"\\([^"]*\\)".*/\\1/p')`;
  return `#!/bin/sh
# Composes the image ${name} and, where the repository at ${url} has it, its installer; rendered by dcn-ha.
# Usage: compose.sh [first|next|installer]   (first: without a parent; next, the default: on top of what the repository has)
set -eu
cd "$(dirname "$0")"
here=$(pwd)

wait_for() { # COMPOSE
    while composer-cli compose status | grep "^$1 " | grep -qE 'WAITING|RUNNING'; do sleep 15; done
    composer-cli compose status | grep "^$1 " | grep -q FINISHED || {
        composer-cli compose log "$1" >&2
        exit 1
    }
    composer-cli compose image "$1"
}

rpmbuild -bb --define "_sourcedir $here" --define "_rpmdir $here/repository" --define "_builddir $here/build" ${say(`${rpm}.spec`)}
createrepo_c repository
for source in sources/*.toml; do
    sed -e "s|@FOLDER@|$here|" -e "s|@ARCH@|$(uname -m)|" "$source" >"$here/source.toml"
    composer-cli sources add "$here/source.toml"
done

set -- "\${1:-next}"
case $1 in
first)
    set --
    composer-cli blueprints push blueprint.toml
    composer-cli blueprints depsolve ${say(name)}
    ${start("edge-container", name)}
    ;;
next)
    set -- --url ${say(url)} --parent ${say(ref)}
    composer-cli blueprints push blueprint.toml
    composer-cli blueprints depsolve ${say(name)}
    ${start("edge-container", name)}
    ;;
installer)
    set -- --url ${say(url)}
    composer-cli blueprints push installer.toml
    ${start("edge-installer", `${name}-installer`)}
    ;;
*)
    echo 'usage: compose.sh [first|next|installer]' >&2
    exit 64
    ;;
esac
wait_for "$compose"
# Another kickstart for the ISO than the one inside: mkksiso --ks kickstart.ks INSTALLER.iso DEVICE.iso, or on the boot line
# inst.ks=${url}/kickstart.ks dcn-ha.node=NAME
`;
}
