// lab.json and the slots: which labs there are on this host, and which addresses they hold.
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { LabPaths, type LabRoots } from "./paths.js";
import type { LabSpec } from "./spec.js";

const slots = 63;

/** Checks a lab name: it becomes part of interface, namespace and folder names. Throws DcnError `usage`. */
export function checkLabName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,19}$/.test(name)) return;
  throw new DcnError("usage", "LAB_NAME", `“${name}” is no lab name`, {
    hint: "lower-case letters, digits and dashes, beginning with a letter, at most 20 characters",
  });
}

/** Takes the lowest free slot for a lab; the slot's file names its holder. Throws DcnError `busy` when all are taken. */
export async function takeSlot(roots: LabRoots, labName: string): Promise<number> {
  const folder = join(roots.state, "slots");
  await mkdir(folder, { recursive: true });
  for (let slot = 0; slot < slots; slot += 1) {
    try {
      const file = await open(join(folder, String(slot)), "wx", 0o600);
      await file.writeFile(labName);
      await file.close();
      return slot;
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
  }
  throw new DcnError("busy", "LAB_SLOTS", `all ${slots} lab slots are taken`, {
    hint: "dcn-ha lab down one of them",
  });
}

/** The slots that a lab holds; more than one only after trouble. */
export async function slotsOf(roots: LabRoots, labName: string): Promise<number[]> {
  const folder = join(roots.state, "slots");
  const found: number[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if ((await readFile(join(folder, name), "utf8").catch(() => "")) === labName) found.push(Number(name));
  }
  return found;
}

/** Gives a slot back. */
export async function releaseSlot(roots: LabRoots, slot: number): Promise<void> {
  await rm(join(roots.state, "slots", String(slot)), { force: true });
}

/** Writes lab.json before anything of the lab exists. */
export async function writeSpec(paths: LabPaths, spec: LabSpec): Promise<void> {
  await writeFile(paths.spec, `${JSON.stringify(spec, undefined, 2)}\n`, { mode: 0o600 });
}

/** Reads lab.json. Throws DcnError `failed` NO_SUCH_LAB with the labs that there are. */
export async function readSpec(paths: LabPaths): Promise<LabSpec> {
  try {
    return JSON.parse(await readFile(paths.spec, "utf8")) as LabSpec;
  } catch (cause) {
    const names = await labNames(paths.roots);
    const hint = names.length > 0 ? `labs here: ${names.join(", ")}` : "start one with: dcn-ha lab up";
    throw new DcnError("failed", "NO_SUCH_LAB", `there is no lab “${paths.labName}”`, { hint, cause });
  }
}

/** Names of the labs that have a folder here, up or not. */
export async function labNames(roots: LabRoots): Promise<string[]> {
  return (await readdir(join(roots.state, "labs")).catch(() => [])).sort();
}

/** True when an error of the file system has this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The paths of a lab by name. */
export function pathsOf(roots: LabRoots, labName: string): LabPaths {
  checkLabName(labName);
  return new LabPaths(roots, labName);
}
