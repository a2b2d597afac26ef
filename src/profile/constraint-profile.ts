// ConstraintProfile: constraints between roles, which a group fills with its workloads, and values for its parameters.
import { constraintTemplateSchema } from "./constraint.js";
import { parameterSchema } from "./parameter.js";
import { name, text } from "./values.js";
import { z } from "./zod.js";

export const constraintProfileSchema = z
  .strictObject({
    kind: z.literal("ConstraintProfile"),
    name,
    summary: text.optional(),
    roles: z.record(z.string(), text).describe("Role → what it is; constraints name roles, groups fill them"),
    parameters: z
      .record(z.string(), parameterSchema)
      .optional()
      .describe("Values that a group may give; {parameter} in a constraint is replaced"),
    constraints: z.array(constraintTemplateSchema).min(1),
  })
  .meta({ title: "ConstraintProfile" });

/** Constraints between roles. */
export type ConstraintProfile = z.infer<typeof constraintProfileSchema>;
