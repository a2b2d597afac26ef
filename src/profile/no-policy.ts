// What holds for a group that names no policy, because its `cib:` says all: the tools' own defaults, and nothing of ours in the CIB.
import type { ClusterPolicy } from "./cluster-policy.js";
import type { NodeGroup } from "./node-group.js";
import type { Report } from "./report.js";

/** corosync's own timeouts (corosync.conf(5)), no gate, no properties and no defaults. */
export const NO_POLICY: ClusterPolicy = {
  kind: "ClusterPolicy",
  name: "none",
  nodes: { min: 2, max: 16 },
  timing: { token: "3s", tokenPerExtraNode: "650ms" },
  fencing: { required: false },
  gate: { grace: "0s" },
  monitoring: { alerts: false },
};

/** Parts that need a policy: what they become relies on its properties and defaults. */
const NEED_POLICY = ["workloads", "constraints", "quorumDevice"] as const;

/** True for a group that does without a policy; reports the missing key for one that cannot. */
export function doesWithoutPolicy(group: NodeGroup, report: Report): boolean {
  if (group.policy !== undefined) return false;
  const [need] = NEED_POLICY.filter((key) => group[key] !== undefined);
  if ((group.cib !== undefined || group.corosync?.computed === false) && need === undefined) return true;
  const text = need === undefined ? "policy is missing" : `policy is missing: ${need} rely on one`;
  report("MISSING_KEY", ["policy"], text, { hint: "only a group that is wholly cib: may do without" });
  return false;
}
