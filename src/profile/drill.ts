// Drill: what is broken where, and what a group has to make of it; one document per drill (docs/drills.md).
import {
  DRILL_FAULT_NAMES,
  DRILL_TARGETS,
  type DrillFaultName,
  type DrillParameter,
  faultShape,
} from "./drill-faults.js";
import { duration, name, text } from "./values.js";
import { z } from "./zod.js";

const target = z.enum(DRILL_TARGETS);

const PARAMETERS: readonly DrillParameter[] = [
  "node",
  "peer",
  "network",
  "daemon",
  "folder",
  "mode",
  "percent",
  "rate",
  "times",
  "every",
  "line",
];

const step = z
  .strictObject({
    after: duration.optional().describe("How long it waits first; default not at all"),
    fault: z.enum(DRILL_FAULT_NAMES).optional().describe("What is broken"),
    heal: z.literal(true).optional().describe("Everything broken so far is mended"),
    switchOn: target.optional().describe("A machine that is off gets its power back"),
    node: target.optional().describe("The machine that is meant"),
    peer: target.optional().describe("The other machine, where a fault is between two"),
    network: text.min(1).optional().describe("A cluster network by name, or first, last or every"),
    daemon: text.min(1).optional(),
    folder: text.min(1).optional(),
    mode: text.min(1).optional().describe("In which way"),
    percent: z.int().min(1).max(99).optional(),
    rate: z.int().min(1).optional().describe("Kilobits in a second"),
    times: z.int().min(1).max(1000).optional(),
    every: duration.optional(),
    line: text
      .min(1)
      .optional()
      .describe("What the lines of a node do, as words of lab fault misbehave: delay=20ms jitter=5ms loss=1"),
  })
  .check((context) => {
    const said = remarkOn(context.value);
    if (said === undefined) return;
    context.issues.push({
      code: "custom",
      message: said,
      input: context.value,
      params: { code: "DRILL_STEP" },
    });
  });

/** One step as written. */
export type DrillStep = z.output<typeof step>;

/** What is wrong with a step as a whole. */
function remarkOn(value: {
  readonly fault?: DrillFaultName | undefined;
  readonly heal?: true | undefined;
  readonly switchOn?: string | undefined;
  readonly mode?: string | undefined;
}): string | undefined {
  const acts = [value.fault, value.heal, value.switchOn].filter((act) => act !== undefined);
  if (acts.length !== 1) return "a step is one of fault, heal and switchOn";
  const given = PARAMETERS.filter((one) => (value as Readonly<Record<string, unknown>>)[one] !== undefined);
  const { fault, mode } = value;
  if (fault === undefined)
    return given.length === 0 ? undefined : `only a fault takes ${given.join(" and ")}`;
  const { needs, takes = [], modes } = faultShape(fault);
  const missing = needs.filter((one) => !given.includes(one));
  if (missing.length > 0) return `${fault} needs ${missing.join(" and ")}`;
  const foreign = given.filter((one) => !needs.includes(one) && !takes.includes(one));
  if (foreign.length > 0) return `${fault} takes no ${foreign.join(" and no ")}`;
  if (mode !== undefined && modes?.includes(mode) === false)
    return `${fault} has no mode ${mode}: one of ${modes.join(", ")}`;
  return undefined;
}

const needs = z.strictObject({
  nodes: z.int().min(2).max(32).optional().describe("At least so many nodes"),
  nodesAtMost: z.int().min(2).max(32).optional(),
  networks: z.int().min(1).optional().describe("At least so many cluster networks"),
  quorumDevice: z.boolean().optional().describe("Only with, or only without one"),
  remote: z.literal(true).optional().describe("A pacemaker_remote host"),
  client: z.literal(true).optional().describe("A client that asks the floating address"),
  mixedVersions: z.literal(true).optional().describe("Nodes with more than one version of Pacemaker"),
});

const expectation = z.strictObject({
  workload: z
    .enum(["moved", "stays", "restarted", "stopped", "moved-if-hit", "recovers"])
    .describe(
      "moved: to another node; stays: not a beat is missed; restarted: on its node; stopped: nowhere until it is mended; " +
        "moved-if-hit: moved where its node was hit, else stays; recovers: it runs in the end, wherever",
    ),
  fenced: z
    .array(target)
    .optional()
    .describe("Exactly these are fenced; an empty list (the default): nobody is"),
  fencedInVain: z
    .array(target)
    .optional()
    .describe("The fencing of these is asked for, and their power never goes, whatever the device says"),
  mayFence: z.array(target).optional().describe("Besides, these may be"),
  fencedCount: z.int().min(0).optional().describe("So many nodes are fenced, whichever"),
  back: z
    .number()
    .min(0.1)
    .max(20)
    .optional()
    .describe("The outage is at most the bound of the group times this"),
  within: duration.optional().describe("The outage is at most this, where no bound is promised"),
  rejoins: z.boolean().optional().describe("Every node is back in the end; default true"),
  saysTrouble: z.boolean().optional().describe("While it lasts, the status must, or must not, tell trouble"),
});

/** The document. */
export const drillSchema = z.strictObject({
  kind: z.literal("Drill"),
  name,
  summary: text.min(1).describe("What is broken and what has to come of it, in one line"),
  rows: z.array(z.int().min(1)).optional().describe("Rows of the fault catalogue that it covers"),
  tests: z
    .array(text.regex(/^t[0-9]{2}$/))
    .optional()
    .describe("Tests of RedHatEdge/rhel-2node-ha-drbd that it stands for"),
  core: z.literal(true).optional().describe("One of the drills of drill run --core"),
  needs: needs.optional(),
  steps: z.array(step).min(1),
  expect: expectation,
  hold: duration
    .optional()
    .describe("How long it is watched where nothing is to happen, before it is mended; default 10s"),
  deadline: duration
    .optional()
    .describe("Until the expectation is met, and again until all is well; default 2min"),
  invariants: z
    .array(text.regex(/^I[0-9]{1,2}$/))
    .optional()
    .describe("Those that must hold; default all"),
});

/** A checked Drill. */
export type Drill = z.output<typeof drillSchema>;
