// Root images of lab nodes: mmdebstrap(1) makes a Debian root, prepare-tree turns it into an ostree tree, ostree(1) keeps it.
// A base is cached by the hash of what it is made from; dcn-ha's node files are a thin layer on top.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { onHost, tryHost } from "./host.js";
import { type LabRoots, repositoryPaths } from "./paths.js";
import type { LabOs, LabRole } from "./spec.js";

const common = [
  "systemd systemd-sysv dbus libpam-systemd openssh-server iproute2 resource-agents pcs ostree podman crun netavark",
  "nftables procps iputils-ping sudo python3 curl ca-certificates kmod",
];
const cluster = "pacemaker pacemaker-cli-utils corosync corosync-qdevice corosync-qnetd";
const distributions: Record<LabOs, { suite: string; packages: readonly string[] }> = {
  debian12: { suite: "bookworm", packages: [...common, "fence-agents crmsh"] },
  // booth before 1.2 never gets past its start on kernels from 6.9 on (ClusterLabs/booth#139), and nodes run this machine's kernel.
  debian13: {
    suite: "trixie",
    packages: [...common, "fence-agents-redfish fence-agents-ipmilan booth booth-pacemaker"],
  },
};

/** hacluster:haclient have these ids in every image, as in Fedora and RHEL, so that /var keeps its owner over an update. */
const clusterUser = 189;

/** What a root image is for: a node as images ship it, a node before its first apply, or a pacemaker_remote host. */
export type ImageVariant = "node" | "bare" | "remote";

/** The variant that a machine of a lab boots. */
export function variantFor(role: LabRole, bare: boolean): ImageVariant {
  if (role === "remote") return "remote";
  return bare && role === "node" ? "bare" : "node";
}

