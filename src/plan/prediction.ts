// What Pacemaker would do with a plan: its own scheduler's answer, with what each action costs and which step it comes from.
import type { CrmSimulation, SimulatedAction } from "../observation/index.js";
import { childOf, type XmlElement } from "../xml/index.js";
import { cibPlaces } from "./cib-subjects.js";
import type { PlanStep } from "./steps.js";

/** One action on a resource. */
export interface PredictedAction extends SimulatedAction {
  /** Something that runs stops, if only for a moment. */
  readonly disruptive: boolean;
  /** It would happen without the plan as well. */
  readonly anyway: boolean;
  /** Ids of the steps that it may come from: one where that is clear. */
  readonly steps: readonly string[];
}

/** A node that would be fenced or shut down. */
export interface PredictedNodeAction {
  readonly node: string;
  readonly task: string;
  readonly reason: string | undefined;
  readonly anyway: boolean;
}

/** The transition that would follow, or why it is not known. */
export type Prediction =
  | {
      readonly known: true;
      readonly nodes: readonly PredictedNodeAction[];
      readonly actions: readonly PredictedAction[];
    }
  | { readonly known: false; readonly reason: string };

/** What is needed to explain a transition. */
export interface PredictionInput {
  readonly withPlan: CrmSimulation;
  /** The same without the change: what Pacemaker is about to do in any case. */
  readonly without: CrmSimulation;
  readonly steps: readonly PlanStep[];
  /** The whole desired CIB. */
  readonly desired: XmlElement;
}

// A live migration goes on running; a reload is the agent's own way to take a parameter over without a stop.
const HARMLESS: ReadonlySet<string> = new Set(["start", "promote", "migrate", "reload"]);

/** Explains a transition. */
export function predict({ withPlan, without, steps, desired }: PredictionInput): Prediction {
  const ties = tiesOf(desired);
  const key = (action: SimulatedAction): string =>
    JSON.stringify([action.action, action.resource, action.from, action.to]);
  const before = new Set(without.actions.map(key));
  const doomed = new Set(without.nodes.map(({ node, task }) => `${node} ${task}`));
  return {
    known: true,
    nodes: withPlan.nodes.map((one) => ({ ...one, anyway: doomed.has(`${one.node} ${one.task}`) })),
    actions: withPlan.actions.map((action) => {
      const resource = action.resource.replace(/:\d+$/, "");
      const anyway = before.has(key(action));
      return {
        ...action,
        disruptive: !HARMLESS.has(action.action) && !withPlan.fenceDevices.has(resource),
        anyway,
        steps: anyway ? [] : causes(resource, steps, ties),
      };
    }),
  };
}

/** Nearest first: steps about the resource itself, about a constraint on it, about what it is tied to, about all. */
function causes(resource: string, steps: readonly PlanStep[], ties: Ties): string[] {
  const cib = steps.filter((step) => step.part === "cib" && step.subject !== "ownership mark");
  const isConstraint = (step: PlanStep): boolean => step.subject.startsWith("constraint ");
  const about = (names: ReadonlySet<string>, constraint: boolean): PlanStep[] =>
    cib.filter((step) => isConstraint(step) === constraint && step.resources.some((one) => names.has(one)));
  const own = new Set([resource]);
  const tied = ties(resource);
  const candidates = [
    about(own, false),
    about(own, true),
    [...about(tied, false), ...about(tied, true)],
    cib.filter((step) => step.resources.length === 0),
  ];
  return (candidates.find((list) => list.length > 0) ?? []).map((step) => step.id);
}

type Ties = (resource: string) => ReadonlySet<string>;

/** Which resources a resource is bound to by colocations, orders and groups, directly or through others. */
function tiesOf(cib: XmlElement): Ties {
  const constraints = childOf(childOf(cib, "configuration") ?? cib, "constraints")?.children ?? [];
  const ids = new Set(constraints.map((constraint) => constraint.attributes.id));
  const places = [...cibPlaces(cib).entries()];
  const knots = places
    .filter(
      ([id, place]) => place.resources.length > 1 && (ids.has(id) || place.subject.startsWith("resource ")),
    )
    .map(([, place]) => place.resources);
  return (resource) => {
    const known = new Set([resource]);
    for (let grown = 0; grown !== known.size; ) {
      grown = known.size;
      for (const knot of knots)
        if (knot.some((one) => known.has(one))) for (const one of knot) known.add(one);
    }
    return known;
  };
}
