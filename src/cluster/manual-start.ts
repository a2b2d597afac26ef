// Workloads that a person starts, or a ticket: which resources of a configuration wait for somebody (docs: recovery start manual, tickets).
import type { Constraint, TicketConstraint } from "./constraint.js";
import type { ClusterConfiguration } from "./model.js";
import type { Resource } from "./resource.js";

/** The transient node attribute that lets a workload with a manual start run on that node. */
export function startAttribute(workload: string): string {
  return `start-${workload}`;
}

type Configuration = Pick<ClusterConfiguration, "constraints" | "resources">;

/**
 * Ids of primitives that stay stopped until somebody releases them: those held by a rule on a start attribute, and what such a group or
 * clone is made of. That such a resource does not run is as it should be.
 */
export function startedByHand({ constraints, resources }: Configuration): ReadonlySet<string> {
  const held = new Set(
    constraints.flatMap((one) =>
      one.kind === "location-rule" &&
      one.rule.score === "-INFINITY" &&
      one.rule.expressions.some(
        ({ attribute, operation }) => operation === "not_defined" && attribute.startsWith(startAttribute("")),
      )
        ? [one.resource]
        : [],
    ),
  );
  return new Set(resources.filter(({ id }) => held.has(id)).flatMap(primitivesOf));
}

/**
 * Ids of primitives that wait for a ticket which this cluster does not hold: `granted` names those it holds. With what has to be where
 * one of them is, or start after it. At every site but one that is as it should be.
 */
export function waitingForTicket(
  { constraints, resources }: Configuration,
  granted: readonly string[] = [],
): ReadonlySet<string> {
  const waiting = constraints.filter(needsTicket).filter(({ ticket }) => !granted.includes(ticket));
  const still = new Set(waiting.map(({ resource }) => resource));
  for (let before = -1; before < still.size; ) {
    before = still.size;
    for (const one of constraints) {
      const [leader, follower] = dependence(one);
      if (leader !== undefined && follower !== undefined && still.has(leader)) still.add(follower);
    }
  }
  return new Set(resources.filter(({ id }) => still.has(id)).flatMap(primitivesOf));
}

/** What waits for a person or for a ticket. */
export function mayStandStill(
  configuration: Configuration,
  granted?: readonly string[],
): ReadonlySet<string> {
  return new Set([...startedByHand(configuration), ...waitingForTicket(configuration, granted)]);
}

/** A ticket for a role takes that role alone: the resource runs without it. */
function needsTicket(one: Constraint): one is TicketConstraint {
  return one.kind === "ticket" && (one.role === undefined || one.role === "Started");
}

/** Who cannot run without whom; empty where a constraint says no such thing. */
function dependence(one: Constraint): readonly string[] {
  if (one.kind === "colocation") return one.score === "INFINITY" ? [one.with, one.resource] : [];
  const mandatory = one.kind === "order" && (one.orderKind ?? "Mandatory") === "Mandatory";
  return mandatory && (one.firstAction ?? "start") === "start" ? [one.first, one.then] : [];
}

function primitivesOf(resource: Resource): string[] {
  switch (resource.kind) {
    case "primitive":
      return [resource.id];
    case "group":
      return resource.members.map(({ id }) => id);
    case "clone":
      return primitivesOf(resource.member);
  }
}
