// The graph for Tekton (tekton.dev/v1): a Task for each step, a Pipeline, and triggers that start it on a change in Git.
import type { PipelineSettings, PipelineStep } from "./graph.js";

/** What a platform needs to know besides the graph. */
export interface PlatformSettings {
  /** The container image that has dcn-ha and its tools. */
  readonly runner: string;
  /** The Git repository of the image set, and its branch. */
  readonly git: string;
  readonly branch: string;
  readonly namespace: string;
}

type Manifest = Readonly<Record<string, unknown>>;

/** Sources and what the build keeps are one volume, so that a run that failed goes on from there. */
const WORKSPACE = "plant";
const STORE = { name: "DCN_HA_IMAGES", value: `$(workspaces.${WORKSPACE}.path)/store` };

type Make = (kind: string, apiVersion: string, name: string, spec: object) => Manifest;

/** All objects, in the order in which they are created. */
export function tektonObjects(
  settings: PipelineSettings,
  platform: PlatformSettings,
  steps: readonly PipelineStep[],
): Manifest[] {
  const { namespace } = platform;
  const name = `${settings.set}-images`;
  const make: Make = (kind, apiVersion, objectName, spec) => ({
    apiVersion,
    kind,
    metadata: { name: objectName, namespace },
    spec,
  });
  const pipeline = make("Pipeline", "tekton.dev/v1", name, {
    description: `Images of ${settings.set}, from a change in Git to the channel ${settings.channel}`,
    params: [{ name: "revision", type: "string", default: platform.branch }],
    workspaces: [{ name: WORKSPACE }, { name: "keyring" }],
    tasks: [
      reference(name, "source", []),
      ...steps.map(({ name: step, needs }) => reference(name, step, needs.length === 0 ? ["source"] : needs)),
    ],
  });
  const tasks = steps.map((step) => stepTask(name, step, platform, make));
  return [sourceTask(name, platform, make), ...tasks, pipeline, ...triggers(name, platform, make)];
}

function sourceTask(name: string, platform: PlatformSettings, make: Make): Manifest {
  return make("Task", "tekton.dev/v1", `${name}-source`, {
    description: "Fetch the image set at the revision that changed",
    params: [{ name: "revision", type: "string" }],
    workspaces: [{ name: WORKSPACE }],
    steps: [
      {
        name: "fetch",
        image: platform.runner,
        workingDir: `$(workspaces.${WORKSPACE}.path)`,
        // Values arrive as arguments, never as text of the script.
        args: [platform.git, "$(params.revision)"],
        script:
          '#!/bin/sh\nset -eu\n[ -d source/.git ] || git init -q source\ncd source\ngit fetch -q --depth 1 "$1" "$2"\ngit checkout -q --force FETCH_HEAD\n',
      },
    ],
  });
}

function stepTask(name: string, step: PipelineStep, { runner }: PlatformSettings, make: Make): Manifest {
  // It boots systemd in namespaces, and builds install packages as root.
  const root = step.boots === true || step.name === "build";
  return make("Task", "tekton.dev/v1", `${name}-${step.name}`, {
    description: step.title,
    workspaces: [{ name: WORKSPACE }, { name: "keyring", readOnly: true }],
    steps: [
      {
        name: step.name,
        image: runner,
        workingDir: `$(workspaces.${WORKSPACE}.path)/source`,
        env: [STORE, { name: "GNUPGHOME", value: "$(workspaces.keyring.path)" }],
        command: ["dcn-ha"],
        args: [...step.argv],
        ...(root ? { securityContext: { privileged: true, runAsUser: 0 } } : {}),
      },
    ],
  });
}

/** A task in the pipeline. */
function reference(name: string, step: string, needs: readonly string[]): object {
  const keyring = step === "source" ? [] : [{ name: "keyring", workspace: "keyring" }];
  return {
    name: step,
    taskRef: { name: `${name}-${step}` },
    ...(needs.length === 0 ? {} : { runAfter: needs }),
    workspaces: [{ name: WORKSPACE, workspace: WORKSPACE }, ...keyring],
    ...(step === "source" ? { params: [{ name: "revision", value: "$(params.revision)" }] } : {}),
  };
}

function triggers(name: string, { branch }: PlatformSettings, of: Make): Manifest[] {
  const api = "triggers.tekton.dev/v1beta1";
  return [
    of("TriggerBinding", api, name, { params: [{ name: "revision", value: "$(body.after)" }] }),
    of("TriggerTemplate", api, name, {
      params: [{ name: "revision" }],
      resourcetemplates: [
        {
          apiVersion: "tekton.dev/v1",
          kind: "PipelineRun",
          metadata: { generateName: `${name}-` },
          spec: {
            pipelineRef: { name },
            params: [{ name: "revision", value: "$(tt.params.revision)" }],
            workspaces: [
              { name: WORKSPACE, persistentVolumeClaim: { claimName: name } },
              { name: "keyring", secret: { secretName: `${name}-keyring` } },
            ],
          },
        },
      ],
    }),
    of("EventListener", api, name, {
      serviceAccountName: name,
      triggers: [
        {
          name: "push",
          interceptors: [
            {
              ref: { name: "cel", kind: "ClusterInterceptor" },
              params: [{ name: "filter", value: `body.ref == "refs/heads/${branch}"` }],
            },
          ],
          bindings: [{ ref: name }],
          template: { ref: name },
        },
      ],
    }),
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "40Gi" } } },
    },
  ];
}
