// Measures the fence device before the cluster exists: Debian's own fence_redfish reboots an idle node.
import { readFile } from "node:fs/promises";
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
