// A plan and a group's drift as a plant engineer reads them: by subject, with + ~ - marks, and what stops in front.
import { type Finding, formatFinding } from "../errors/index.js";
import type { DriftItem } from "./drift.js";
import type { Plan } from "./plan.js";
import type { PredictedAction, Prediction } from "./prediction.js";
import type { PlanStep } from "./steps.js";

/** Colours a piece of text, or leaves it alone where the answer is not for a terminal. */
export type Paint = (colour: "green" | "yellow" | "red" | "bold", text: string) => string;

const MARKS = { created: ["+", "green"], changed: ["~", "yellow"], removed: ["-", "red"] } as const;

/** The whole plan. */
export function describePlan(plan: Plan, paint: Paint): string {
  const shown = plan.steps.filter((step) => step.subject !== "ownership mark");
  const lines = [headline(plan, shown.length)];
  for (const subject of new Set(shown.map((step) => step.subject))) {
    const steps = shown.filter((step) => step.subject === subject);
    const way = subject === "corosync.conf" && plan.corosyncWay ? `   ${wayWords(plan.corosyncWay)}` : "";
    lines.push("", paint("bold", subject) + way, ...steps.map((step) => stepLine(step, paint)));
  }
  lines.push(...describePrediction(plan, paint));
  const errors = plan.checks.filter(({ severity }) => severity === "error");
  const refused = [...plan.blocked, ...errors];
  if (refused.length > 0) {
    lines.push("", paint("red", "apply would refuse this"), ...refused.map(indented));
  }
  lines.push(...describeChecks(plan.checks.filter(({ severity }) => severity !== "error")));
  const drift = plan.drift.filter((item) => item.kind !== "changed");
  return [...lines, ...describeDrift(drift)].join("\n");
}

function headline({ group, kind, prediction }: Plan, count: number): string {
  if (count === 0) return `${group}: nothing to do`;
  const what = count === 1 ? "1 step" : `${count} steps`;
  if (kind !== "operate")
    return `${group}: ${what}; ${kind === "form" ? "no cluster is there yet" : "a formation was begun"}`;
  if (prediction === undefined) return `${group}: ${what}, none of them in the CIB`;
  if (!prediction.known) return `${group}: ${what}; what Pacemaker would do is unknown`;
  const stops = prediction.actions.filter((action) => action.disruptive && !action.anyway).length;
  const fenced = prediction.nodes.filter((node) => !node.anyway).length;
  const cost =
    stops === 0
      ? "nothing that runs is stopped"
      : `${stops} running ${stops === 1 ? "resource is" : "resources are"} stopped, moved or restarted`;
  return `${group}: ${what}, ${cost}${fenced === 0 ? "" : `, ${fenced} ${fenced === 1 ? "node is" : "nodes are"} fenced or shut down`}`;
}

function wayWords(way: NonNullable<Plan["corosyncWay"]>): string {
  return { reload: "by reload", restart: "restart node by node", "full-stop": "FULL STOP of the cluster" }[
    way
  ];
}

function stepLine(step: PlanStep, paint: Paint): string {
  const [mark, colour] = MARKS[step.action];
  const { what, before, after, way, reason, adopted } = step;
  const values =
    before !== undefined && after !== undefined ? `${before} → ${after}` : (after ?? before ?? "");
  const how = way === undefined ? "" : `${wayWords(way)}: ${reason ?? ""}`;
  const notes = [how, adopted === true ? "was not ours until now" : ""].filter((note) => note !== "");
  const parts = [what, values].filter((part) => part !== "").join("  ");
  return `  ${paint(colour, mark)} ${[parts, ...notes.map((note) => `(${note})`)].join("  ")}`.trimEnd();
}

function describePrediction({ prediction, steps }: Plan, paint: Paint): string[] {
  if (prediction === undefined) return [];
  const title = ["", paint("bold", "what Pacemaker would do")];
  if (!prediction.known) return [...title, `  unknown: ${prediction.reason}`];
  const lines = [
    ...nodeLines(prediction, paint),
    ...prediction.actions.map((one) => actionLine(one, { steps, paint })),
  ];
  return [...title, ...(lines.length === 0 ? ["  nothing"] : lines)];
}

function nodeLines({ nodes }: Extract<Prediction, { known: true }>, paint: Paint): string[] {
  return nodes.map(({ node, task, reason, anyway }) => {
    const why = [reason, anyway ? "also without this plan" : undefined].filter((word) => word !== undefined);
    return `  ${paint("red", "!")} ${task} ${node}${why.length === 0 ? "" : `  (${why.join("; ")})`}`;
  });
}

function actionLine(
  action: PredictedAction,
  { steps, paint }: { readonly steps: readonly PlanStep[]; readonly paint: Paint },
): string {
  const { resource, from, to, reason, blocked, disruptive, anyway } = action;
  const where =
    from !== undefined && to !== undefined && from !== to
      ? `${from} → ${to}`
      : `on ${from ?? to ?? "no node"}`;
  const subjects = [
    ...new Set(action.steps.map((id) => steps.find((step) => step.id === id)?.subject ?? id)),
  ];
  const cause =
    subjects.length === 0
      ? undefined
      : subjects.length === 1
        ? `because of ${subjects[0] ?? ""}`
        : `because of one of: ${subjects.join(", ")}`;
  const notes = [
    blocked ? "BLOCKED: it should, and cannot" : undefined,
    anyway ? "also without this plan" : cause,
    reason === undefined ? undefined : `Pacemaker says: ${reason}`,
  ].filter((note) => note !== undefined);
  const mark = disruptive ? paint("red", "!") : " ";
  return `  ${mark} ${action.action} ${resource} ${where}${notes.length === 0 ? "" : `  (${notes.join("; ")})`}`;
}

/** Findings of checks; no lines where there is none. */
export function describeChecks(checks: readonly Finding[]): string[] {
  return checks.length === 0 ? [] : ["", "checks", ...checks.map(indented)];
}

function indented(finding: Finding): string {
  return `  ${formatFinding(finding)}`;
}

const TITLES: readonly (readonly [title: string, kinds: readonly DriftItem["kind"][]])[] = [
  ["not as the profile says", ["changed"]],
  ["left from operation", ["left-move", "left-ban", "standby", "maintenance", "unmanaged", "stopped"]],
  ["not ours, left alone", ["foreign"]],
];

/** Drift in sections; no lines where there is none. */
export function describeDrift(drift: readonly DriftItem[]): string[] {
  return TITLES.flatMap(([title, kinds]) => {
    const items = drift.filter((item) => kinds.includes(item.kind));
    if (items.length === 0) return [];
    return [
      "",
      title,
      ...items.flatMap(({ subject, text, clear }) => [
        `  ${subject}: ${text}`,
        ...(clear === undefined ? [] : [`      to end it: ${clear}`]),
      ]),
    ];
  });
}
