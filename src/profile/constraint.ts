// Constraints as profiles write them (Pacemaker Explained, "Resource Constraints"). Exactly one of the leading keys says which it is.
import { address, name, scalar, text } from "./values.js";
import { z } from "./zod.js";

const whole = z.int().min(-1_000_000).max(1_000_000);
const score = z.union([whole, z.enum(["INFINITY", "-INFINITY"])]);
const template = z.string().regex(/^\{[^{}]+\}$/);

const words = {
  name: name.optional().describe("Lets a group that inherits this one replace it, or remove it"),
  together: z.array(text).min(2).optional().describe("Same node; the first leads, the others follow it"),
  apart: z.array(text).min(2).optional().describe("Never two of them on one node"),
  order: z.array(text).min(2).optional().describe("Start in this order, stop in reverse"),
  prefer: text.optional().describe("A workload that has preferred nodes"),
  avoid: text
    .optional()
    .describe("A workload that runs on these nodes only where no other is left, or never"),
  "only-on": text.optional().describe("A workload that runs on these nodes alone"),
  spread: z
    .array(text)
    .min(2)
    .optional()
    .describe("No two of them on nodes with one value of the attribute over"),
  "needs-network": text.optional().describe("A workload that leaves a node which has lost this network"),
  "keep-running": text
    .optional()
    .describe("A workload with one-per-node that runs so many times, not on every node"),
  "needs-ticket": text
    .optional()
    .describe("A workload that runs only while the group holds a ticket of its TicketManager"),
  profile: text.optional().describe("A ConstraintProfile by name"),
  over: text.optional().describe("With spread: an attribute of nodes, as cabinet"),
  where: z
    .record(z.string(), scalar)
    .optional()
    .describe("Instead of nodes: the nodes with these attributes, as { cabinet: a }"),
  ifPossible: z.boolean().optional().describe("With together, apart, spread, avoid: a wish, not a condition"),
  network: text.optional().describe("With needs-network: one of the group's networks"),
  ticket: text.optional().describe("With needs-ticket: the ticket's name"),
  onLoss: z
    .enum(["stop", "demote", "fence", "freeze"])
    .optional()
    .describe(
      "With needs-ticket: what happens when the ticket is lost: stop it, fence its node at once, for a leader demote; default stop, for a leader demote",
    ),
  targets: z
    .array(address)
    .min(1)
    .optional()
    .describe(
      "With needs-network: addresses that answer while the network is there; default: the other nodes",
    ),
};

/** Numbers may be a {parameter} in a ConstraintProfile. */
function shape<Whole extends z.ZodType, Score extends z.ZodType>(int: Whole, scoreOf: Score) {
  return {
    ...words,
    nodes: z
      .union([z.record(z.string(), scoreOf), z.array(text).min(1)])
      .optional()
      .describe("With prefer, avoid, only-on: names of nodes, for prefer with a score each"),
    score: scoreOf.optional().describe("With where: how much; default 100 for prefer"),
    count: int.optional().describe("With keep-running: how many"),
    survive: z
      .strictObject({
        nodes: int.optional().describe("Nodes lost at once, whichever they are"),
        networks: int.optional().describe("Networks cut at once"),
        cabinets: int.optional().describe("Values of the nodes' attribute cabinet, each with all its nodes"),
      })
      .optional()
      .describe("Losses at the same time that no workload may stay down after; dcn-ha prove shows it"),
    with: z
      .record(z.string(), z.union([scalar, z.array(text)]))
      .optional()
      .describe("With profile: its roles, each a workload, and its parameters"),
  };
}

export const constraintSchema = z.strictObject(shape(z.int().min(0).max(64), score));
export const constraintTemplateSchema = z.strictObject(
  shape(z.union([z.int().min(0).max(64), template]), z.union([score, template])),
);

/** One constraint of a group. */
export type ConstraintText = z.infer<typeof constraintSchema>;
/** One constraint of a ConstraintProfile: names are roles, {parameters} are replaced. */
export type ConstraintTemplate = z.infer<typeof constraintTemplateSchema>;
