// Where constraints let a resource run, as far as a model tells (Pacemaker Explained, "Resource Constraints", "Rules").
import type { AttributeExpression, LocationRule } from "../cluster/index.js";
import { type ClusterView, pairValue } from "./view.js";

/** The nodes that location constraints leave to a resource; rules over attributes that change at run time count as open. */
export function allowedNodes(view: ClusterView, resource: string): string[] {
  const optIn = view.isOff("symmetric-cluster");
  const locations = view.locations.get(resource) ?? [];
  const exclusive = locations.some((one) => one.kind === "location" && one.resourceDiscovery === "exclusive");
  return view.nodes.filter((node) => {
    const scores = scoresAt(view, resource, node);
    if (scores.includes("-INFINITY")) return false;
    return (!optIn && !exclusive) || scores.some((score) => score === "INFINITY" || Number(score) >= 0);
  });
}

/** The scores that location constraints give a resource on a node. */
export function scoresAt(view: ClusterView, resource: string, node: string): string[] {
  return (view.locations.get(resource) ?? []).flatMap((one): string[] => {
    if (one.kind === "location") return one.node === node ? [one.score] : [];
    return ruleHolds(view, one.rule, node) === true ? [one.rule.score] : [];
  });
}

function ruleHolds(view: ClusterView, rule: LocationRule, node: string): boolean | undefined {
  const answers = rule.expressions.map((expression) => expressionHolds(view, expression, node));
  if (rule.booleanOp === "or") {
    if (answers.includes(true)) return true;
    return answers.includes(undefined) ? undefined : false;
  }
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Undefined for an attribute that no node has in the model: an agent sets it at run time. */
function expressionHolds(
  view: ClusterView,
  expression: AttributeExpression,
  node: string,
): boolean | undefined {
  const { attribute, operation, value = "" } = expression;
  const nodes = view.model.configuration.nodes;
  const of = (name: string): string | undefined =>
    attribute === "#uname"
      ? name
      : pairValue(nodes.find((one) => one.name === name)?.attributes ?? [], attribute);
  if (view.nodes.every((name) => of(name) === undefined)) return undefined;
  const actual = of(node);
  switch (operation) {
    case "defined":
      return actual !== undefined;
    case "not_defined":
      return actual === undefined;
    case "eq":
      return actual === value;
    case "ne":
      return actual !== value;
    case "lt":
      return actual === undefined || Number(actual) < Number(value);
    case "lte":
      return actual === undefined || Number(actual) <= Number(value);
    case "gt":
      return actual !== undefined && Number(actual) > Number(value);
    case "gte":
      return actual !== undefined && Number(actual) >= Number(value);
  }
}
