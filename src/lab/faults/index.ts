// All faults that the lab can inject, and the way back.
import { DcnError } from "../../errors/index.js";
import { accessFaults } from "./access-faults.js";
import { clusterFaults } from "./cluster-faults.js";
import { daemonFaults } from "./daemon-faults.js";
import type { FaultKind, FaultScene } from "./fault.js";
import { fileFaults } from "./file-faults.js";
import { linkFaults } from "./link-faults.js";
import { misbehave } from "./misbehave.js";
import { networkFaults } from "./network-faults.js";
import { nodeFaults } from "./node-faults.js";
import { powerFaults } from "./power-faults.js";

export type { FaultKind, FaultScene } from "./fault.js";
export { healLab } from "./heal.js";
export { misbehaviourWords } from "./misbehave.js";

/** Every kind of fault, in the order in which help lists them. */
export const faultKinds: readonly FaultKind[] = [
  ...powerFaults,
  ...daemonFaults,
  ...networkFaults,
  ...linkFaults,
  ...accessFaults,
  misbehave,
  ...nodeFaults,
  ...fileFaults,
  ...clusterFaults,
];

/** Injects one fault and returns its observed effect. Throws DcnError `usage` for an unknown kind. */
export async function injectFault(scene: FaultScene, kind: string, args: readonly string[]): Promise<string> {
  const fault = faultKinds.find((candidate) => candidate.name === kind);
  if (fault === undefined) {
    throw new DcnError("usage", "NO_SUCH_FAULT", `“${kind}” is no fault of the lab`, {
      hint: `one of: ${faultKinds.map((candidate) => `${candidate.name} ${candidate.usage}`).join("; ")}`,
    });
  }
  const words = fault.usage.split(" ");
  const needed = words.filter((word) => !word.startsWith("[")).length;
  const most = fault.usage.includes("...") ? Number.POSITIVE_INFINITY : words.length;
  if (args.length < needed || args.length > most) {
    throw new DcnError("usage", "FAULT_ARGUMENTS", `${fault.name} takes ${fault.usage}`, {
      hint: fault.summary,
    });
  }
  return fault.inject(scene, args);
}
