// Undoes every fault of a lab, whoever injected it: nothing has to be remembered, so a killed drill heals as well.
import { readdir } from "node:fs/promises";
import { straightenLines } from "../bad-line.js";
import { setBmcMode, supervisorState, switchPower } from "../control.js";
import { clearSharedMemory, continueDaemons } from "./daemon-faults.js";
import type { FaultScene } from "./fault.js";
import { healLinks } from "./link-faults.js";
import { healNetwork } from "./network-faults.js";
import { healAgents, healInside } from "./node-faults.js";
import { mendBoot } from "./power-faults.js";
import { undoScripts } from "./script.js";

/** Heals the whole lab and returns, in words, what was undone. Machines that are off are switched on. */
export async function healLab(scene: FaultScene): Promise<string[]> {
  const undone: string[] = [];
  for (const name of await straightenLines(scene.spec, scene.paths)) undone.push(`${name}: lines`);
  const { machines } = await supervisorState(scene.paths);
  for (const node of scene.spec.nodes) {
    if (await healNetwork(scene.spec, node)) undone.push(`${node.name}: network`);
    const files = await readdir(scene.paths.truthOf(node)).catch(() => []);
    if (files.some((file) => file.startsWith("fault-"))) undone.push(`${node.name}: agent`);
    await healAgents(scene, node.name, files);
    const machine = machines[node.name];
    if (machine === undefined) continue;
    if (machine.bmc !== null && machine.bmc !== "ok") {
      await setBmcMode(scene.paths, node.name, "ok");
      undone.push(`${node.name}: BMC`);
    }
    if (machine.power === "frozen") {
      await switchPower(scene.paths, node.name, "thaw");
      undone.push(`${node.name}: frozen`);
    }
    if (await mendBoot(scene, node)) undone.push(`${node.name}: boot entries`);
    if (machine.power === "off") {
      await switchPower(scene.paths, node.name, "on");
      undone.push(`${node.name}: off`);
    } else {
      if (await healLinks(scene.spec, node)) undone.push(`${node.name}: links`);
      await continueDaemons(scene, node.name);
      await clearSharedMemory(scene, node.name);
      await healInside(scene, node.name);
      for (const name of await undoScripts(scene, node.name)) undone.push(`${node.name}: ${name}`);
    }
  }
  return undone;
}
