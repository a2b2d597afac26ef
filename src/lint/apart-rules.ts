// Workloads that must be apart and may run on too few nodes (Pacemaker Explained, "Colocation", "Location").
import { allowedNodes } from "./placement.js";
import { colocations } from "./placement-rules.js";
import type { ClusterView, Rule } from "./view.js";

/** Nodes that are open to each of some workloads, by workload. */
type Open = ReadonlyMap<string, readonly string[]>;

/** Location constraints leave workloads that must be apart fewer nodes than they are, at once or after a loss. */
export const roomApart: Rule = (view, add) => {
  for (const members of setsApart(view)) {
    const open: Open = new Map(members.map((id) => [id, allowedNodes(view, id)]));
    const nodes = [...new Set([...open.values()].flat())];
    // Where nodes are too few even without location constraints, that is said where they are told to be apart.
    if (members.length > view.nodes.length || [...open.values()].some((one) => one.length === 0)) continue;
    const fault = faultOf(open, view);
    if (fault === undefined) continue;
    const [severity, when] = fault;
    const [subject = "", ...others] = members;
    const text = `must not be on a node with ${others.join(", ")}, and all of them may run on ${nodes.join(", ")} only: ${when}`;
    const hint = "one node more in only-on, or ifPossible: true to let them share a node";
    add(severity, "APART_NEEDS_NODES", { subject: `workload ${subject}`, text, hint });
  }
};

function faultOf(open: Open, { nodes, survive }: ClusterView): ["error" | "warning", string] | undefined {
  // Without a promise one may be meant to stand in for another.
  const severity = survive === undefined ? "warning" : "error";
  if (placed(open, nodes) < open.size) return [severity, "they never all run"];
  // Of one node and of all nodes it is said elsewhere.
  if ([...open.values()].some((one) => one.length === 1) || open.size >= nodes.length) return undefined;
  const fatal = nodes.find((lost) => placed(open, without(nodes, lost)) < open.size);
  if (fatal === undefined) return undefined;
  return [severity, `with ${fatal} lost, one stays down`];
}

function without(nodes: readonly string[], lost: string): string[] {
  return nodes.filter((node) => node !== lost);
}

/** Every largest set of workloads of which no two may share a node, found from each of them. */
function setsApart(view: ClusterView): string[][] {
  const clones = new Set(view.workloads.flatMap(({ top, clone }) => (clone === undefined ? [] : [top.id])));
  const apart = new Map<string, Set<string>>();
  for (const [one, other] of colocations(view, "-INFINITY")) {
    if (one === other || clones.has(one) || clones.has(other)) continue;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      apart.set(from, (apart.get(from) ?? new Set()).add(to));
  }
  const sets = [...apart].map(([id, neighbours]) => {
    const found = [id];
    for (const next of neighbours)
      if (found.every((member) => apart.get(member)?.has(next))) found.push(next);
    return found;
  });
  const distinct = new Map(sets.map((members) => [members.toSorted().join(" "), members]));
  return [...distinct.values()];
}

/** How many of the workloads find a node of their own (Kuhn's augmenting paths). */
function placed(open: Open, nodes: readonly string[]): number {
  const holder = new Map<string, string>();
  const place = (id: string, tried: Set<string>): boolean => {
    for (const node of open.get(id) ?? []) {
      if (!nodes.includes(node) || tried.has(node)) continue;
      tried.add(node);
      const other = holder.get(node);
      if (other !== undefined && !place(other, tried)) continue;
      holder.set(node, id);
      return true;
    }
    return false;
  };
  return [...open.keys()].filter((id) => place(id, new Set())).length;
}
