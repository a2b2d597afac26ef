// The kinds of documents and their schemas.
import { tierJsonSchema } from "../cib/index.js";
import { clusterPolicySchema } from "./cluster-policy.js";
import { constraintProfileSchema } from "./constraint-profile.js";
import { drillSchema } from "./drill.js";
import { forEditors } from "./editor-schema.js";
import { filledShape, heritageShape } from "./heritage.js";
import { imageSetSchema } from "./image-set.js";
import { nodeGroupSchema } from "./node-group.js";
import { rolloutSchema } from "./rollout.js";
import type { ProfileKind } from "./source.js";
import { ticketManagerSchema } from "./ticket-manager.js";
import { workloadProfileSchema } from "./workload-profile.js";
import { z } from "./zod.js";

/** What an editor offers to start from. */
const EXAMPLE_GROUP = {
  kind: "NodeGroup",
  name: "cabinet-7",
  policy: "edge-three-node",
  networks: ["site", "process"],
  nodes: ["11", "12", "13"].map((host, index) => ({
    name: `dcn${index + 1}`,
    addresses: { site: `10.20.0.${host}`, process: `10.30.0.${host}` },
    fence: {
      redfish: { address: `10.40.0.${host}`, username: "dcn", password: { secret: `bmc/dcn${index + 1}` } },
    },
  })),
  workloads: [{ name: "historian", profile: "systemd-service", with: { unit: "historian.service" } }],
};

const schemas = {
  NodeGroup: nodeGroupSchema.extend(filledShape).meta({ title: "NodeGroup", examples: [EXAMPLE_GROUP] }),
  WorkloadProfile: workloadProfileSchema.extend(heritageShape).meta({ title: "WorkloadProfile" }),
  ConstraintProfile: constraintProfileSchema.extend(heritageShape).meta({ title: "ConstraintProfile" }),
  ClusterPolicy: clusterPolicySchema.extend(filledShape).meta({ title: "ClusterPolicy" }),
  ImageSet: imageSetSchema,
  TicketManager: ticketManagerSchema.extend(filledShape).meta({ title: "TicketManager" }),
  Rollout: rolloutSchema.meta({ title: "Rollout" }),
  Drill: drillSchema.meta({ title: "Drill" }),
} as const;

/** The kinds that a document may have. */
export const PROFILE_KINDS: readonly ProfileKind[] = [
  "NodeGroup",
  "WorkloadProfile",
  "ConstraintProfile",
  "ClusterPolicy",
  "ImageSet",
  "TicketManager",
  "Rollout",
  "Drill",
];

/** True for the name of a kind. */
export function isProfileKind(kind: string): kind is ProfileKind {
  return (PROFILE_KINDS as readonly string[]).includes(kind);
}

/** The zod schema of a kind. */
export function schemaOf(kind: ProfileKind): (typeof schemas)[ProfileKind] {
  return schemas[kind];
}

/** JSON Schema (draft 2020-12) of a whole document of a kind, with all that it inherits. */
export function wholeSchema(kind: ProfileKind): Record<string, unknown> {
  const schema = z.toJSONSchema(schemas[kind], { io: "input" });
  return kind === "NodeGroup"
    ? { ...schema, $defs: { ...schema.$defs, ...tierJsonSchema().definitions } }
    : { ...schema };
}

/** JSON Schema of a kind as its documents are written, for editors and `dcn-ha schema`. */
export function jsonSchema(kind: ProfileKind): Record<string, unknown> {
  const schema = wholeSchema(kind);
  const { shape } = schemas[kind];
  return "base" in shape ? { ...forEditors(schema, "with" in shape) } : schema;
}
