// Whether a group may be drilled: a drill shows how a healthy one heals, and disturbs nobody.
import { DcnError } from "../errors/index.js";
import type { GroupGroundOptions } from "./drill-group.js";
import { showLock } from "./lock.js";
import { observeStatus } from "./status.js";

/**
 * Says why a group must not be drilled now. Throws DcnError refused DRILL_REFUSED: it is not well, somebody is in
 * standby or maintenance, or somebody holds its lock.
 */
export async function requireDrillable({
  group,
  transport,
}: Pick<GroupGroundOptions, "group" | "transport">): Promise<void> {
  const status = await observeStatus({ group, transport });
  const out = status.nodes.filter(({ state }) => state === "standby" || state === "maintenance");
  const nodes = group.nodes.map(({ name }) => name);
  const views = await showLock({ group: group.name, transport, nodes });
  const held = views.some(({ lock }) => lock !== undefined && lock.state !== "free");
  const reasons = [
    ...status.troubles,
    ...out.map(({ name, state }) => `node ${name} is in ${state}`),
    ...(held ? ["somebody holds its lock: dcn-ha lock show"] : []),
  ];
  if (reasons.length === 0) return;
  const text = `${group.name} is not to be drilled now: ${reasons.join("; ")}`;
  const hint = "a drill shows how a healthy group heals; mend it first: dcn-ha status";
  throw new DcnError("refused", "DRILL_REFUSED", text, { hint });
}
