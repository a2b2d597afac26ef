// Room on the nodes that are left after the losses that a group promises to survive (Pacemaker Explained, "Utilization and Placement Strategy").
import { type ClusterView, pairValue, type Rule } from "./view.js";

/** Not enough room after a loss, or room that nobody counts. */
export const capacity: Rule = (view, add) => {
  const { model, survive, workloads, property } = view;
  const demands = workloads.flatMap(({ primitive }) =>
    (primitive.utilization ?? []).flatMap((set) => set.pairs),
  );
  const names = [...new Set(demands.map((pair) => pair.name))];
  if (names.length === 0) return;
  if ([undefined, "default"].includes(property("placement-strategy"))) {
    const text = `${names.join(" and ")} are counted nowhere: the placement strategy is default`;
    add("warning", "ROOM_NOT_COUNTED", {
      subject: "property placement-strategy",
      text,
      hint: "placement-strategy: balanced",
    });
  }
  const lost = survive ?? 1;
  for (const name of names) {
    const needed = demandOf(view, name);
    const rooms = model.configuration.nodes
      .map((node) => Number(pairValue(node.utilization ?? [], name) ?? 0))
      .sort((one, other) => one - other);
    const left = rooms.slice(0, Math.max(0, rooms.length - lost)).reduce((sum, room) => sum + room, 0);
    if (needed <= left) continue;
    const words = (amount: number): string => (view.inMib.has(name) ? `${amount} MiB` : String(amount));
    const text = `the workloads need ${words(needed)}, but with the ${lost === 1 ? "largest node" : `${lost} largest nodes`} lost ${words(left)} is left: some stay stopped`;
    // A promise that cannot be kept is an error; without one it may be meant so, with priorities.
    add(survive === undefined ? "warning" : "error", "NO_ROOM_AFTER_LOSS", {
      subject: `capacity ${name}`,
      text,
    });
  }
};

/** What all workloads together need; a clone on every node takes its share of each one that is left. */
function demandOf({ workloads }: ClusterView, name: string): number {
  return workloads
    .filter((placed) => placed.clone === undefined)
    .map(({ primitive }) => Number(pairValue(primitive.utilization ?? [], name) ?? 0))
    .reduce((sum, one) => sum + one, 0);
}
