// Faults by lab name, for the command line.
import { systemClock } from "../time/index.js";
import { type FaultScene, healLab, injectFault } from "./faults/index.js";
import type { LabPaths } from "./paths.js";
import { readSpec } from "./store.js";

async function sceneOf(paths: LabPaths): Promise<FaultScene> {
  return { spec: await readSpec(paths), paths, clock: systemClock };
}

/** Injects one fault into a lab and returns its observed effect. */
export async function injectInto(paths: LabPaths, kind: string, args: readonly string[]): Promise<string> {
  return injectFault(await sceneOf(paths), kind, args);
}

/** Undoes every fault of a lab and returns what was undone. */
export async function heal(paths: LabPaths): Promise<string[]> {
  return healLab(await sceneOf(paths));
}
