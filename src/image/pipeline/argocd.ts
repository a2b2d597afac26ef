// The four phases of the pattern "build, test and host images" for Argo CD: sync waves put them in their order.
import type { PipelineSettings, PipelineStep } from "./graph.js";
import type { PlatformSettings } from "./tekton.js";

type Manifest = Readonly<Record<string, unknown>>;

/** What the phases need besides: who automates, where devices reach the hosting container, and which sites there are. */
export interface HostingSettings extends PlatformSettings {
  /** The hosting container, by digest where it is known. */
  readonly hosting: string;
  readonly host: string;
  readonly sites: readonly string[];
}

const WAVE = "argocd.argoproj.io/sync-wave";

/** Base constructs (1), infrastructure (2), the hand-over to automation and its end (3), hosting (4), and the Applications that sync them. */
export function argoObjects(
  settings: PipelineSettings,
  hosting: HostingSettings,
  steps: readonly PipelineStep[],
): Manifest[] {
  const { namespace } = hosting;
  const name = `${settings.set}-images`;
  const at = (wave: number, manifest: Manifest, annotations: object = {}): Manifest => ({
    ...manifest,
    metadata: {
      namespace,
      ...(manifest["metadata"] as object),
      annotations: { [WAVE]: String(wave), ...annotations },
    },
  });
  return [
    at(1, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, namespace: undefined } }),
    at(1, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } }),
    at(1, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `${name}-steps` },
      data: { "steps.json": JSON.stringify(steps.map(({ name: step, argv }) => ({ step, argv }))) },
    }),
    at(2, builder(name)),
    at(3, automation(name, hosting), {
      "argocd.argoproj.io/hook": "Sync",
      "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    }),
    ...host(name, hosting).map((one) => at(4, one)),
    application(name, hosting),
    applicationSet(name, hosting),
  ];
}

/** What runs at a site: its own copy of the images, which its devices reach when nobody else can. */
export function siteObjects(
  settings: PipelineSettings,
  { runner, host, namespace }: HostingSettings,
): Manifest[] {
  const name = `${settings.set}-mirror`;
  const words = ["--from", `https://${host}/repo`, "--to", "/srv/repo", "--keys", "/keys/keys.gpg"];
  return [
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name, namespace },
      spec: {
        schedule: "*/15 * * * *",
        concurrencyPolicy: "Forbid",
        jobTemplate: {
          spec: {
            template: {
              spec: {
                restartPolicy: "Never",
                containers: [
                  {
                    name: "mirror",
                    image: runner,
                    command: ["dcn-ha"],
                    args: ["image", "mirror", ...words],
                    volumeMounts: [
                      { name: "repo", mountPath: "/srv/repo" },
                      { name: "keys", mountPath: "/keys", readOnly: true },
                    ],
                  },
                ],
                volumes: [
                  { name: "repo", persistentVolumeClaim: { claimName: name } },
                  { name: "keys", configMap: { name: `${name}-keys` } },
                ],
              },
            },
          },
        },
      },
    },
  ];
}

/** A machine with room to build, which is there while something is built (KubeVirt). */
function builder(name: string): Manifest {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: `${name}-builder` },
    spec: {
      runStrategy: "RerunOnFailure",
      template: {
        metadata: { labels: { "kubevirt.io/domain": `${name}-builder` } },
        spec: {
          domain: {
            cpu: { cores: 4 },
            memory: { guest: "8Gi" },
            devices: {
              disks: [{ name: "root", disk: { bus: "virtio" } }],
              interfaces: [{ name: "default", masquerade: {} }],
            },
          },
          networks: [{ name: "default", pod: {} }],
          volumes: [{ name: "root", persistentVolumeClaim: { claimName: `${name}-builder` } }],
        },
      },
    },
  };
}

/** Starts a workflow of the automation controller and waits for its end: the phase is over when the Job is. */
function automation(name: string, { runner }: HostingSettings): Manifest {
  const secret = (key: string): object => ({
    valueFrom: { secretKeyRef: { name: `${name}-automation`, key } },
  });
  const script = [
    "set -eu",
    // The token is read from the environment by curl's configuration on standard input: it stands in no argument list.
    'call() { printf \'header = "Authorization: Bearer %s"\\n\' "$CONTROLLER_TOKEN" | curl --fail --silent --show-error --config - "$@"; }',
    'started=$(call --request POST "$CONTROLLER_HOST/api/v2/workflow_job_templates/$WORKFLOW/launch/")',
    'id=$(printf %s "$started" | sed -n \'s/.*"workflow_job": *\\([0-9]*\\).*/\\1/p\')',
    '[ -n "$id" ] || { echo "the controller started nothing: $started" >&2; exit 1; }',
    "while :; do",
    '  status=$(call "$CONTROLLER_HOST/api/v2/workflow_jobs/$id/" | sed -n \'s/.*"status": *"\\([a-z]*\\)".*/\\1/p\')',
    '  case $status in successful) exit 0 ;; failed | error | canceled) echo "workflow $id: $status" >&2; exit 1 ;; esac',
    "  sleep 10",
    "done",
  ].join("\n");
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${name}-automation` },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 14_400,
      template: {
        spec: {
          restartPolicy: "Never",
          serviceAccountName: name,
          containers: [
            {
              name: "automation",
              image: runner,
              command: ["/bin/sh", "-c", script],
              env: [
                { name: "CONTROLLER_HOST", ...secret("host") },
                { name: "CONTROLLER_TOKEN", ...secret("token") },
                { name: "WORKFLOW", ...secret("workflow") },
              ],
            },
          ],
        },
      },
    },
  };
}

/** The hosting container behind a route that ends TLS. */
function host(name: string, { hosting, host: address }: HostingSettings): Manifest[] {
  const labels = { app: `${name}-hosting` };
  const metadata = { name: `${name}-hosting`, labels };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "hosting",
                image: hosting,
                ports: [{ name: "http", containerPort: 8080 }],
                readinessProbe: { httpGet: { path: "/repo/config", port: "http" } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
    {
      apiVersion: "route.openshift.io/v1",
      kind: "Route",
      metadata,
      spec: {
        host: address,
        to: { kind: "Service", name: metadata.name },
        port: { targetPort: "http" },
        tls: { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" },
      },
    },
  ];
}

function application(name: string, { git, branch, namespace }: HostingSettings): Manifest {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name, namespace: "argocd" },
    spec: {
      project: "default",
      source: { repoURL: git, targetRevision: branch, path: "pipeline/argocd" },
      destination: { server: "https://kubernetes.default.svc", namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}

/** One mirror at each site, from one template. */
function applicationSet(name: string, { git, branch, namespace, sites }: HostingSettings): Manifest {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ApplicationSet",
    metadata: { name: `${name}-sites`, namespace: "argocd" },
    spec: {
      generators: [{ list: { elements: sites.map((site) => ({ site })) } }],
      template: {
        metadata: { name: `${name}-{{site}}` },
        spec: {
          project: "default",
          source: { repoURL: git, targetRevision: branch, path: "pipeline/argocd/sites/{{site}}" },
          destination: { name: "{{site}}", namespace },
        },
      },
    },
  };
}
