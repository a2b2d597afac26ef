// Constraints between a workload and nodes: prefer, avoid, only-on, needs-network → locations by node or by rule.
import type { AttributeExpression, Constraint } from "../cluster/index.js";
import type { ConstraintText } from "./constraint.js";
import { type ConstraintScope, workloadOf } from "./constraint-scope.js";
import { networkAttribute } from "./network-reach.js";
import { checkTargets } from "./network-targets.js";
import { unlessOne } from "./recovery.js";
import type { ResolvedWorkload } from "./resolved.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";
import { WISH } from "./wishes.js";

const PREFERENCE = "100";
type Key = "prefer" | "avoid" | "only-on";

/** `prefer`, `avoid` and `only-on`, by names of nodes or by their attributes. */
export function placed(
  key: Key,
  constraint: ConstraintText,
  { path, scope }: { readonly path: DocumentPath; readonly scope: ConstraintScope },
): Constraint[] {
  const workload = workloadOf(constraint[key] ?? "", [...path, key], scope);
  const { nodes, where } = constraint;
  if ((nodes === undefined) === (where === undefined)) {
    const text = nodes === undefined ? `${key} needs nodes or where` : `${key} has both nodes and where`;
    const hint = `nodes: ${key === "prefer" ? "{ dcn2: 100 }" : "[dcn2]"}, or where: { cabinet: a }`;
    scope.report("BAD_CONSTRAINT", path, text, { hint });
    return [];
  }
  const scores = scoresOf(key, constraint, { path, scope });
  if (where !== undefined) checkWhere(where, [...path, "where"], scope);
  if (workload === undefined) return [];
  if (where !== undefined) {
    const wanted = constraint.score === undefined ? undefined : String(constraint.score);
    const text = { score: wanted ?? defaultScore(key, constraint), ...whereRule(key, where) };
    if (key === "only-on" && text.score === "-INFINITY")
      checkCopies(workload, placesOf(where, scope), { path: [...path, "where"], scope });
    return key === "only-on" ? nowhereElse(workload, scope, text) : [byRule(workload, scope, text)];
  }
  const names = [...scores.keys()];
  if (key === "only-on") {
    checkCopies(workload, names, { path: [...path, "nodes"], scope });
    return nowhereElse(workload, scope, { score: "-INFINITY", ...namesRule("ne", names) });
  }
  return [...scores].map(([node, score]) => byNode(workload, node, { score, scope }));
}

/** The nodes that are named and the score of each; unknown nodes are reported and left out. */
function scoresOf(
  key: Key,
  constraint: ConstraintText,
  { path, scope }: { readonly path: DocumentPath; readonly scope: ConstraintScope },
): Map<string, string> {
  const { nodes = [] } = constraint;
  const listed = Array.isArray(nodes);
  if (key !== "prefer" && !listed)
    scope.report("BAD_CONSTRAINT", [...path, "nodes"], `${key} takes a list of nodes, as nodes: [dcn2]`);
  const entries = listed
    ? nodes.map((node, index) => [node, defaultScore(key, constraint), index] as const)
    : Object.entries(nodes).map(([node, score]) => [node, String(score), node] as const);
  const known = scope.nodes.map(({ name }) => name);
  return new Map(
    entries.flatMap(([node, score, at]) => {
      if (known.includes(node)) return [[node, score] as const];
      const options = { hint: hintFor(node, known), atKey: !listed };
      scope.report("UNKNOWN_NODE", [...path, "nodes", at], `there is no node ${node}`, options);
      return [];
    }),
  );
}

function defaultScore(key: Key, { ifPossible }: ConstraintText): string {
  if (key === "prefer") return PREFERENCE;
  return ifPossible === true ? `-${WISH}` : "-INFINITY";
}

function checkWhere(
  where: NonNullable<ConstraintText["where"]>,
  path: DocumentPath,
  scope: ConstraintScope,
): void {
  const known = [...new Set(scope.nodes.flatMap((node) => Object.keys(node.attributes)))];
  for (const [attribute, value] of Object.entries(where)) {
    const values = scope.nodes.flatMap((node) => node.attributes[attribute] ?? []);
    const at = [...path, attribute];
    if (values.length === 0)
      scope.report("UNKNOWN_ATTRIBUTE", at, `no node has the attribute ${attribute}`, {
        hint: hintFor(attribute, known),
        atKey: true,
      });
    else if (!values.includes(String(value)))
      scope.report("UNKNOWN_ATTRIBUTE", at, `no node has ${attribute} ${String(value)}`, {
        hint: hintFor(String(value), [...new Set(values)]),
      });
  }
  if (Object.keys(where).length === 0)
    scope.report("BAD_CONSTRAINT", path, "where names no attribute, as where: { cabinet: a }");
}

function placesOf(where: NonNullable<ConstraintText["where"]>, { nodes }: ConstraintScope): string[] {
  const wanted = Object.entries(where);
  return nodes
    .filter(({ attributes }) => wanted.every(([name, value]) => attributes[name] === String(value)))
    .map(({ name }) => name);
}

