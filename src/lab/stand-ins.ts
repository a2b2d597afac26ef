// What a guest group's workloads need on the lab's nodes: units and images under their own names that write a heartbeat.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { FittedGuest } from "./guest-group.js";
import { execInside } from "./inside.js";
import type { LabPaths } from "./paths.js";
import type { LabNode } from "./spec.js";
import { firstDeployment } from "./sysroot.js";

type StandIns = Pick<FittedGuest, "units" | "images">;

const writer = "/usr/bin/python3 /usr/lib/ocf/resource.d/dcn-ha/heartbeat-writer /run/dcn-ha-truth";
const periodMs = 50;

/** What every container of a node gets: the node's own /usr, because the images are empty, and its /proc, so that heartbeats tell its boots apart. */
const containers = `[containers]
volumes=["/usr:/usr:ro","/proc:/proc:rbind","/run/dcn-ha-truth:/run/dcn-ha-truth"]
`;

/** Writes the units onto a node's disk, before its first boot. */
export async function writeStandInUnits(
  paths: LabPaths,
  node: LabNode,
  { units, images }: StandIns,
): Promise<void> {
  const etc = join(await firstDeployment(paths.sysroot(node)), "etc");
  for (const { name, heartbeat } of units) {
    const command = `${writer} ${heartbeat} ${periodMs} /run/dcn-ha-lab-${heartbeat}.pid`;
    const lines = [
      "[Unit]",
      `Description=Stands in for ${name.replaceAll("%", "%%")}`,
      "[Service]",
      `ExecStart=${command}`,
    ];
    await writeFile(join(etc, "systemd/system", name), `${lines.join("\n")}\n`, { mode: 0o644 });
  }
  if (images.length === 0) return;
  const folder = join(etc, "containers/containers.conf.d");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "10-lab.conf"), containers, { mode: 0o644 });
}

/** Makes the images in a running node's own store. Throws DcnError LAB_SETUP. */
export async function importStandInImages(
  paths: LabPaths,
  node: LabNode,
  { images }: StandIns,
): Promise<void> {
  for (const { name, heartbeat } of images) {
    const argv = ["/usr/lib/dcn-ha-lab/stand-in-image", name, heartbeat, String(periodMs)];
    const result = await execInside(paths, node.name, argv, { timeoutMs: 120_000 });
    if (result.exitCode !== 0)
      throw new DcnError("failed", "LAB_SETUP", `image ${name} on ${node.name}: ${result.stderr.trim()}`);
  }
}
