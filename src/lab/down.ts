// Takes a lab down, also one whose processes were killed: everything is found again by name, nothing by memory.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { groupProcesses, killGroup, labGroup, removeGroup } from "./cgroup.js";
import { stopSupervisor } from "./control.js";
import { onHost, tryHost } from "./host.js";
import { existingInterfaces, existingNamespaces, removeNetworks } from "./network.js";
import type { LabPaths } from "./paths.js";
import { releaseSlot, slotsOf } from "./store.js";

/** What `lab down` needs. */
export interface DownRequest {
  readonly paths: LabPaths;
  readonly onProgress: (text: string) => void;
  /** Go on after a step that failed; used when `lab up` cleans up after itself. */
  readonly keepGoing?: boolean;
  /** Run ostree fsck on the disks before they go (default true). */
  readonly check?: boolean;
}

/** What `lab down` found. */
export interface DownResult {
  /** False where there was nothing to take down. */
  readonly existed: boolean;
  /** Machines whose ostree repository was damaged, with ostree's words. */
  readonly damaged: Readonly<Record<string, string>>;
}

/** Ends a lab and leaves no process, mount, namespace, interface, control group or file. Throws DcnError LAB_LEFTOVERS with what stayed. */
export async function takeDown(request: DownRequest): Promise<DownResult> {
  const { paths, onProgress } = request;
  const slots = await slotsOf(paths.roots, paths.labName);
  const namespaces = await existingNamespaces(paths.labName);
  const existed = existsSync(paths.folder) || slots.length > 0 || namespaces.length > 0;
  onProgress("switching the machines off");
  await stopSupervisor(paths).catch(() => undefined);
  await killGroup(labGroup(paths.labName));
  await killInNamespaces(namespaces);
  await unmountBelow(paths.folder);
  const damaged = request.check === false ? {} : await checkDisks(paths, onProgress);
  onProgress("removing networks, disks and files");
  await removeNetworks(paths.labName, undefined);
  for (const slot of slots) await removeNetworks(paths.labName, slot);
  await removeFolder(paths.folder);
  await removeGroup(labGroup(paths.labName));
  for (const slot of slots) await releaseSlot(paths.roots, slot);
  const left = await leftovers(paths, slots);
  if (left.length > 0 && request.keepGoing !== true) {
    throw new DcnError("failed", "LAB_LEFTOVERS", `the lab left something behind: ${left.join("; ")}`);
  }
  return { existed, damaged };
}

/** Everything of a lab that can still be seen on this host, in words; empty where it is gone. */
export async function leftovers(paths: LabPaths, slots: readonly number[]): Promise<string[]> {
  const left: string[] = [];
  for (const pid of await groupProcesses(labGroup(paths.labName))) left.push(`process ${pid}`);
  for (const name of await existingNamespaces(paths.labName)) left.push(`network namespace ${name}`);
  for (const slot of slots) for (const name of await existingInterfaces(slot)) left.push(`interface ${name}`);
  for (const mount of await mountsBelow(paths.folder)) left.push(`mount ${mount}`);
  if (existsSync(paths.folder)) left.push(`folder ${paths.folder}`);
  return left;
}

async function killInNamespaces(namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    const pids = (await tryHost(["ip", "netns", "pids", namespace])).stdout
      .split("\n")
      .filter((pid) => pid !== "");
    for (const pid of pids) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // ended in between
      }
    }
  }
}

/** Mount points at or below a folder (proc_pid_mountinfo(5)), innermost first. */
async function mountsBelow(folder: string): Promise<string[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8");
  const points = text.split("\n").map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`)).reverse();
}

async function unmountBelow(folder: string): Promise<void> {
  for (const point of await mountsBelow(folder)) await tryHost(["umount", "--lazy", point]);
}

async function checkDisks(
  paths: LabPaths,
  onProgress: (text: string) => void,
): Promise<Record<string, string>> {
  const machines = join(paths.folder, "nodes");
  const names = await readdir(machines).catch(() => []);
  const damaged: Record<string, string> = {};
  if (names.length > 0) onProgress(`checking the disks with ostree fsck`);
  await Promise.all(
    names.map(async (name) => {
      const repository = join(machines, name, "sysroot", "ostree", "repo");
      if (!existsSync(join(repository, "config"))) return;
      const result = await tryHost(["ostree", `--repo=${repository}`, "fsck", "--quiet"], {
        timeoutMs: 300_000,
      });
      if (result.exitCode !== 0) damaged[name] = result.stderr.trim();
    }),
  );
  return damaged;
}

async function removeFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  // ostree makes the root of each deployment immutable.
  const pattern = ".*/deploy/[0-9a-f]+\\.[0-9]+";
  const found = await tryHost(["find", folder, "-maxdepth", "8", "-regex", pattern, "-type", "d"]);
  for (const path of found.stdout.split("\n")) if (path !== "") await tryHost(["chattr", "-i", path]);
  await onHost(["rm", "-rf", "--one-file-system", folder], { timeoutMs: 300_000 });
}
