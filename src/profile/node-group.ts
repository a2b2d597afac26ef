// NodeGroup: the nodes of one cluster, its networks, fencing, workloads and constraints.
import { cibTierSchema } from "./cib-tier.js";
import { monitoringSchema } from "./cluster-policy.js";
import { constraintSchema } from "./constraint.js";
import { corosyncTierSchema } from "./corosync-text.js";
import { fenceSchema } from "./fence-text.js";
import { host, macAddress, name, nodeName, scalar, text } from "./values.js";
import { capacitySchema, workloadSchema } from "./workload-text.js";
import { z } from "./zod.js";

const port = z.int().min(1).max(65_535).optional();

const sshShape = {
  port: port.meta({ description: "TCP port of sshd", default: 22 }),
  user: text.min(1).optional().describe("Login whose sudo covers the on-node helper"),
  adminUser: text.min(1).optional().describe("Login that may install the helper on a bare node"),
  identityFile: text.min(1).optional().describe("Private key, relative to this file"),
  knownHosts: text.min(1).optional().describe("known_hosts file, relative to this file"),
};
const nodeSsh = z.strictObject({
  address: host.optional().describe("Default: the address in the first network"),
  hostKey: text.min(1).optional().describe("The host's whole public key, as in known_hosts"),
  ...sshShape,
});

const quorumDevice = z.strictObject({
  address: host.describe("The host of corosync-qnetd; it is no node of this or any cluster that it serves"),
  port: z.int().min(1).max(65_535).optional(),
  algorithm: z
    .enum(["ffsplit", "lms"])
    .describe("ffsplit: one of two halves goes on; lms: even the last node goes on"),
  tls: z.enum(["required", "on", "off"]).optional().describe("Default required"),
  tieBreaker: z
    .enum(["lowest", "highest"])
    .optional()
    .describe("Which half goes on where all else is equal; default lowest"),
  ssh: nodeSsh
    .optional()
    .describe("How to log in to it, to have certificates signed; default: the group's ssh at this address"),
});

const identity = z.strictObject({
  hostname: nodeName.optional().describe("Default: the name of the node"),
  mac: z
    .union([macAddress, z.array(macAddress).min(1)])
    .optional()
    .describe("Of one of its network interfaces; several where one may be replaced"),
  serial: text
    .regex(/^[A-Za-z0-9._:/#()-]([A-Za-z0-9._:/#() -]{0,62}[A-Za-z0-9._:/#()-])?$/)
    .optional()
    .describe("Serial number of the board, as /sys/class/dmi/id/product_serial gives it"),
  kernelArgument: nodeName
    .optional()
    .describe("What stands behind dcn-ha.node= on its kernel command line; default: the name of the node"),
});

const node = z.strictObject({
  name: nodeName,
  id: z.int().min(1).max(4_294_967_295).optional().describe("corosync node id; default: place in the list"),
  addresses: z
    .record(z.string(), host)
    .describe("One address in each of the networks, as { site: 10.20.0.11 }"),
  attributes: z
    .record(z.string(), scalar)
    .optional()
    .describe("What constraints may ask for, as { cabinet: a }"),
  ssh: nodeSsh.optional().describe("How to log in; default: the group's ssh"),
  fence: fenceSchema.optional().describe("How the others power it off"),
  identity: identity
    .optional()
    .describe("How a device of the image finds out at first boot that it is this node"),
  capacity: capacitySchema.optional().describe("What it has room for, as { cpu: 4, memory: 2GiB }"),
});

export const nodeGroupSchema = z
  .strictObject({
    kind: z.literal("NodeGroup"),
    name,
    summary: text.optional().describe("What the group is for, in one line"),
    policy: text
      .optional()
      .describe(
        "A ClusterPolicy by name, or the path of its file; a group that is wholly cib: may do without",
      ),
    networks: z.array(name).describe("One knet link each, in link order; at most 8"),
    ssh: z.strictObject(sshShape).optional().describe("Defaults for all nodes"),
    nodes: z.array(node).describe("Two to sixteen; the first has corosync id 1"),
    quorumDevice: quorumDevice
      .optional()
      .describe("A host outside of the group that gives one half the vote"),
    workloads: z.array(workloadSchema).optional().describe("What runs, each under a name of yours"),
    constraints: z
      .array(constraintSchema)
      .optional()
      .describe("How workloads sit together, apart, in order, near a network"),
    tickets: text
      .optional()
      .describe(
        "For a group that is one of several sites: its TicketManager, by name or by the path of its file",
      ),
    corosync: corosyncTierSchema
      .optional()
      .describe("Full power: keys of corosync.conf by their own names, over what the policy computes"),
    monitoring: monitoringSchema
      .optional()
      .describe("How the group can be watched, where it differs from its policy"),
    cib: cibTierSchema.optional(),
  })
  .meta({
    title: "NodeGroup",
    description: "The nodes of one cluster, its networks, fencing, workloads and constraints",
  });

/** One group of nodes as written. */
export type NodeGroup = z.infer<typeof nodeGroupSchema>;
/** One node of it. */
export type NodeText = NodeGroup["nodes"][number];
/** The quorum device of a group. */
export type QuorumDeviceText = z.infer<typeof quorumDevice>;
