// What a lab looks like now, as its supervisor knows it.
import { supervisorState } from "./control.js";
import type { LabPaths } from "./paths.js";
import { addressOf } from "./spec.js";
import { readSpec } from "./store.js";

/** One machine of a lab now. */
export interface LabMachine {
  readonly name: string;
  readonly role: string;
  readonly os: string;
  readonly power: string;
  /** Its management address. */
  readonly address: string;
  readonly bmc: string | null;
}

/** A lab now. */
export interface LabStatus {
  readonly lab: string;
  readonly profile: string;
  readonly machines: readonly LabMachine[];
}

/** Reads a lab's state. Throws DcnError NO_SUCH_LAB or LAB_DOWN. */
export async function labStatus(paths: LabPaths): Promise<LabStatus> {
  const spec = await readSpec(paths);
  const { machines } = await supervisorState(paths);
  return {
    lab: spec.name,
    profile: paths.profile,
    machines: spec.nodes.map((node) => ({
      name: node.name,
      role: node.role,
      os: node.os,
      power: machines[node.name]?.power ?? "unknown",
      address: addressOf(spec, 0, node.host),
      bmc: machines[node.name]?.bmc ?? null,
    })),
  };
}
