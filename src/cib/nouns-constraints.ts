// Constraints of a CIB as nouns of the cluster model, where every part of them has one.
import {
  type AttributeExpression,
  type Constraint,
  type LocationRule,
  type ResourceRole,
  type ResourceSet,
  resourcesNamedBy,
} from "../cluster/index.js";
import { childrenOf, type XmlElement } from "../xml/index.js";

/** What constraints may name. */
export interface Known {
  readonly resources: ReadonlySet<string>;
  /** Remote and guest nodes. */
  readonly otherNodes: ReadonlySet<string>;
}

/** Those constraints that the nouns say whole, and that name nothing which only other elements can be: a tag, a bundle, a guest. */
export function constraintNouns(list: readonly XmlElement[], known: Known): Constraint[] {
  return list.flatMap((one) => {
    const noun = constraint(one);
    if (noun === undefined) return [];
    const named = resourcesNamedBy(noun);
    return named.every((id) => known.resources.has(id)) &&
      !(noun.kind === "location" && known.otherNodes.has(noun.node))
      ? [noun]
      : [];
  });
}

function constraint(one: XmlElement): Constraint | undefined {
  if (childrenOf(one, "lifetime").length > 0) return undefined;
  const sets = childrenOf(one, "resource_set");
  if (sets.some((set) => set.attributes["id-ref"] !== undefined)) return undefined;
  switch (one.name) {
    case "rsc_location":
      return sets.length > 0 ? undefined : location(one);
    case "rsc_colocation":
      return colocation(one, sets.map(resourceSet));
    case "rsc_order":
      return order(one, sets.map(resourceSet));
    case "rsc_ticket":
      return sets.length > 0 ? undefined : ticket(one);
    default:
      return undefined;
  }
}

function location(one: XmlElement): Constraint | undefined {
  const { id = "", rsc: resource, node, score } = one.attributes;
  const role = roleOf(one.attributes.role);
  if (resource === undefined) return undefined;
  const discovery = DISCOVERIES.find((name) => name === one.attributes["resource-discovery"]);
  const resourceDiscovery = discovery === undefined ? {} : { resourceDiscovery: discovery };
  if (node !== undefined && score !== undefined)
    return {
      kind: "location",
      id,
      resource,
      node,
      score: scoreOf(score),
      ...(role === undefined ? {} : { role }),
      ...resourceDiscovery,
    };
  const [rule, ...more] = childrenOf(one, "rule");
  const noun = rule === undefined || more.length > 0 ? undefined : ruleOf(rule);
  return noun === undefined
    ? undefined
    : { kind: "location-rule", id, resource, rule: noun, ...resourceDiscovery };
}

function ruleOf(rule: XmlElement): LocationRule | undefined {
  const { id = "", score } = rule.attributes;
  const expressions = rule.children.map(expressionOf);
  if (score === undefined || rule.attributes.role !== undefined) return undefined;
  const known = expressions.filter((one) => one !== undefined);
  if (known.length < expressions.length || known.length === 0) return undefined;
  return {
    id,
    score: scoreOf(score),
    booleanOp: rule.attributes["boolean-op"] === "or" ? "or" : "and",
    expressions: known,
  };
}

// An attribute, not a promise: linters take a literal `then` in an object for one.
const THEN = "then";
const DISCOVERIES = ["always", "never", "exclusive"] as const;
const OPERATIONS = ["lt", "gt", "lte", "gte", "eq", "ne", "defined", "not_defined"] as const;

function expressionOf({ name, attributes }: XmlElement): AttributeExpression | undefined {
  const { id = "", attribute, value, type } = attributes;
  const operation = OPERATIONS.find((one) => one === attributes.operation);
  const source = attributes["value-source"] ?? "literal";
  if (name !== "expression" || attribute === undefined || operation === undefined || source !== "literal")
    return undefined;
  return {
    id,
    attribute,
    operation,
    ...(value === undefined ? {} : { value }),
    ...(type === "number" || type === "version" || type === "string" ? { type } : {}),
  };
}

function colocation(one: XmlElement, sets: readonly ResourceSet[]): Constraint | undefined {
  const { id = "", rsc: resource, "with-rsc": other, score = "INFINITY" } = one.attributes;
  if (sets.length > 0) return { kind: "colocation-sets", id, score: scoreOf(score), sets };
  if (resource === undefined || other === undefined) return undefined;
  const [role, withRole] = [roleOf(one.attributes["rsc-role"]), roleOf(one.attributes["with-rsc-role"])];
  const nodeAttribute = one.attributes["node-attribute"];
  return {
    kind: "colocation",
    id,
    resource,
    with: other,
    score: scoreOf(score),
    ...(role === undefined ? {} : { role }),
    ...(withRole === undefined ? {} : { withRole }),
    ...(nodeAttribute === undefined ? {} : { nodeAttribute }),
  };
}

function order(one: XmlElement, sets: readonly ResourceSet[]): Constraint | undefined {
  const { id = "", first, kind, score } = one.attributes;
  // A score of 0 was how Pacemaker 1 spelled Optional.
  const orderKind = kind ?? (score === "0" ? "Optional" : undefined);
  const more = orderKind === undefined ? {} : { orderKind };
  if (sets.length > 0) return { kind: "order-sets", id, sets, ...more };
  const second = one.attributes.then;
  if (first === undefined || second === undefined) return undefined;
  const [firstAction, thenAction] = [
    actionOf(one.attributes["first-action"]),
    actionOf(one.attributes["then-action"]),
  ];
  return {
    kind: "order",
    id,
    first,
    [THEN]: second,
    ...more,
    ...(firstAction === undefined ? {} : { firstAction }),
    ...(thenAction === undefined ? {} : { thenAction }),
  };
}

const LOSSES = ["stop", "demote", "fence", "freeze"] as const;

function ticket(one: XmlElement): Constraint | undefined {
  const { id = "", rsc: resource, ticket: name } = one.attributes;
  if (resource === undefined || name === undefined) return undefined;
  const role = roleOf(one.attributes["rsc-role"]);
  const loss = LOSSES.find((known) => known === one.attributes["loss-policy"]);
  return {
    kind: "ticket",
    id,
    resource,
    ticket: name,
    ...(role === undefined ? {} : { role }),
    ...(loss === undefined ? {} : { loss }),
  };
}

const ACTIONS = ["start", "stop", "promote", "demote"] as const;

function actionOf(text: string | undefined): (typeof ACTIONS)[number] | undefined {
  return ACTIONS.find((one) => one === text);
}

function resourceSet(set: XmlElement): ResourceSet {
  const { id = "", sequential } = set.attributes;
  const resources = set.children.map((one) => one.attributes.id ?? "");
  return {
    id,
    resources,
    ...(sequential === undefined ? {} : { sequential: ["true", "1"].includes(sequential) }),
  };
}

function roleOf(text: string | undefined): ResourceRole | undefined {
  switch (text) {
    case "Master":
    case "Promoted":
      return "Promoted";
    case "Slave":
    case "Unpromoted":
      return "Unpromoted";
    case "Started":
    case "Stopped":
      return text;
    default:
      return undefined;
  }
}

/** Pacemaker takes everything from a million on for infinite. */
function scoreOf(score: string): string {
  if (/^\+?(INFINITY|infinity)$/.test(score) || Number(score) >= 1_000_000) return "INFINITY";
  return /^-(INFINITY|infinity)$/.test(score) || Number(score) <= -1_000_000 ? "-INFINITY" : score;
}
