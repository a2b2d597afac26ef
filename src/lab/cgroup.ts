// Control groups of a lab (cgroups(7)): where its processes are found again, frozen and ended, whatever happened to their parents.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const mount = "/sys/fs/cgroup";
/** Hierarchies that a node's systemd would share with other nodes if it were not put into a group of its own. */
const hierarchies = [join(mount, "freezer"), join(mount, "systemd"), join(mount, "unified")].filter(
  (folder) => existsSync(folder),
);
const version1 = existsSync(join(mount, "freezer"));
const roots = hierarchies.length > 0 ? hierarchies : [mount];

/** The group below which everything of a lab runs. */
export function labGroup(labName: string): string {
  return join("dcn-ha-lab", labName);
}

/** Makes a group in every hierarchy and returns the files that a process writes its id into to join it. */
export async function makeGroup(group: string): Promise<string[]> {
  const files: string[] = [];
  for (const root of roots) {
    await mkdir(join(root, group), { recursive: true });
    files.push(join(root, group, "cgroup.procs"));
  }
  return files;
}

/** Moves a process into a group. */
export async function joinGroup(group: string, pid: number): Promise<void> {
  for (const file of await makeGroup(group)) await writeFile(file, String(pid));
}

/** The processes in a group and below it. */
export async function groupProcesses(group: string): Promise<number[]> {
  const pids = new Set<number>();
  for (const root of roots) await collect(join(root, group), pids);
  return [...pids];
}

async function collect(folder: string, pids: Set<number>): Promise<void> {
  let entries: { name: string; isDirectory(): boolean }[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
    const text = await readFile(join(folder, "cgroup.procs"), "utf8");
    for (const line of text.split("\n")) if (line !== "") pids.add(Number(line));
  } catch {
    return;
  }
  for (const entry of entries) if (entry.isDirectory()) await collect(join(folder, entry.name), pids);
}

/** Stops every process of a group where it stands, or lets them go on. Returns when the kernel says it is so. */
export async function setFrozen(group: string, frozen: boolean): Promise<boolean> {
  const [file, on, off, stateFile, stateOn] = version1
    ? ["freezer.state", "FROZEN", "THAWED", "freezer.state", "FROZEN"]
    : ["cgroup.freeze", "1", "0", "cgroup.events", "frozen 1"];
  const folder = join(version1 ? join(mount, "freezer") : (roots[0] ?? mount), group);
  if (!existsSync(folder)) return false;
  await writeFile(join(folder, file), frozen ? on : off);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const state = await readFile(join(folder, stateFile), "utf8");
    if (state.includes(stateOn) === frozen) return true;
    await delay(10);
  }
  return false;
}

/** Ends every process of a group, frozen ones too, and waits until none is left. */
export async function killGroup(group: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const pids = (await groupProcesses(group)).filter((pid) => pid !== process.pid);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // already gone
      }
    }
    // A frozen process dies when it is thawed, before it runs another instruction of its own.
    if (attempt === 0) await thawAll(group);
    await delay(20);
  }
}

async function thawAll(group: string): Promise<void> {
  const folder = join(version1 ? join(mount, "freezer") : (roots[0] ?? mount), group);
  if (!existsSync(folder)) return;
  await setFrozen(group, false);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await thawAll(join(group, entry.name));
  }
}

/** Removes a group with all groups below it from every hierarchy. Returns the folders that could not go. */
export async function removeGroup(group: string): Promise<string[]> {
  const left: string[] = [];
  for (const root of roots) await removeFolder(join(root, group), left);
  return left;
}

async function removeFolder(folder: string, left: string[]): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeFolder(join(folder, entry.name), left);
  }
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      await rmdir(folder);
      return;
    } catch {
      await delay(25);
    }
  }
  left.push(folder);
}
