// Faults of whole machines: power, freeze, reboot.
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { waitUntil } from "../../time/index.js";
import { supervisorState, switchPower } from "../control.js";
import { execInside } from "../inside.js";
import type { LabNode } from "../spec.js";
import { firstDeployment } from "../sysroot.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect } from "./fault.js";

async function powerOf(scene: FaultScene, node: string): Promise<string> {
  return (await supervisorState(scene.paths)).machines[node]?.power ?? "unknown";
}

/** Power off, freeze, reboot. */
export const powerFaults: readonly FaultKind[] = [
  {
    name: "power-off",
    usage: "NODE",
    summary: "cuts the power of a machine",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      await switchPower(scene.paths, node.name, "off");
      const power = await powerOf(scene, node.name);
      // Its peers may have switched it on again already: then the BMC's log tells, and the process is another one.
      if (power === "frozen") throw withoutEffect("power-off", power);
      return `${node.name}: every process gone`;
    },
  },
  {
    name: "freeze",
    usage: "NODE",
    summary: "stops every process of a machine where it stands",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      await switchPower(scene.paths, node.name, "freeze");
      const power = await powerOf(scene, node.name);
      if (power !== "frozen") throw withoutEffect("freeze", power);
      return `${node.name}: frozen`;
    },
  },
  {
    name: "reboot",
    usage: "NODE",
    summary: "lets a machine reboot itself in an orderly way",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const before = await bootId(scene, node.name);
      await execInside(scene.paths, node.name, ["systemctl", "--no-block", "reboot"]);
      const what = `${node.name} to come back with another boot id`;
      await waitUntil(scene.clock, { timeoutMs: 120_000, intervalMs: 200, what }, async () => {
        const now = await bootId(scene, node.name).catch(() => "");
        return now === "" || now === before
          ? { done: false, reason: now === "" ? "not up" : "still the old boot" }
          : { done: true, value: undefined };
      });
      return `${node.name}: up with a new boot id`;
    },
  },
  {
    name: "break-boot",
    usage: "NODE",
    summary: "takes a machine's boot entries away: once it is off it does not come back",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const [entries, hidden] = bootEntries(scene, node);
      await rename(entries, hidden);
      const found = await firstDeployment(scene.paths.sysroot(node)).catch(() => undefined);
      if (found !== undefined) throw withoutEffect("break-boot", `it would still boot ${found}`);
      return `${node.name}: nothing to boot`;
    },
  },
];

function bootEntries(scene: FaultScene, node: LabNode): readonly [entries: string, hidden: string] {
  const loader = join(scene.paths.sysroot(node), "boot", "loader");
  return [join(loader, "entries"), join(loader, "dcn-ha-lab-hidden")];
}

/** Gives a machine its boot entries back; false where they were not taken. */
export async function mendBoot(scene: FaultScene, node: LabNode): Promise<boolean> {
  const [entries, hidden] = bootEntries(scene, node);
  return rename(hidden, entries).then(
    () => true,
    () => false,
  );
}

async function bootId(scene: FaultScene, node: string): Promise<string> {
  const result = await execInside(scene.paths, node, ["cat", "/proc/sys/kernel/random/boot_id"], {
    timeoutMs: 5_000,
  });
  return result.exitCode === 0 ? result.stdout.trim() : "";
}
