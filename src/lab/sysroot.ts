// A node's disk: an ostree sysroot of its own (ostree-admin(1)), and the boot loader's view of it.
import { mkdir, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { onHost, tryHost } from "./host.js";
import { type LabPaths, osName, repositoryPaths } from "./paths.js";
import { addressOf, hostByte, type LabNode, type LabSpec } from "./spec.js";

/** Port of the lab's image repository on the host's management address. */
export const repositoryPort = 8080;

/** Port of the repository of published images, where a lab has devices that boot them. */
export const imagesPort = 8081;

/** Makes a node's sysroot, pulls `ref` over HTTP and deploys it. Takes 2–4 s with a warm cache. */
export async function createSysroot(
  spec: LabSpec,
  paths: LabPaths,
  node: LabNode,
  ref: string,
): Promise<void> {
  const sysroot = paths.sysroot(node);
  await mkdir(sysroot, { recursive: true });
  const repository = join(sysroot, "ostree", "repo");
  const port = node.own === undefined ? repositoryPort : imagesPort;
  const url = `http://${addressOf(spec, 0, hostByte)}:${port}/`;
  const keys = node.own === undefined ? undefined : spec.images?.keys;
  const trust = keys === undefined ? "--no-gpg-verify" : `--gpg-import=${keys}`;
  await onHost(["ostree", "admin", "init-fs", "--modern", sysroot]);
  await onHost(["ostree", "admin", "os-init", osName, `--sysroot=${sysroot}`]);
  await onHost(["ostree", `--repo=${repository}`, "remote", "add", trust, "lab", url]);
  const { bare } = repositoryPaths(paths.roots);
  const pull = (...options: string[]): Promise<string> =>
    onHost(["ostree", `--repo=${repository}`, "pull", ...options, "lab", ref], { timeoutMs: 300_000 });
  const deploy = (): Promise<string> =>
    onHost(["ostree", "admin", "deploy", `--sysroot=${sysroot}`, `--os=${osName}`, `lab:${ref}`], {
      timeoutMs: 120_000,
    });
  await pull(`--localcache-repo=${bare}`);
  try {
    await deploy();
  } catch {
    // On a busy host a pull that borrows from the cache was seen to leave an object out: fsck marks the commit as
    // incomplete, and the next pull fetches what is missing over HTTP.
    await tryHost(["ostree", `--repo=${repository}`, "fsck", "--quiet", "--delete"], { timeoutMs: 300_000 });
    await pull();
    await deploy();
  }
}

/** The deployment folder that the boot loader would start: the first entry of boot/loader/entries. */
export async function firstDeployment(sysroot: string): Promise<string> {
  const folder = join(sysroot, "boot", "loader", "entries");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".conf"));
  const entries = await Promise.all(
    names.map(async (name) => parseEntry(await readFile(join(folder, name), "utf8"))),
  );
  entries.sort((left, right) => right.version - left.version);
  const link = entries[0]?.ostree;
  if (link === undefined)
    throw new DcnError("failed", "NO_BOOT_ENTRY", `no boot entry with ostree= in ${folder}`);
  return realpath(join(sysroot, link));
}

/** One boot loader entry (Boot Loader Specification): its version and where its `ostree=` argument points. */
function parseEntry(text: string): { version: number; ostree: string | undefined } {
  let version = 0;
  let ostree: string | undefined;
  for (const line of text.split("\n")) {
    const [key, ...words] = line.trim().split(/\s+/);
    if (key === "version") version = Number(words[0] ?? "0");
    if (key === "options") ostree = words.find((word) => word.startsWith("ostree="))?.slice("ostree=".length);
  }
  return { version, ostree };
}

/** Writes what makes a deployment this node and no other: hostname, host keys, who may log in. */
export async function writeIdentity(spec: LabSpec, paths: LabPaths, node: LabNode): Promise<void> {
  const etc = join(await firstDeployment(paths.sysroot(node)), "etc");
  await writeFile(join(etc, "hostname"), `${node.own?.hostname ?? node.name}\n`);
  const hosts = spec.nodes.map((peer) => `${addressOf(spec, 0, peer.host)} ${peer.name}`).join("\n");
  await writeFile(join(etc, "hosts"), `127.0.0.1 localhost\n::1 localhost\n${hosts}\n`);
  const hostKey = join(etc, "ssh", "ssh_host_ed25519_key");
  await onHost(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", node.name, "-f", hostKey]);
  const login = await readFile(`${paths.identity}.pub`, "utf8");
  const keys = join(etc, "ssh", "authorized_keys.d");
  await mkdir(keys, { recursive: true });
  await writeFile(join(keys, "dcn-ha"), login, { mode: 0o644 });
  // A bare node's first apply needs a login that may install files; an image has them already.
  if (spec.bare || node.role !== "node") await writeFile(join(keys, "root"), login, { mode: 0o644 });
}

/** The node's public host key as a known_hosts line needs it: `ssh-ed25519 AAAA…`. */
export async function hostKeyOf(paths: LabPaths, node: LabNode): Promise<string> {
  const deployment = await firstDeployment(paths.sysroot(node));
  const text = await readFile(join(deployment, "etc", "ssh", "ssh_host_ed25519_key.pub"), "utf8");
  return text.trim().split(" ").slice(0, 2).join(" ");
}
