// Constraints of the cluster model → `<constraints>` of a CIB (constraints-3.9.rng, rule-3.9.rng).
import type {
  AttributeExpression,
  ColocationConstraint,
  Constraint,
  LocationRule,
  OrderConstraint,
  ResourceSet,
} from "../cluster/index.js";
import { assertNever } from "../errors/index.js";
import { element, type XmlElement } from "../xml/index.js";

// An attribute, not a promise: linters take a literal `then` in an object for one.
const THEN = "then";

/** One constraint as an element. */
export function constraint(one: Constraint): XmlElement {
  switch (one.kind) {
    case "location": {
      const { id, resource: rsc, node, score, role, resourceDiscovery } = one;
      return element("rsc_location", { id, rsc, node, score, role, "resource-discovery": resourceDiscovery });
    }
    case "location-rule": {
      const { id, resource: rsc, resourceDiscovery } = one;
      return element("rsc_location", { id, rsc, "resource-discovery": resourceDiscovery }, [rule(one.rule)]);
    }
    case "colocation":
      return colocation(one);
    case "colocation-sets":
      return element("rsc_colocation", { id: one.id, score: one.score }, one.sets.map(resourceSet));
    case "order":
      return order(one);
    case "order-sets": {
      const attributes = { id: one.id, kind: one.orderKind, symmetrical: flag(one.symmetrical) };
      return element("rsc_order", attributes, one.sets.map(resourceSet));
    }
    case "ticket": {
      const { id, resource: rsc, role, ticket, loss } = one;
      return element("rsc_ticket", { id, rsc, "rsc-role": role, ticket, "loss-policy": loss });
    }
    default:
      return assertNever(one);
  }
}

function colocation(one: ColocationConstraint): XmlElement {
  return element("rsc_colocation", {
    id: one.id,
    rsc: one.resource,
    "with-rsc": one.with,
    score: one.score,
    "rsc-role": one.role,
    "with-rsc-role": one.withRole,
    "node-attribute": one.nodeAttribute,
    influence: flag(one.influence),
  });
}

function order(one: OrderConstraint): XmlElement {
  return element("rsc_order", {
    id: one.id,
    first: one.first,
    [THEN]: one.then,
    "first-action": one.firstAction,
    "then-action": one.thenAction,
    kind: one.orderKind,
    symmetrical: flag(one.symmetrical),
  });
}

function rule(one: LocationRule): XmlElement {
  const { id, score, role, booleanOp } = one;
  return element(
    "rule",
    { id, "boolean-op": booleanOp, role, score },
    one.expressions.map((expression) => element("expression", expressionAttributes(expression))),
  );
}

function expressionAttributes(one: AttributeExpression): Record<string, string | undefined> {
  const { id, attribute, operation, value, type } = one;
  return { id, attribute, operation, value, type };
}

function resourceSet(one: ResourceSet): XmlElement {
  const { id, action, role } = one;
  const attributes = {
    id,
    sequential: flag(one.sequential),
    "require-all": flag(one.requireAll),
    action,
    role,
  };
  return element(
    "resource_set",
    attributes,
    one.resources.map((resource) => element("resource_ref", { id: resource })),
  );
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
