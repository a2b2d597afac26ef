// Undoes every fault of a lab, whoever injected it: nothing has to be remembered, so a killed drill heals as well.
import { readdir } from "node:fs/promises";
import { DcnError } from "../../errors/index.js";
import { straightenLines } from "../bad-line.js";
import { setBmcMode, supervisorState, switchPower } from "../control.js";
import type { LabNode } from "../spec.js";
import { clearSharedMemory, continueDaemons } from "./daemon-faults.js";
import type { FaultScene } from "./fault.js";
import { healLinks } from "./link-faults.js";
import { healNetwork } from "./network-faults.js";
import { healAgents, healInside } from "./node-faults.js";
import { mendBoot } from "./power-faults.js";
import { undoScripts } from "./script.js";

/** Heals the whole lab and returns, in words, what was undone. Machines that are off are switched on. */
export async function healLab(scene: FaultScene): Promise<string[]> {
  const undone = new Set<string>();
  for (const name of await straightenLines(scene.spec, scene.paths)) undone.add(`${name}: lines`);
  for (const node of scene.spec.nodes) await healSteadily(scene, node, undone);
  // One that was fenced while it was healed may have gone off again behind us.
  const { machines } = await supervisorState(scene.paths);
  for (const { name } of scene.spec.nodes)
    if (machines[name]?.power === "off") await switchOn(scene, name, undone);
  return [...undone];
}

const ATTEMPTS = 5;
const PAUSE_MS = 500;

/** The others may fence a machine while it is healed, and what is done inside of it then fails: it is looked at anew. */
async function healSteadily(scene: FaultScene, node: LabNode, undone: Set<string>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await healMachine(scene, node, undone);
      return;
    } catch (error) {
      if (!(error instanceof DcnError) || attempt === ATTEMPTS) throw error;
      await scene.clock.sleep(PAUSE_MS);
    }
  }
}

async function healMachine(scene: FaultScene, node: LabNode, undone: Set<string>): Promise<void> {
  const { name } = node;
  if (await healNetwork(scene.spec, node)) undone.add(`${name}: network`);
  const files = await readdir(scene.paths.truthOf(node)).catch(() => []);
  if (files.some((file) => file.startsWith("fault-"))) undone.add(`${name}: agent`);
  await healAgents(scene, name, files);
  const machine = (await supervisorState(scene.paths)).machines[name];
  if (machine === undefined) return;
  if (machine.bmc !== null && machine.bmc !== "ok") {
    await setBmcMode(scene.paths, name, "ok");
    undone.add(`${name}: BMC`);
  }
  if (machine.power === "frozen") {
    await switchPower(scene.paths, name, "thaw");
    undone.add(`${name}: frozen`);
  }
  if (await mendBoot(scene, node)) undone.add(`${name}: boot entries`);
  if (machine.power === "off") {
    await switchOn(scene, name, undone);
    return;
  }
  if (await healLinks(scene.spec, node)) undone.add(`${name}: links`);
  await continueDaemons(scene, name);
  await clearSharedMemory(scene, name);
  await healInside(scene, name);
  for (const one of await undoScripts(scene, name)) undone.add(`${name}: ${one}`);
}

async function switchOn(scene: FaultScene, name: string, undone: Set<string>): Promise<void> {
  await switchPower(scene.paths, name, "on");
  undone.add(`${name}: off`);
}
