// `dcn-ha image pipeline`: the way from a change in Git to images on devices, for platforms and on this machine.
import { fileURLToPath } from "node:url";
import type { PipelineSettings } from "../image/index.js";
import type { Call, CommandDefinition, OptionDefinition } from "./command.js";
import { profilesOption } from "./group.js";
import { inWorkshop, required, storeOf, storeOption } from "./image-publishing.js";
import { loadImageSet, setArgument } from "./image-set.js";
import { exitCodes } from "./trouble.js";

const settingOptions: readonly OptionDefinition[] = [
  { flags: "--staging <DIR>", help: "where signed images wait for their test", default: "/srv/staging" },
  { flags: "--repository <DIR>", help: "where devices find tested images", default: "/srv/repo" },
  { flags: "--sign-by <FINGERPRINT>", help: "GnuPG key that signs" },
  { flags: "--keys <FILE>", help: "its public half, as gpg --export writes it" },
  { flags: "--channel <NAME>", help: "channel of tested images", default: "canary" },
  { flags: "--promote-to <NAME>", help: "promote them to this channel at once (default: no)" },
];

/** The verbs. */
export const pipelineVerbs: CommandDefinition = {
  summary:
    "the way from a change in Git to images on devices: for Tekton, Argo CD, Ansible, and on this machine",
  subcommands: {
    render: {
      summary: "writes what a platform needs to run the pipeline",
      arguments: [setArgument],
      options: [
        { flags: "--to <PLATFORM>", help: "platform", choices: ["tekton", "argocd", "ansible"] },
        { flags: "--out <DIR>", help: "folder that the files are written into" },
        ...settingOptions,
        {
          flags: "--git <URL>",
          help: "Git repository of the image set",
          default: "https://git.site/plant.git",
        },
        { flags: "--branch <NAME>", help: "its branch", default: "main" },
        {
          flags: "--runner <IMAGE>",
          help: "container image that has dcn-ha and its tools",
          default: "registry.site:5000/dcn-ha:latest",
        },
        {
          flags: "--hosting <IMAGE>",
          help: "hosting container, as image host --push made it",
          default: "registry.site:5000/hosting:1.0.0",
        },
        { flags: "--host <NAME>", help: "name under which devices reach it", default: "images.site" },
        { flags: "--namespace <NAME>", help: "namespace of the objects", default: "dcn-images" },
        profilesOption,
      ],
      examples: [
        "dcn-ha image pipeline render profiles/images/plant.yaml --to tekton --sign-by 9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14 --keys plant.gpg --out pipeline",
      ],
      run: render,
    },
    run: {
      summary: "runs the same steps on this machine; a run that failed goes on with --from failed",
      arguments: [setArgument],
      options: [
        ...settingOptions,
        { flags: "--gpg-home <DIR>", help: "keyring of the key (default: yours)" },
        {
          flags: "--from <STEP>",
          help: "step to begin with: lint, build, sign, test, publish, promote, or failed",
        },
        storeOption,
        profilesOption,
      ],
      examples: [
        "dcn-ha image pipeline run profiles/images/plant.yaml --sign-by 9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14 --keys plant.gpg --staging /srv/staging --repository /srv/repo",
      ],
      run,
    },
  },
};

function settingsOf(call: Call, set: string, file: string): PipelineSettings {
  const text = (name: string, other: string): string => call.options.text(name) ?? other;
  const promoteTo = call.options.text("promote-to");
  return {
    set,
    file,
    staging: text("staging", "/srv/staging"),
    repository: text("repository", "/srv/repo"),
    signBy: required(call, "sign-by"),
    keys: required(call, "keys"),
    channel: text("channel", "canary"),
    ...(promoteTo === undefined ? {} : { promoteTo }),
  };
}

async function render(call: Call): Promise<number> {
  const { PIPELINE_TARGETS, renderPipeline } = await import("../image/index.js");
  const { writeTree } = await import("../sources/index.js");
  const { options, output } = call;
  const set = await loadImageSet(call);
  const [file = ""] = call.arguments;
  const folder = required(call, "out");
  const target = PIPELINE_TARGETS.find((one) => one === required(call, "to")) ?? "tekton";
  const text = (name: string): string => options.text(name) ?? "";
  const files = renderPipeline(target, settingsOf(call, set.name, file), {
    runner: text("runner"),
    git: text("git"),
    branch: text("branch"),
    namespace: text("namespace"),
    hosting: text("hosting"),
    host: text("host"),
    sites: set.sites.map(({ name }) => name),
  });
  await writeTree(folder, files);
  output.answer(
    { folder, files: files.map(({ path }) => path) },
    files.map(({ path }) => `${folder}${path}`).join("\n"),
  );
  return exitCodes.done;
}

async function run(call: Call): Promise<number> {
  const { pipelineSteps } = await import("../image/index.js");
  const { runPipeline } = await import("../workflows/index.js");
  const { systemClock } = await import("../time/index.js");
  const set = await loadImageSet(call);
  const store = storeOf(call);
  const home = call.options.text("gpg-home");
  const steps = pipelineSteps(settingsOf(call, set.name, call.arguments[0] ?? "")).map((step) => {
    const signs = step.argv.includes("--sign-by") && home !== undefined;
    const more = [
      ...(signs ? ["--gpg-home", home] : []),
      ...(takesStore(step.name) ? ["--store", store] : []),
    ];
    return { ...step, argv: [...step.argv, ...more] };
  });
  const from = call.options.text("from");
  const program = [process.execPath, fileURLToPath(new URL("../../bin/dcn-ha.js", import.meta.url))];
  const results = await inWorkshop(call, (shop) =>
    runPipeline({
      set: set.name,
      steps,
      program,
      store,
      shop,
      clock: systemClock,
      ...(from === undefined ? {} : { from }),
    }),
  );
  const lines = results.map(
    ({ name, outcome, seconds }) =>
      `${name.padEnd(8)} ${outcome}${seconds > 0 ? ` in ${seconds.toFixed(1)} s` : ""}`,
  );
  call.output.answer({ set: set.name, steps: results }, lines.join("\n"));
  return exitCodes.done;
}

function takesStore(step: string): boolean {
  return ["build", "sign", "publish", "promote"].includes(step);
}
