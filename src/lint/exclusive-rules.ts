// One thing with two users: two workloads, a copy on each node, or a workload and a node (Pacemaker Explained, "Clones").
import { canonicalAddress, unusableReason } from "./addresses.js";
import { exclusiveThing, floatingAddress } from "./exclusive-things.js";
import { allowedNodes } from "./placement.js";
import { colocations, unite } from "./placement-rules.js";
import { type ClusterView, type PlacedPrimitive, pairValue, type Rule, subjectOf } from "./view.js";

/** Two workloads with the same disk, machine, unit or address. */
export const usedTwice: Rule = (view, add) => {
  const first = new Map<string, PlacedPrimitive>();
  const side = unite(colocations(view, "INFINITY"));
  for (const placed of view.workloads) {
    const thing = exclusiveThing(placed);
    if (thing === undefined) continue;
    const other = first.get(thing.key);
    if (other === undefined) first.set(thing.key, placed);
    // Members of one workload are on one node, one after the other; what is together may share a disk of one node.
    else if (
      other.top.id !== placed.top.id &&
      !(thing.onOneNode && side(placed.top.id) === side(other.top.id)) &&
      !neverMeet(view, placed, other)
    ) {
      add("error", "USED_TWICE", {
        subject: subjectOf(placed),
        text: `${thing.words} is of ${subjectOf(other)} too: ${thing.harm}`,
        hint: "one of them with another, or both as members of one workload",
      });
    }
  }
};

/** A copy on each node of what only one may have. */
export const usedOnEveryNode: Rule = ({ workloads }, add) => {
  for (const placed of workloads) {
    const thing = exclusiveThing(placed);
    if (thing === undefined || thing.onEveryNode || placed.clone === undefined) continue;
    if (pairValue(placed.clone.metaAttributes, "clone-max") === "1") continue;
    add("error", "NOT_FOR_EVERY_NODE", {
      subject: subjectOf(placed),
      text: `every node would have ${thing.words}: ${thing.harm}`,
      hint: "without one-per-node, so that one node has it at a time",
    });
  }
};

/** Floating addresses that a node has already, or that nobody can have. */
export const floatingAddresses: Rule = ({ model, workloads }, add) => {
  const owners = new Map(
    model.corosync.nodes.flatMap((node) =>
      node.addresses.map((address) => [canonicalAddress(address), node.name] as const),
    ),
  );
  for (const placed of workloads) {
    const ip = floatingAddress(placed.primitive);
    if (ip === undefined) continue;
    const subject = subjectOf(placed);
    const owner = owners.get(canonicalAddress(ip));
    if (owner !== undefined) {
      const text = `the address ${ip} is the node ${owner}'s own: the cluster would lose that node when it moves`;
      add("error", "ADDRESS_OF_NODE", { subject, text, hint: "an address that no computer has" });
    }
    const prefix = Number(pairValue(placed.primitive.instanceAttributes, "cidr_netmask") ?? Number.NaN);
    const reason = unusableReason(ip, prefix);
    if (reason !== undefined)
      add("error", "ADDRESS_UNUSABLE", {
        subject,
        text: `the address ${ip} ${reason}`,
        hint: "as 10.20.0.50/24",
      });
  }
};

/** Two that have no node in common, each where nobody looks for it elsewhere: as two things of one name, one on each node. */
function neverMeet(view: ClusterView, one: PlacedPrimitive, other: PlacedPrimitive): boolean {
  const nodes = allowedNodes(view, one.top.id);
  if (allowedNodes(view, other.top.id).some((node) => nodes.includes(node))) return false;
  return [one, other].every(({ top }) =>
    (view.locations.get(top.id) ?? []).some(
      (location) => location.kind === "location" && (location.resourceDiscovery ?? "always") !== "always",
    ),
  );
}
