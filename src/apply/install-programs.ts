// Puts the node programs onto nodes that lack them, through a login that may (resources/node/install-programs).
import { DcnError } from "../errors/index.js";
import type { NodeObservation } from "../observation/index.js";
import { adminArgv } from "../observe/index.js";
import { type ApplyContext, onEach } from "./context.js";
import type { NodePrograms } from "./programs.js";

/** Installs helper, gate, units and sudo rule on `nodes`. Throws DcnError failed INSTALL_FAILED. */
export async function installPrograms(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  const { admin, programs, signal } = context;
  if (admin === undefined) return;
  const stdin = encode(programs);
  await onEach(context, "install", nodes, async (node) => {
    const argv = adminArgv(["sh", "-c", programs.installer, "dcn-ha-install"]);
    const result = await admin.transport.exec(node, {
      argv,
      stdin,
      timeoutMs: 60_000,
      ...(signal && { signal }),
    });
    if (result.exitCode !== 0) {
      const said = result.stderr.trim() || `exit code ${result.exitCode ?? "unknown"}`;
      throw new DcnError(
        "failed",
        "INSTALL_FAILED",
        `${node}: the node programs could not be installed: ${said}`,
        { node },
      );
    }
    return `${programs.files.length} files`;
  });
}

function encode(programs: NodePrograms): Uint8Array {
  const parts = programs.files.flatMap(({ path, mode, content }) => [
    Buffer.from(`${path} ${mode} ${content.length}\n`),
    Buffer.from(content),
  ]);
  return Buffer.concat([...parts, Buffer.from("end 0 0\n")]);
}

/** Nodes that lack programs of ours, or hold those of another release, where there is a login that may install them. */
export function needPrograms(context: ApplyContext, observations: readonly NodeObservation[]): Set<string> {
  if (context.admin === undefined) return new Set();
  const { programs } = context.desired;
  const lacking = observations.filter((seen) => {
    if (seen.kind !== "probed") return false;
    return (
      seen.access === "admin" || [...programs].some(([name, digest]) => seen.probe.files.get(name) !== digest)
    );
  });
  return new Set(lacking.map((seen) => seen.node));
}
