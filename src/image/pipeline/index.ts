// One graph of steps, and what platforms need to run it.
import { stringify } from "yaml";
import { type ImageFile, textFile } from "../image-file.js";
import { playbook } from "./ansible.js";
import { argoObjects, type HostingSettings, siteObjects } from "./argocd.js";
import { type PipelineSettings, pipelineSteps } from "./graph.js";
import { tektonObjects } from "./tekton.js";

export type { HostingSettings } from "./argocd.js";
export { type PipelineSettings, type PipelineStep, pipelineSteps } from "./graph.js";

/** The platforms that a pipeline is rendered for. */
export const PIPELINE_TARGETS = ["tekton", "argocd", "ansible"] as const;
export type PipelineTarget = (typeof PIPELINE_TARGETS)[number];

/** The files of one platform. */
export function renderPipeline(
  target: PipelineTarget,
  settings: PipelineSettings,
  hosting: HostingSettings,
): ImageFile[] {
  const steps = pipelineSteps(settings);
  const file = (name: string, objects: readonly object[]): ImageFile[] => [
    textFile(`/${target}/${name}`, objects.map((one) => `---\n${stringify(one, { lineWidth: 0 })}`).join("")),
  ];
  if (target === "tekton") return file("pipeline.yaml", tektonObjects(settings, hosting, steps));
  if (target === "argocd") {
    const sites = hosting.sites.flatMap((site) =>
      file(`sites/${site}/mirror.yaml`, siteObjects(settings, hosting)),
    );
    return [...file("phases.yaml", argoObjects(settings, hosting, steps)), ...sites];
  }
  return [
    textFile(`/${target}/images.yaml`, `---\n${stringify(playbook(settings, steps), { lineWidth: 0 })}`),
    textFile(
      `/${target}/inventory.yaml`,
      "---\nbuilders:\n  hosts:\n    localhost:\n      ansible_connection: local\n",
    ),
  ];
}