/** A mirror with one place is none. */
function checkCopies(
  { name, copies }: ResolvedWorkload,
  places: readonly string[],
  { path, scope }: { readonly path: DocumentPath; readonly scope: ConstraintScope },
): void {
  if (copies.length === 0 || places.length !== 1) return;
  const text = `only-on holds for the copies of ${name} too, and leaves them ${places.join()} alone: nothing is mirrored`;
  const hint = "prefer instead of only-on, or all nodes that have a copy";
  scope.report("COPIES_NEED_NODES", path, text, { severity: "warning", hint });
}

interface RuleText {
  readonly booleanOp?: "and" | "or";
  readonly expressions: readonly Omit<AttributeExpression, "id">[];
}

interface ScoredRule extends RuleText {
  readonly score: string;
  readonly role?: "Promoted";
}

/** Nodes that have all attributes, or for only-on those that lack one. */
function whereRule(key: Key, where: NonNullable<ConstraintText["where"]>): RuleText {
  const operation = key === "only-on" ? "ne" : "eq";
  const expressions = Object.entries(where).map(
    ([attribute, value]) => ({ attribute, operation, value: String(value) }) as const,
  );
  return joined(expressions, key === "only-on" ? "or" : "and");
}

function namesRule(operation: "eq" | "ne", names: readonly string[]): RuleText {
  const expressions = names.map((value) => ({ attribute: "#uname", operation, value }));
  return joined(expressions, operation === "ne" ? "and" : "or");
}

function joined(expressions: RuleText["expressions"], booleanOp: "and" | "or"): RuleText {
  return expressions.length > 1 ? { booleanOp, expressions } : { expressions };
}

function byNode(
  workload: ResolvedWorkload,
  node: string,
  { score, scope }: { readonly score: string; readonly scope: ConstraintScope },
): Constraint {
  // Of a workload with a leader the leader's place counts, which only a rule can say.
  if (workload.form === "leader") return byRule(workload, scope, { score, ...namesRule("eq", [node]) });
  const { resourceId: resource } = workload;
  return { kind: "location", id: `location-${resource}-${node}-${score}`, resource, node, score };
}

/** Of a workload with a leader the leader's place counts. */
function byRule(workload: ResolvedWorkload, scope: ConstraintScope, text: ScoredRule): Constraint {
  const role = workload.form === "leader" ? { role: "Promoted" as const } : {};
  return ruleOn(workload.resourceId, scope, { ...text, ...role });
}

/** Nothing of the workload runs where the rule holds: no copy of a mirror, and no instance that does not lead. */
function nowhereElse(workload: ResolvedWorkload, scope: ConstraintScope, text: ScoredRule): Constraint[] {
  return [workload.resourceId, ...workload.copies].map((resource) => ruleOn(resource, scope, text));
}

function ruleOn(
  resource: string,
  scope: ConstraintScope,
  { score, booleanOp, role, expressions }: ScoredRule,
): Constraint {
  const id = scope.ruleId(resource);
  const rule = `${id}-rule`;
  return {
    kind: "location-rule",
    id,
    resource,
    rule: {
      id: rule,
      score,
      ...(booleanOp === undefined ? {} : { booleanOp }),
      ...(role === undefined ? {} : { role }),
      expressions: expressions.map((one, index) => ({
        id: index === 0 ? `${rule}-expr` : `${rule}-expr-${index}`,
        ...one,
      })),
    },
  };
}

/** `needs-network`: off every node whose agent does not say that it reaches the network. */
export function needsNetwork(
  constraint: ConstraintText,
  path: DocumentPath,
  scope: ConstraintScope,
): Constraint[] {
  const workload = workloadOf(constraint["needs-network"] ?? "", [...path, "needs-network"], scope);
  const { network, targets = [] } = constraint;
  if (network === undefined) {
    scope.report("BAD_CONSTRAINT", path, "needs-network needs network, one of the group's networks", {
      hint: hintFor("", scope.networks),
    });
    return [];
  }
  if (!scope.networks.includes(network)) {
    const hint = hintFor(network, scope.networks);
    scope.report("UNKNOWN_NETWORK", [...path, "network"], `there is no network ${network}`, { hint });
    return [];
  }
  checkTargets(targets, [...path, "targets"], scope);
  const earlier = scope.wants.networks.get(network) ?? [];
  const agent = networkAttribute(network);
  for (const id of [agent, `${agent}-clone`]) scope.origins.at(id, scope.group, path, "needs-network");
  scope.wants.networks.set(network, [...new Set([...earlier, ...targets])]);
  if (workload === undefined) return [];
  const id = scope.ruleId(workload.resourceId);
  const rule = unlessOne(id, networkAttribute(network));
  return [{ kind: "location-rule", id, resource: workload.resourceId, rule }];
}
