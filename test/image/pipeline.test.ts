// One graph, three platforms: each runs the same commands in the same order, and the playbook removes its infrastructure whatever happens.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { type PipelineSettings, pipelineSteps, renderPipeline } from "../../src/image/index.js";

const SETTINGS: PipelineSettings = {
  set: "plant",
  file: "profiles/images/plant.yaml",
  staging: "/srv/staging",
  repository: "/srv/repo; $(reboot)",
  signBy: "9906BEAA31FB4F09882DDB78A17C66CEBFBDDF14",
  keys: "plant.gpg",
  channel: "canary",
  promoteTo: "stable",
};
const HOSTING = {
  runner: "registry.site:5000/dcn-ha:1",
  git: "https://git.site/plant.git",
  branch: "main",
  namespace: "images",
  hosting: "registry.site:5000/hosting:1",
  host: "images.site",
  sites: ["site-1", "site-2"],
};
const STEPS = pipelineSteps(SETTINGS);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Record<string, never> & {
    readonly tasks: readonly { readonly name: string; readonly runAfter?: readonly string[] }[];
    readonly steps: readonly { readonly command?: readonly string[]; readonly args: readonly string[] }[];
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] };
    };
  };
}

function manifests(target: "tekton" | "argocd"): Manifest[] {
  const [file] = renderPipeline(target, SETTINGS, HOSTING);
  const text = file !== undefined && "content" in file ? Buffer.from(file.content).toString() : "";
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

describe("an image pipeline", () => {
  test("tests what is signed and waits, publishes what was tested, and promotes what was published", () => {
    expect(STEPS.map(({ name, needs }) => `${needs.join()} → ${name}`)).toEqual([
      " → lint",
      "lint → build",
      "build → sign",
      "sign → test",
      "test → publish",
      "publish → promote",
    ]);
    expect(
      pipelineSteps({ ...SETTINGS, promoteTo: undefined } as never).map(({ name }) => name),
    ).not.toContain("promote");
  });

  test("is a Tekton Task for each step, behind the fetch of what changed", () => {
    const all = manifests("tekton");
    const pipeline = all.find(({ kind }) => kind === "Pipeline");
    expect(pipeline?.spec.tasks.map(({ name, runAfter = [] }) => `${runAfter.join()} → ${name}`)).toEqual([
      " → source",
      "source → lint",
      ...STEPS.slice(1).map(({ name, needs }) => `${needs.join()} → ${name}`),
    ]);
    for (const step of STEPS) {
      const task = all.find(
        ({ kind, metadata }) => kind === "Task" && metadata.name === `plant-images-${step.name}`,
      );
      expect(task?.spec.steps[0]).toMatchObject({ command: ["dcn-ha"], args: step.argv });
    }
    expect(all.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["EventListener", "TriggerBinding", "TriggerTemplate"]),
    );
  });

  test("has its four phases as sync waves of Argo CD, and waits for the automation that it starts", () => {
    const all = manifests("argocd");
    const waves = all.map(
      ({ kind, metadata }) => `${metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? "-"} ${kind}`,
    );
    expect(waves).toEqual([
      ...["1 Namespace", "1 ServiceAccount", "1 ConfigMap", "2 VirtualMachine", "3 Job"],
      ...["4 Deployment", "4 Service", "4 Route", "- Application", "- ApplicationSet"],
    ]);
    const script = all.find(({ kind }) => kind === "Job")?.spec.template.spec.containers[0]?.command[2] ?? "";
    expect(spawnSync("sh", ["-n", "-c", script]).status).toBe(0);
    expect(script).toContain("successful) exit 0");
    expect(renderPipeline("argocd", SETTINGS, HOSTING).map(({ path }) => path)).toEqual([
      "/argocd/phases.yaml",
      "/argocd/sites/site-1/mirror.yaml",
      "/argocd/sites/site-2/mirror.yaml",
    ]);
  });

  test("is a playbook that runs each command as a list of arguments, and removes the infrastructure also after a failure", () => {
    const [file] = renderPipeline("ansible", SETTINGS, HOSTING);
    const text = file !== undefined && "content" in file ? Buffer.from(file.content).toString() : "";
    const [play] = parse(text) as {
      tasks: { block: Record<string, { argv?: unknown }>[]; always: { name: string }[] }[];
    }[];
    const [task] = play?.tasks ?? [];
    const commands = task?.block.flatMap((one) => one["ansible.builtin.command"]?.argv ?? []) ?? [];
    expect(commands).toEqual([
      "{{ create_infrastructure }}",
      ...STEPS.flatMap(({ argv }) => ["dcn-ha", ...argv]),
    ]);
    expect(task?.always.map(({ name }) => name)).toEqual([
      "Remove the infrastructure, also after a step that failed",
    ]);
  });
});
