// I4: of a group's nodes, no more are taken out on purpose than its plan says: standby, maintenance, or a reboot of their own accord.
import { type Invariant, looked, type Violation } from "../invariant.js";
import type { LogEntry } from "../log.js";
import { type LogScene, lastBefore, marksOf } from "../scene.js";

/** I4. A node that is off keeps the standby in which it was last seen; one that a fault hit does not count as rebooted. */
export const fewNodesOut: Invariant = {
  id: "I4",
  says: "no more nodes out on purpose than planned",
  judge: (scene) => {
    const plans = marksOf(scene, "plan");
    const set = new Set<string>();
    const rebooting = new Set<string>();
    let checked = 0;
    let told = "";
    const violations: Violation[] = [];
    for (const entry of scene.entries) {
      if (!follow(scene, entry, { set, rebooting })) continue;
      checked += 1;
      const allowed = lastBefore(plans, entry.t)?.nodesOut ?? 1;
      const out = [...new Set([...set, ...rebooting])].sort();
      const key = out.length > allowed ? out.join(" and ") : "";
      if (key !== "" && key !== told) {
        const text = `${key} were out at the same time, ${allowed} allowed`;
        violations.push({ t: entry.t, text, evidence: [entry] });
      }
      told = key;
    }
    return looked(checked, violations);
  },
};

interface Out {
  readonly set: Set<string>;
  readonly rebooting: Set<string>;
}

/** Takes one line in; false where it says nothing about who is out. */
function follow(scene: LogScene, entry: LogEntry, { set, rebooting }: Out): boolean {
  if (entry.kind === "power" && entry.what === "reboot") {
    const fault = lastBefore(marksOf(scene, "fault"), entry.t);
    if (fault?.target !== entry.node) rebooting.add(entry.node);
    return true;
  }
  if (entry.kind !== "node" || entry.alive !== true) return false;
  if (entry.standby || entry.maintenance) set.add(entry.node);
  else set.delete(entry.node);
  if (entry.members?.includes(entry.node) === true) rebooting.delete(entry.node);
  return true;
}
