// Measures the fence device before the cluster exists: Debian's own fence_redfish reboots an idle node.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { Clock } from "../time/index.js";
import { execInside } from "./inside.js";
import type { LabPaths } from "./paths.js";
import { bmcAddressOf } from "./spec.js";
import { readSpec } from "./store.js";
import { waitForSsh } from "./up.js";

/** How long the agent took to reboot a node. */
export interface FenceMeasurement {
  readonly node: string;
  readonly rebootMs: number;
}

/** Reboots the last node from the first one through its BMC, waits until it is back, and says how long the agent took. */
export async function measureFencing(paths: LabPaths, clock: Clock): Promise<FenceMeasurement> {
  const spec = await readSpec(paths);
  const nodes = spec.nodes.filter((node) => node.role === "node");
  const from = nodes[0];
  const target = nodes.at(-1);
  if (from === undefined || target === undefined || from === target) {
    throw new DcnError(
      "usage",
      "TWO_NODES_NEEDED",
      "one node cannot fence another: the lab needs two or more",
    );
  }
  const password = (await readFile(join(paths.secrets, "bmc", target.name), "utf8")).trim();
  // Fence agents read their options from standard input, so that no password is in an argument list.
  const stdin = `action=reboot\nip=${bmcAddressOf(spec, target)}\nusername=dcn\npassword=${password}\nssl_insecure=1\n`;
  const startedMs = clock.nowMs();
  const result = await execInside(paths, from.name, ["fence_redfish"], { stdin, timeoutMs: 60_000 });
  const rebootMs = clock.nowMs() - startedMs;
  if (result.exitCode !== 0)
    throw new DcnError("failed", "FENCE_AGENT", `fence_redfish: ${result.stderr.trim()}`);
  await waitForSsh(spec, target, clock);
  return { node: target.name, rebootMs };
}

/** What bounds of outages take from a lab itself; the same for every drill, and not to be spoilt by one of them. */
export interface LabMeasurement {
  /** How long the cluster's own fencer takes to reboot an idle node. */
  readonly fenceMs: number;
  /** How long the workload takes to start. */
  readonly startMs: number;
}

/**
 * Measures a running lab once, and remembers it. `busy` are the DC and the node with the workload, which are not
 * fenced for it where there is another one.
 */
export async function measureCluster(
  paths: LabPaths,
  clock: Clock,
  about: {
    readonly workload: string;
    readonly dc?: string | undefined;
    readonly holder?: string | undefined;
  },
): Promise<LabMeasurement> {
  const file = join(paths.folder, "measured.json");
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as LabMeasurement;
  const nodes = (await readSpec(paths)).nodes.filter((node) => node.role === "node");
  const { workload, dc, holder } = about;
  const target =
    nodes.find(({ name }) => name !== dc && name !== holder) ?? nodes.find(({ name }) => name !== holder);
  const from = nodes.find(({ name }) => name !== target?.name);
  if (target === undefined || from === undefined)
    throw new DcnError("usage", "TWO_NODES_NEEDED", "one node cannot fence another");
  const startMs = await startDuration(paths, { node: from.name, workload });
  const begun = clock.nowMs();
  const argv = ["stonith_admin", "--reboot", target.name, "--timeout", "60"];
  const result = await execInside(paths, from.name, argv, { timeoutMs: 90_000 });
  const fenceMs = clock.nowMs() - begun;
  if (result.exitCode !== 0) {
    const words = result.stderr.trim() || result.stdout.trim();
    throw new DcnError("failed", "FENCE_AGENT", `stonith_admin: ${words}`);
  }
  const measured = { fenceMs, startMs };
  await writeFile(file, JSON.stringify(measured));
  return measured;
}

/** How long the workload's start took when the cluster first started it, as its executor recorded (`exec-time`), in milliseconds. */
export async function startDuration(
  paths: LabPaths,
  { node, workload }: { readonly node: string; readonly workload: string },
): Promise<number> {
  const xpath = `//lrm_resource[@id='${workload}']/lrm_rsc_op[@operation='start']`;
  const result = await execInside(paths, node, ["cibadmin", "--query", "--local", "--xpath", xpath], {
    timeoutMs: 20_000,
  });
  const times = [...result.stdout.matchAll(/ exec-time="(\d+)"/g)].map((match) => Number(match[1]));
  if (times.length === 0)
    throw new DcnError("failed", "NO_START_TIME", "the cluster recorded no start of the workload");
  return Math.max(...times);
}
