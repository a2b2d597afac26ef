// Constraints that contradict each other, or that leave a workload one node (Pacemaker Explained, "Resource Constraints").
import type { ResourceSet } from "../cluster/index.js";
import { allowedNodes } from "./placement.js";
import type { ClusterView, Rule } from "./view.js";

type Arrow = readonly [from: string, to: string];

/** Constraints name resources and nodes that are there. */
export const references: Rule = ({ model, nodes }, add) => {
  const ids = new Set(model.configuration.resources.flatMap(idsOf));
  for (const one of model.configuration.constraints) {
    const named =
      one.kind === "location" || one.kind === "location-rule" || one.kind === "ticket"
        ? [one.resource]
        : one.kind === "colocation"
          ? [one.resource, one.with]
          : one.kind === "order"
            ? [one.first, one.then]
            : one.sets.flatMap((set) => set.resources);
    const subject = `constraint ${one.id}`;
    for (const id of named.filter((name) => !ids.has(name))) {
      add("error", "UNKNOWN_RESOURCE", { subject, text: `there is no resource ${id}` });
    }
    if (one.kind === "location" && !nodes.includes(one.node)) {
      add("error", "UNKNOWN_NODE", { subject, text: `there is no node ${one.node}` });
    }
  }
};

function idsOf(resource: ClusterView["model"]["configuration"]["resources"][number]): string[] {
  switch (resource.kind) {
    case "primitive":
      return [resource.id];
    case "group":
      return [resource.id, ...resource.members.map((member) => member.id)];
    case "clone":
      return [resource.id, ...idsOf(resource.member)];
  }
}

/** Together and apart at the same time; circles. */
export const contradictions: Rule = (view, add) => {
  const together = colocations(view, "INFINITY");
  const partner = unite(together);
  for (const [one, other] of colocations(view, "-INFINITY")) {
    if (partner(one) !== partner(other)) continue;
    const text = `must be on the node of ${other}, and must not: one of them never runs`;
    add("error", "TOGETHER_AND_APART", { subject: `workload ${one}`, text });
  }
  const circle = circleIn(together);
  if (circle !== undefined) {
    const text = `each follows the other: ${circle.join(" → ")}; Pacemaker then places by chance`;
    add("warning", "COLOCATION_CYCLE", {
      subject: `workload ${circle[0] ?? ""}`,
      text,
      hint: "let one of them lead",
    });
  }
  const wait = circleIn(orders(view));
  if (wait !== undefined) {
    const text = `each waits for the other: ${wait.join(" → ")}; none ever starts`;
    add("error", "ORDER_CYCLE", {
      subject: `workload ${wait[0] ?? ""}`,
      text,
      hint: "remove one of these orders",
    });
  }
};

/** A workload that location constraints leave one node, or none. */
export const roomToMove: Rule = (view, add) => {
  const fenceDevices = new Set(view.fenceDevices.map(({ primitive }) => primitive.id));
  for (const { id, kind } of view.model.configuration.resources) {
    if (kind === "clone" || fenceDevices.has(id)) continue;
    const allowed = allowedNodes(view, id);
    const subject = `workload ${id}`;
    if (allowed.length === 0) {
      add("error", "NOWHERE_TO_RUN", { subject, text: "no node is left to it: it never runs" });
    } else if (allowed.length === 1 && view.nodes.length > 1) {
      const text = `may run on ${allowed.join("")} only: when that node is lost, so is the workload`;
      add("warning", "ONE_NODE_ONLY", { subject, text, hint: "prefer instead of only-on, or a second node" });
    }
  }
};

/** Who must be on one node, or apart, by constraints with this score: plain ones only. */
export function colocations({ model }: ClusterView, score: string): Arrow[] {
  return model.configuration.constraints.flatMap((one): Arrow[] => {
    // On nodes with an equal attribute is not on one node; with a role it holds for one instance only.
    if (one.kind === "colocation") {
      const plain = one.nodeAttribute === undefined && one.role === undefined && one.withRole === undefined;
      return plain && one.score === score ? [[one.resource, one.with]] : [];
    }
    return one.kind === "colocation-sets" && one.score === score ? alongSets(one.sets) : [];
  });
}

/** A set is a chain, each member with the one before it, unless it says that it is none. */
function alongSets(sets: readonly ResourceSet[]): Arrow[] {
  return sets.flatMap(({ resources, sequential }) =>
    sequential === false ? [] : resources.slice(1).map((id, index): Arrow => [id, resources[index] ?? ""]),
  );
}

function orders({ model }: ClusterView): Arrow[] {
  const groups = model.configuration.resources.flatMap((one) => (one.kind === "group" ? [one] : []));
  const inside = groups.flatMap(({ members }) =>
    members.slice(1).map((member, index): Arrow => [members[index]?.id ?? "", member.id]),
  );
  const explicit = model.configuration.constraints.flatMap((one): Arrow[] => {
    if (one.kind === "order") {
      const isMandatory = (one.orderKind ?? "Mandatory") === "Mandatory";
      const starts = (one.firstAction ?? "start") === "start" && (one.thenAction ?? "start") === "start";
      return isMandatory && starts ? [[one.first, one.then]] : [];
    }
    if (one.kind !== "order-sets" || (one.orderKind ?? "Mandatory") !== "Mandatory") return [];
    return alongSets(one.sets).map(([later, earlier]): Arrow => [earlier, later]);
  });
  return [...inside, ...explicit];
}

/** Who belongs together, as the name of one of them. */
/** Things that belong together by pairs: of each the name that stands for all. */
export function unite(pairs: readonly Arrow[]): (name: string) => string {
  const leader = new Map<string, string>();
  const find = (name: string): string => {
    const next = leader.get(name);
    return next === undefined || next === name ? name : find(next);
  };
  for (const [one, other] of pairs) leader.set(find(one), find(other));
  return find;
}

/** Some circle of the arrows, as the names on it with the first one again at the end. */
function circleIn(arrows: readonly Arrow[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const [from, to] of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    const seen = path.indexOf(name);
    if (seen >= 0) return [...path.slice(seen), name];
    if (done.has(name)) return undefined;
    for (const to of next.get(name) ?? []) {
      const circle = walk(to, [...path, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of next.keys()) {
    const circle = walk(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
