// Constraints between resources and nodes (Pacemaker Explained, "Resource Constraints", "Rules"; constraints-3.9.rng).

/** Role of a resource as constraints name it. */
export type ResourceRole = "Started" | "Stopped" | "Promoted" | "Unpromoted";

/** What an order constraint waits for, or does. */
export type OrderAction = "start" | "stop" | "promote" | "demote";

/** On which nodes the cluster looks whether a resource is active. */
export type ResourceDiscovery = "always" | "never" | "exclusive";

/** Compares a node attribute; `value` is absent for `defined` and `not_defined`. */
export interface AttributeExpression {
  readonly id: string;
  readonly attribute: string;
  readonly operation: "lt" | "gt" | "lte" | "gte" | "eq" | "ne" | "defined" | "not_defined";
  readonly value?: string;
  readonly type?: "string" | "number" | "version";
}

/** A rule over node attributes: all (`and`, the default) or one (`or`) of its expressions must hold. */
export interface LocationRule {
  readonly id: string;
  readonly score: string;
  readonly booleanOp?: "and" | "or";
  readonly role?: ResourceRole;
  readonly expressions: readonly AttributeExpression[];
}

/** Prefers or avoids one node; the score is text: a number, `INFINITY` or `-INFINITY`. */
export interface LocationConstraint {
  readonly kind: "location";
  readonly id: string;
  readonly resource: string;
  readonly node: string;
  readonly score: string;
  readonly role?: ResourceRole;
  readonly resourceDiscovery?: ResourceDiscovery;
}

/** Prefers or avoids the nodes that a rule picks. */
export interface LocationRuleConstraint {
  readonly kind: "location-rule";
  readonly id: string;
  readonly resource: string;
  readonly rule: LocationRule;
  readonly resourceDiscovery?: ResourceDiscovery;
}

/** Places `resource` relative to `with`; with a node attribute, on nodes where that has the same value. */
export interface ColocationConstraint {
  readonly kind: "colocation";
  readonly id: string;
  readonly resource: string;
  readonly with: string;
  readonly score: string;
  readonly role?: ResourceRole;
  readonly withRole?: ResourceRole;
  readonly nodeAttribute?: string;
  /** Whether `resource` may move `with`. */
  readonly influence?: boolean;
}

/** Some resources of a constraint over sets. */
export interface ResourceSet {
  readonly id: string;
  readonly resources: readonly string[];
  readonly sequential?: boolean;
  readonly requireAll?: boolean;
  readonly action?: OrderAction;
  readonly role?: ResourceRole;
}

/** A colocation of sets: each set is placed with the one that follows it. */
export interface ColocationSetsConstraint {
  readonly kind: "colocation-sets";
  readonly id: string;
  readonly score: string;
  readonly sets: readonly ResourceSet[];
}

/** Starts `first` before `then`; ordering kind as in the CIB (`Mandatory`, `Optional`, `Serialize`). */
export interface OrderConstraint {
  readonly kind: "order";
  readonly id: string;
  readonly first: string;
  readonly then: string;
  readonly firstAction?: OrderAction;
  readonly thenAction?: OrderAction;
  readonly orderKind?: string;
  readonly symmetrical?: boolean;
}

/** An order of sets: one set after the other. */
export interface OrderSetsConstraint {
  readonly kind: "order-sets";
  readonly id: string;
  readonly orderKind?: string;
  readonly symmetrical?: boolean;
  readonly sets: readonly ResourceSet[];
}

/** What happens to the resource when its site has lost the ticket. */
export type TicketLoss = "stop" | "demote" | "fence" | "freeze";

/** Runs the resource, or lets it lead, only while this cluster holds the ticket. */
export interface TicketConstraint {
  readonly kind: "ticket";
  readonly id: string;
  readonly resource: string;
  readonly ticket: string;
  readonly role?: ResourceRole;
  readonly loss?: TicketLoss;
}

export type Constraint =
  | LocationConstraint
  | LocationRuleConstraint
  | ColocationConstraint
  | ColocationSetsConstraint
  | OrderConstraint
  | OrderSetsConstraint
  | TicketConstraint;

/** Ids of the resources that a constraint is about, each as often as it names them. */
export function resourcesNamedBy(one: Constraint): readonly string[] {
  switch (one.kind) {
    case "location":
    case "location-rule":
    case "ticket":
      return [one.resource];
    case "colocation":
      return [one.resource, one.with];
    case "order":
      return [one.first, one.then];
    case "colocation-sets":
    case "order-sets":
      return one.sets.flatMap(({ resources }) => resources);
  }
}
