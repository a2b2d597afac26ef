// WorkloadProfile: a kind of workload with typed parameters, and the resources that it becomes (Pacemaker Explained, "Cluster Resources").
import { parameterSchema } from "./parameter.js";
import { checkedText, durationFault, name, scalar, text } from "./values.js";
import { z } from "./zod.js";

const templateOrDuration = checkedText("Duration, or {parameter}", (value) =>
  value.includes("{") ? undefined : durationFault(value),
);

const operation = z.strictObject({
  interval: templateOrDuration.optional(),
  timeout: templateOrDuration.optional(),
  onFail: z.enum(["restart", "fence", "stop", "block", "ignore", "standby", "demote"]).optional(),
  checkLevel: z.int().min(0).optional().describe("OCF_CHECK_LEVEL: how deep the agent looks"),
});

const resource = z.strictObject({
  name: name.optional().describe("Ending of the resource's id where the profile has several"),
  when: text.optional().describe("Only where this parameter has a value"),
  agent: text.describe("Agent, as ocf:heartbeat:IPaddr2; {parameter} is replaced"),
  attributes: z.record(z.string(), text).optional().describe("Instance attributes; {parameter} is replaced"),
  attributesFrom: text
    .optional()
    .describe("A parameter of type map, whose entries become instance attributes too"),
  meta: z
    .record(z.string(), scalar)
    .optional()
    .describe("Meta attributes of this resource; {parameter} is replaced"),
  operations: z.record(z.string(), operation).optional(),
  leader: z
    .boolean()
    .optional()
    .describe("A promotable clone: it runs on every node, and the resources after it only where it leads"),
  cloneMeta: z.record(z.string(), scalar).optional().describe("With leader: meta attributes of the clone"),
});

export const workloadProfileSchema = z
  .strictObject({
    kind: z.literal("WorkloadProfile"),
    name,
    summary: text.optional(),
    needs: z.array(text).optional().describe("What must be on every node, in words"),
    parameters: z.record(z.string(), parameterSchema).optional(),
    resources: z.array(resource).min(1).describe("In start order; several become a group"),
  })
  .meta({ title: "WorkloadProfile" });

/** A kind of workload. */
export type WorkloadProfile = z.infer<typeof workloadProfileSchema>;
/** One resource that it becomes. */
export type WorkloadResource = z.infer<typeof resource>;
