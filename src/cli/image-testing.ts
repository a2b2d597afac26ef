// `dcn-ha image test`: boots published images as lab nodes and says what was seen of each.
import type { ImageTestReport } from "../lab/index.js";
import { birthOptions, birthsOf } from "./births.js";
import type { Call, CommandDefinition } from "./command.js";
import { profilesOption } from "./group.js";
import { choiceOptions, inWorkshop, required, storeOption } from "./image-publishing.js";
import { loadImageSet, setArgument } from "./image-set.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const testVerb: CommandDefinition = {
  summary:
    "boots the published images of a set as lab nodes: first boot, clusters, health checks, the loss of a node",
  arguments: [setArgument],
  options: [
    ...birthOptions,
    {
      flags: "--container <IMAGE>",
      help: "look into this container image instead, without booting it; with --role and --site",
    },
    ...choiceOptions,
    storeOption,
    { flags: "--name <NAME>", help: "name of the lab", default: "image-test" },
    { flags: "--keep", help: "keep the lab to look around" },
    profilesOption,
  ],
  examples: [
    "dcn-ha image test profiles/images/plant.yaml --repository /srv/repo --channel canary --keys plant.gpg",
    "dcn-ha image test profiles/images/plant.yaml --container docker://registry.site:5000/plant:1.0.0 --role hmi --site site-1",
  ],
  run: test,
};

/** A container is looked into; what is booted is a device. */
async function look(call: Call, image: string): Promise<number> {
  const { lookAtContainer } = await import("../workflows/index.js");
  const set = await loadImageSet(call);
  const role = required(call, "role");
  const site = required(call, "site");
  const report = await inWorkshop(call, (shop) =>
    lookAtContainer(shop, { image, version: set.value.version, role, site }),
  );
  const lines = [
    `${image}: ${report.good ? "holds what it should" : "NOT as it should be"}`,
    ...rowsOf(report.checks),
  ];
  call.output.answer(
    report,
    [...lines, "not tested:", ...report.notTested.map((one) => `  ${one}`)].join("\n"),
  );
  return report.good ? exitCodes.done : exitCodes.failed;
}

async function test(call: Call): Promise<number> {
  const container = call.options.text("container");
  if (container !== undefined) return look(call, container);
  const { labRoots, pathsOf, requireRoot, RESOURCES_FOLDER, testImages } = await import("../lab/index.js");
  requireRoot();
  const { quickstartProduct } = await import("./quickstart-product.js");
  const report = await testImages({
    paths: pathsOf(labRoots(process.env), call.options.text("name") ?? "image-test"),
    births: await birthsOf(call, call.arguments[0] ?? ""),
    resources: RESOURCES_FOLDER,
    product: quickstartProduct(call),
    keep: call.options.flag("keep"),
    onStep: (text) => call.output.headline(text),
    onProgress: (text) => call.output.progress(`    ${text}`),
    signal: call.signal,
  });
  call.output.answer(report, textOf(report));
  return report.good ? exitCodes.done : exitCodes.failed;
}

function rowsOf(checks: ImageTestReport["images"][number]["checks"]): string[] {
  const mark = (fine: boolean): string => (fine ? "ok    " : "FAILED");
  return checks.map((check) => `  ${mark(check.good)} ${check.what}${check.good ? "" : `: ${check.said}`}`);
}

function textOf({ set, version, good, images, groups, notTested }: ImageTestReport): string {
  return [
    `${set} ${version}: ${good ? "every image was booted and did what it should" : "NOT as it should be"}`,
    ...groups.flatMap(({ group, checks }) => [`group ${group}`, ...rowsOf(checks)]),
    ...images.flatMap(({ ref, commit, device, checks }) => [
      `${ref} ${commit.slice(0, 12)} on ${device}`,
      ...rowsOf(checks),
    ]),
    "not tested:",
    ...notTested.map((one) => `  ${one}`),
  ].join("\n");
}
