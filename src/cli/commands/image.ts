// Images with the cluster inside: layers of an image set, and what build systems take to build them (docs/images.md).
import { writeFile } from "node:fs/promises";
import { DcnError } from "../../errors/index.js";
import type { LayerGraph } from "../../image/index.js";
import type { ImageLayers } from "../../workflows/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { profilesOption } from "../group.js";
import { pipelineVerbs } from "../image-pipeline.js";
import { choiceOptions, known } from "../image-publishing.js";
import { secretsVerb } from "../image-secrets.js";
import { loadImageSet, setArgument } from "../image-set.js";
import { testVerb } from "../image-testing.js";
import { imageVerbs } from "../image-verbs.js";
import { exitCodes, FindingsError } from "../trouble.js";

const TARGETS = ["containerfile", "blueprint", "debian", "folder"];

export const command: CommandDefinition = {
  summary: "makes OS images with the cluster inside",
  subcommands: {
    render: {
      summary: "writes what a build system takes to build the images of a set",
      arguments: [setArgument],
      options: [
        { flags: "--to <SYSTEM>", help: "build system", choices: TARGETS },
        { flags: "--out <DIR>", help: "folder that the files are written into" },
        ...choiceOptions,
        { flags: "--graph", help: "print the layers with their tags instead" },
        { flags: "--write-lock", help: "write the lock file beside the set" },
        profilesOption,
      ],
      examples: [
        "dcn-ha image render profiles/images/plant.yaml --graph",
        "dcn-ha image render profiles/images/plant.yaml --to debian --out build/plant",
        "dcn-ha image render profiles/images/plant.yaml --to containerfile --out build/bootc",
        "dcn-ha image render profiles/images/plant.yaml --to folder --role hmi --site site-1 --out build/hmi",
      ],
      run: render,
    },
    ...imageVerbs,
    secrets: secretsVerb,
    test: testVerb,
    pipeline: pipelineVerbs,
  },
};

async function render(call: Call): Promise<number> {
  const { imageLayers, renderLayers } = await import("../../workflows/index.js");
  const { IMAGE_TARGETS } = await import("../../image/index.js");
  const { options, output } = call;
  if (options.flag("graph") && (options.text("to") ?? options.text("out")) !== undefined)
    throw new DcnError(
      "usage",
      "USAGE",
      "image render --graph shows the layers and writes nothing: it goes without --to and --out",
    );
  const set = await loadImageSet(call);
  const to = IMAGE_TARGETS.find((target) => target === options.text("to"));
  const choice = { role: known(call, "role", set.value.roles), site: known(call, "site", set.value.sites) };
  const layers = await imageLayers(set, to);
  if ("findings" in layers) throw new FindingsError(layers.findings);
  output.findings(layers.warnings);
  if (options.flag("write-lock")) await writeLock(layers);
  if (options.flag("graph")) return answerGraph(call, layers, choice);
  const folder = options.text("out");
  if (to === undefined || folder === undefined)
    throw new DcnError("usage", "OPTION_MISSING", "image render needs --to and --out, or --graph");
  const { writeTree } = await import("../../sources/index.js");
  const { files, findings } = renderLayers(set, layers, { to, choice });
  if (findings.some(({ severity }) => severity === "error")) throw new FindingsError(findings);
  output.findings(findings);
  await writeTree(folder, files);
  output.answer(
    { folder, files: files.map(({ path }) => path), findings: [...layers.warnings, ...findings] },
    `${folder}: ${files.length} files`,
  );
  return exitCodes.done;
}

async function writeLock({ lock, lockFile }: ImageLayers): Promise<void> {
  const { lockText } = await import("../../image/index.js");
  await writeFile(lockFile, lockText(lock));
}

async function answerGraph(
  { output }: Call,
  { graph: whole, lock }: ImageLayers,
  choice: { readonly role: string | undefined; readonly site: string | undefined },
): Promise<number> {
  const { chosen } = await import("../../image/index.js");
  const graph = chosen(whole, choice);
  const layers = graph.layers.map(({ address, kind, parent, role, site, tag, packages, files, images }) => ({
    address,
    kind,
    parent,
    role,
    site,
    tag,
    packages,
    files: files.map(({ path }) => path),
    images,
    outputs: lock.layers[graph.family][address]?.outputs ?? {},
  }));
  const { set, version, family } = graph;
  output.answer({ set, version, family, layers }, graphText(graph));
  return exitCodes.done;
}

function graphText(graph: LayerGraph): string {
  const depth = (address: string | undefined): number => {
    const parent = graph.layers.find((layer) => layer.address === address)?.parent;
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  const lines = graph.layers.map(({ address, tag, packages, files }) => {
    const indent = "  ".repeat(depth(address));
    return `${tag}  ${indent}${address}  ${packages.length} packages, ${files.length} files`;
  });
  return lines.join("\n");
}
