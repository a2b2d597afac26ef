// Whether a group may be drilled, and a node be broken: a drill shows how a healthy group heals, and disturbs nobody.
import { DcnError } from "../errors/index.js";
import type { ResolvedGroup } from "../profile/index.js";
import type { Transport } from "../transport/index.js";
import type { GroupStatus } from "./group-status.js";
import { showLock } from "./lock.js";
import { observeStatus } from "./status.js";

/**
 * Says why a group must not be drilled now. Throws DcnError refused DRILL_REFUSED: it is not well, somebody is in
 * standby or maintenance, or somebody holds its lock, which is not asked where it is `ours`.
 */
export async function requireDrillable(
  { group, transport }: { readonly group: ResolvedGroup; readonly transport: Transport },
  { ours }: { readonly ours: boolean },
): Promise<void> {
  const status = await observeStatus({ group, transport });
  const nodes = group.nodes.map(({ name }) => name);
  const views = ours ? [] : await showLock({ group: group.name, transport, nodes });
  const held = views.some(({ lock }) => lock !== undefined && lock.state !== "free");
  const reasons = [
    ...status.troubles,
    ...setAside(status).map(({ text }) => text),
    ...(held ? ["somebody holds its lock: dcn-ha lock show"] : []),
  ];
  if (reasons.length === 0) return;
  const text = `${group.name} is not to be drilled now: ${reasons.join("; ")}`;
  const hint = "a drill shows how a healthy group heals; mend it first: dcn-ha status";
  throw new DcnError("refused", "DRILL_REFUSED", text, { hint });
}

/** Nodes in standby or maintenance: to `status` that is no trouble, since somebody wanted it so. */
export function setAside({
  nodes,
}: Pick<GroupStatus, "nodes">): { readonly name: string; readonly text: string }[] {
  return nodes
    .filter(({ state }) => state === "standby" || state === "maintenance")
    .map(({ name, state }) => ({ name, text: `node ${name} is in ${state}` }));
}

/**
 * Why a node must not be broken now, undefined where it may: with another one out it would be two at once, and perhaps the
 * quorum. `hit` are those that the drill broke itself.
 */
export function tooMuch(
  status: GroupStatus | undefined,
  { node, hit }: { readonly node: string; readonly hit: ReadonlySet<string> },
): string | undefined {
  if (status === undefined) return "no node says how the group is";
  const { nodes, votes } = status;
  const out = nodes.filter(({ name, state }) => state !== "online" && !(name === node && hit.has(name)));
  if (out.length > 0) return out.map(({ name, state }) => `node ${name} is ${state}`).join(", ");
  const { total, needed } = votes;
  if (total === undefined || needed === undefined) return "nobody says how many votes there are";
  const votesNow = nodes.some(
    ({ name, state }) => name === node && (state === "online" || state === "standby"),
  );
  const left = total - (votesNow ? 1 : 0);
  return left < needed ? `without it there are ${left} votes of ${needed} that the quorum needs` : undefined;
}
