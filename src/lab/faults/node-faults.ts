// Faults inside a node: full disk, failing agent, misbehaving BMC.
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../../errors/index.js";
import { bmcModes } from "../bmc.js";
import { setBmcMode, supervisorState } from "../control.js";
import { execInside } from "../inside.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";

const agentModes = [
  "fail-start",
  "fail-stop",
  "fail-monitor",
  "hang-start",
  "hang-monitor",
  "slow-start",
] as const;
const diskFolders = ["/var/lib/pacemaker", "/var/lib/corosync", "/var/log", "/tmp"] as const;

/** A small file system over the folder, with its content, filled to the last block. */
const fillDisk = `set -eu
folder=$1
mountpoint -q "$folder" || {
  copy=$(mktemp -d /run/dcn-ha-lab.XXXXXX)
  cp -a "$folder/." "$copy/"
  size=$(($(du -sk "$copy" | cut -f1) + 512))
  mount -t tmpfs -o "size=\${size}k" dcn-ha-lab-full "$folder"
  chown --reference="$copy" "$folder"; chmod --reference="$copy" "$folder"
  cp -a "$copy/." "$folder/"
  rm -rf "$copy"
}
dd if=/dev/zero of="$folder/.dcn-ha-lab-fill" bs=4k 2>/dev/null || :
if dd if=/dev/zero of="$folder/.dcn-ha-lab-probe" bs=8k count=1 2>/dev/null; then exit 9; fi
rm -f "$folder/.dcn-ha-lab-probe"`;

/** Gives the folder its space back; what was written meanwhile is kept. */
const freeDisk = `set -eu
for folder in ${diskFolders.join(" ")}; do
  grep -q "^dcn-ha-lab-full $folder " /proc/self/mounts || continue
  rm -f "$folder/.dcn-ha-lab-fill"
  copy=$(mktemp -d /run/dcn-ha-lab.XXXXXX)
  cp -a "$folder/." "$copy/"
  umount -l "$folder"
  cp -a "$copy/." "$folder/"
  rm -rf "$copy"
done`;

/** Full disk, agent trouble, BMC trouble. */
export const nodeFaults: readonly FaultKind[] = [
  {
    name: "disk-full",
    usage: "NODE [FOLDER]",
    summary: `leaves no space below a folder of a node: ${diskFolders.join(", ")}`,
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const folder = wordArgument(diskFolders, "folder for this fault", args[1] ?? diskFolders[0]);
      const result = await execInside(scene.paths, node.name, ["sh", "-c", fillDisk, "sh", folder]);
      if (result.exitCode !== 0)
        throw withoutEffect("disk-full", `${result.exitCode ?? "?"} ${result.stderr.trim()}`);
      return `${node.name}: no block left below ${folder}`;
    },
  },
  {
    name: "agent",
    usage: "NODE RESOURCE MODE",
    summary: `lets the heartbeat agent misbehave on a node: ${agentModes.join(", ")}`,
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const resource = args[1] ?? "";
      const mode = wordArgument(agentModes, "agent fault", args[2]);
      await requireHeartbeat(scene, node.name, resource);
      await appendFile(join(scene.paths.truthOf(node), `fault-${resource}`), `${mode}\n`);
      const seen = await execInside(scene.paths, node.name, ["cat", `/run/dcn-ha-truth/fault-${resource}`]);
      if (!seen.stdout.split("\n").includes(mode))
        throw withoutEffect("agent", `the node reads “${seen.stdout.trim()}”`);
      return `${node.name}: agent of ${resource} will ${mode.replace("-", " on ")}`;
    },
  },
  {
    name: "bmc",
    usage: "NODE MODE",
    summary: `lets a node's BMC misbehave: ${bmcModes.join(", ")}`,
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const mode = wordArgument(bmcModes, "BMC mode", args[1]);
      await setBmcMode(scene.paths, node.name, mode);
      const seen = (await supervisorState(scene.paths)).machines[node.name]?.bmc;
      if (seen !== mode) throw withoutEffect("bmc", `its mode is ${seen ?? "unknown"}`);
      return `${node.name}: BMC ${mode}`;
    },
  },
];

/** A fault of a resource that the cluster does not have would bite nobody. Throws DcnError `usage` NO_SUCH_RESOURCE. */
async function requireHeartbeat(scene: FaultScene, node: string, resource: string): Promise<void> {
  const plain = /^[A-Za-z0-9._-]+$/.test(resource);
  const xpath = `//primitive[@id='${resource}' and @type='heartbeat' and @provider='dcn-ha']`;
  const query = ["cibadmin", "--query", "--local", "--xpath", xpath];
  const seen = plain ? await execInside(scene.paths, node, query, { timeoutMs: 20_000 }) : undefined;
  if (seen?.exitCode === 0) return;
  const text = `“${resource}” is no heartbeat workload of the cluster on ${node}`;
  const said = seen?.stderr.trim().split("\n").at(-1) ?? "";
  throw new DcnError("usage", "NO_SUCH_RESOURCE", text, said === "" ? {} : { hint: `cibadmin: ${said}` });
}

/** Undoes full disks and agent faults of a running node. */
export async function healInside(scene: FaultScene, node: string): Promise<void> {
  await execInside(scene.paths, node, ["sh", "-c", freeDisk]);
}

/** Takes the agent faults of a node away, whether it is on or off. */
export async function healAgents(scene: FaultScene, node: string, files: readonly string[]): Promise<void> {
  const folder = scene.paths.truthOf(nodeArgument(scene, node));
  for (const file of files) if (file.startsWith("fault-")) await rm(join(folder, file), { force: true });
}
