// ClusterPolicy: quorum, timing, fencing and defaults that fit a size of group (Pacemaker Explained, "Cluster Options"; votequorum(5)).
import { corosyncPolicySchema } from "./corosync-text.js";
import { duration, name, scalar, text } from "./values.js";
import { z } from "./zod.js";

const properties = z.record(z.string(), scalar);

const timing = z.strictObject({
  token: duration.describe("corosync's token timeout for two nodes and two networks"),
  tokenPerExtraNode: duration.optional().describe("Added for each node beyond two; default 0ms"),
  tokenWithOneNetwork: duration
    .optional()
    .describe(
      "Added where a group has one network only, so that no second link bridges a short fault; default 0ms",
    ),
});

const quorum = z.strictObject({
  waitForAll: z.boolean().optional().describe("After a full stop, wait until all nodes were seen"),
  autoTieBreaker: z
    .boolean()
    .optional()
    .describe(
      "Cut into two equal halves, the half with the lowest node id goes on; only used for an even number of nodes",
    ),
  device: z
    .enum(["required", "allowed", "forbidden"])
    .optional()
    .describe("Whether the group has a quorumDevice; default allowed"),
});

const watchdog = z.strictObject({
  device: text.regex(/^\/dev\/\S+$/).describe("Watchdog device on every node, as /dev/watchdog0"),
  timeout: duration.optional().describe("Default: 15s, with a quorum device 35s or longer"),
});

const fencing = z.strictObject({
  required: z.boolean().optional().describe("Refuse a group with a node that nobody can fence; default true"),
  raceDelay: duration
    .optional()
    .describe(
      "Delay of the fencing of the first node, so that a race in a pair has one survivor; default: computed",
    ),
  offTime: duration
    .optional()
    .describe("How long a fence device needs to cut the power, from which raceDelay is computed; default 3s"),
  survivor: z
    .enum(["first-node", "busiest"])
    .optional()
    .describe(
      "Who survives a race in a pair: always the first node, or the one whose workloads weigh more; default first-node",
    ),
  monitorInterval: duration.optional().describe("How often each fence device is asked; default 60s"),
  watchdog: watchdog
    .optional()
    .describe("Fencing by sbd without a disk: a node that lost its quorum resets itself"),
});

/** What a group brings so that it can be watched. */
export const monitoringSchema = z.strictObject({
  alerts: z
    .boolean()
    .optional()
    .describe(
      "Whether Pacemaker tells each node's spool of events, which dcn-ha monitor follows; default true",
    ),
});

const gate = z.strictObject({
  grace: duration.describe("How long a booting node waits for its peers"),
  gracePerExtraNode: duration.optional().describe("Added for each node beyond two; default 0ms"),
});

export const clusterPolicySchema = z
  .strictObject({
    kind: z.literal("ClusterPolicy"),
    name,
    summary: text.optional(),
    nodes: z
      .strictObject({ min: z.int().min(2).max(16), max: z.int().min(2).max(16) })
      .describe("How many nodes a group with this policy has"),
    timing,
    quorum: quorum.optional(),
    fencing: fencing.optional(),
    gate,
    monitoring: monitoringSchema.optional(),
    corosync: corosyncPolicySchema
      .optional()
      .describe("Keys of corosync.conf by their own names, over what is computed"),
    properties: properties
      .describe(
        "Cluster properties, by the names that every Pacemaker from 2.1 on knows (stonith-…); dc-deadtime is computed",
      )
      .optional(),
    resourceDefaults: properties.describe("rsc_defaults, by Pacemaker's names").optional(),
    operationDefaults: properties.describe("op_defaults, by Pacemaker's names").optional(),
  })
  .meta({ title: "ClusterPolicy" });

/** Quorum, timing, fencing and defaults of a group. */
export type ClusterPolicy = z.infer<typeof clusterPolicySchema>;