/** Where the parts of an image come from and whom to tell how it goes. */
export interface RootImageRequest {
  readonly roots: LabRoots;
  readonly os: LabOs;
  readonly variant: ImageVariant;
  /** The product's resources/ folder. */
  readonly resources: string;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Makes the image unless the cache has it; returns the ref that nodes pull. Throws DcnError HOST_COMMAND_FAILED. */
export async function ensureRootImage(request: RootImageRequest): Promise<string> {
  const { archive, bare } = repositoryPaths(request.roots);
  await ensureRepositories(archive, bare);
  const base = await ensureBase(request, bare);
  const overlay = await hashFolder(request.resources, [
    "node-files",
    "node",
    "ocf",
    "health",
    "systemd",
    "image/tmpfiles.conf",
    "lab/install-node-files",
    "lab/probe-address",
    "lab/stand-in-image",
  ]);
  const ref = `lab/${request.os}/${request.variant}-${shortHash(base, overlay)}`;
  if (!(await hasRef(archive, ref))) {
    request.onProgress(`${request.os}: adding dcn-ha's node files (${request.variant})`);
    await commitOverlay(request, base, ref);
    request.onProgress(`${request.os}: publishing the image in the lab's repository`);
    await onHost(["ostree", `--repo=${archive}`, "pull-local", bare, ref], { timeoutMs: 300_000 });
  }
  return ref;
}

/** Copies published images into the lab's cache once, so that each device fetches over HTTP only what is its own; it verifies all of it. */
export async function cachePublished(
  roots: LabRoots,
  repository: string,
  refs: readonly string[],
): Promise<void> {
  const { archive, bare } = repositoryPaths(roots);
  await ensureRepositories(archive, bare);
  await onHost(["ostree", `--repo=${bare}`, "pull-local", repository, ...refs], { timeoutMs: 1_200_000 });
}

async function ensureRepositories(archive: string, bare: string): Promise<void> {
  for (const [path, mode] of [
    [archive, "archive"],
    [bare, "bare"],
  ] as const) {
    if (existsSync(join(path, "config"))) continue;
    await mkdir(path, { recursive: true });
    await onHost(["ostree", `--repo=${path}`, "init", `--mode=${mode}`]);
    if (mode === "archive")
      await onHost(["ostree", `--repo=${path}`, "config", "set", "archive.zlib-level", "1"]);
  }
}

async function hasRef(repository: string, ref: string): Promise<boolean> {
  return (await tryHost(["ostree", `--repo=${repository}`, "rev-parse", ref])).exitCode === 0;
}

async function ensureBase(request: RootImageRequest, bare: string): Promise<string> {
  const { suite, packages } = distributions[request.os];
  const clusterPackages = request.variant === "remote" ? "pacemaker-remote pacemaker-cli-utils" : cluster;
  const include = [...packages, clusterPackages].join(" ").split(" ").sort();
  const prepareTree = join(request.resources, "image", "prepare-tree");
  const adaptEtc = join(request.resources, "lab", "adapt-etc");
  const scripts = await hashFolder(request.resources, ["image/prepare-tree", "lab/adapt-etc"]);
  const hash = shortHash(suite, include.join(","), scripts, String(clusterUser));
  const ref = `lab/${request.os}/base-${hash}`;
  if (await hasRef(bare, ref)) return ref;

  const work = await mkdtemp(join(request.roots.cache, "build-"));
  try {
    const root = join(work, "root");
    await withTicks(request, `${request.os}: installing ${include.length} packages with mmdebstrap`, () =>
      onHost(bootstrapCommand(suite, include, root), { timeoutMs: 2_400_000, ...signalOf(request) }),
    );
    await onHost(["rm", "-rf", join(root, "dev")]);
    await onHost(["sh", prepareTree, root]);
    await onHost(["sh", adaptEtc, join(root, "usr", "etc")]);
    await withTicks(request, `${request.os}: committing the tree to ostree`, () =>
      onHost(
        [
          "ostree",
          `--repo=${bare}`,
          "commit",
          "--consume",
          `--branch=${ref}`,
          "-s",
          `lab base ${suite}`,
          root,
        ],
        {
          timeoutMs: 300_000,
        },
      ),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return ref;
}

function signalOf(request: RootImageRequest): { signal?: AbortSignal } {
  return request.signal === undefined ? {} : { signal: request.signal };
}

function bootstrapCommand(suite: string, include: readonly string[], root: string): string[] {
  const id = String(clusterUser);
  const fixIds = [
    `echo "haclient:x:${id}:" >>"$1/etc/group"`,
    `echo "hacluster:x:${id}:${id}::/var/lib/pacemaker:/usr/sbin/nologin" >>"$1/etc/passwd"`,
    `echo "hacluster:!:19000::::::" >>"$1/etc/shadow"`,
  ].join("; ");
  return [
    "mmdebstrap",
    "--mode=root",
    "--variant=minbase",
    `--include=${include.join(",")}`,
    `--essential-hook=${fixIds}`,
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    suite,
    root,
  ];
}

async function commitOverlay(request: RootImageRequest, base: string, ref: string): Promise<void> {
  const { bare } = repositoryPaths(request.roots);
  const work = await mkdtemp(join(request.roots.cache, "overlay-"));
  try {
    const overlay = join(work, "tree");
    await mkdir(overlay);
    const install = join(request.resources, "lab", "install-node-files");
    await onHost(["sh", install, request.resources, overlay, request.variant]);
    await onHost(
      [
        "ostree",
        `--repo=${bare}`,
        "commit",
        `--branch=${ref}`,
        `--tree=ref=${base}`,
        `--tree=dir=${overlay}`,
        "-s",
        ref,
      ],
      { timeoutMs: 300_000 },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs a long job and says every few seconds that it is still going on. */
async function withTicks<T>(request: RootImageRequest, text: string, job: () => Promise<T>): Promise<T> {
  const started = process.hrtime.bigint();
  request.onProgress(text);
  const timer = setInterval(() => {
    const seconds = Math.round(Number((process.hrtime.bigint() - started) / 1_000_000_000n));
    request.onProgress(`${text} … ${seconds} s`);
  }, 10_000);
  try {
    return await job();
  } finally {
    clearInterval(timer);
  }
}

/** Hash over names and contents of the given files and folders below `folder`, in stable order. */
async function hashFolder(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of names) await hashInto(hash, folder, name);
  return hash.digest("hex");
}

async function hashInto(hash: ReturnType<typeof createHash>, folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (!existsSync(path)) return;
  const entries = await readdir(path).catch(() => undefined);
  if (entries === undefined) {
    hash.update(`${name}\0`).update(await readFile(path));
    return;
  }
  for (const entry of entries.sort()) await hashInto(hash, folder, join(name, entry));
}

function shortHash(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}
