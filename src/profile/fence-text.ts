// Fencing of one node as profiles write it: by its BMC, its sockets, its hypervisor, a shared disk, or any agent (fence-agents).
import { secretSchema as secret } from "./secret-reference.js";
import { host, scalar, text } from "./values.js";
import { z } from "./zod.js";

const port = z.int().min(1).max(65_535).optional();
const login = { username: text.min(1), password: secret };

const redfish = z.strictObject({
  address: host,
  port,
  ...login,
  systemsUri: text.min(1).optional().describe("Default: the last system that the service lists"),
  tls: z.enum(["verify", "insecure"]).optional().describe("Default verify"),
});

const ipmi = z.strictObject({
  address: host,
  port,
  ...login,
  lanplus: z.boolean().optional().describe("IPMI 2.0 with encryption; default true"),
  privilege: z
    .enum(["callback", "user", "operator", "administrator"])
    .optional()
    .describe("Default: operator, which may switch the power and no more"),
  cipher: z.int().min(0).max(17).optional().describe("Cipher suite; 17 where the BMC knows it"),
});

const pdu = z.strictObject({
  agent: text.optional().describe("Fence agent of the PDU; default fence_apc_snmp"),
  outlets: z
    .array(z.strictObject({ pdu: host, outlet: z.union([z.int().min(0), text.min(1)]) }))
    .min(1)
    .describe("Every outlet that feeds the node, on one PDU or several: all are off before any is on again"),
  port,
  community: text
    .min(1)
    .optional()
    .describe("SNMP 1 and 2c: it stands readable in the CIB; prefer a user with SNMP 3"),
  username: text.min(1).optional().describe("SNMP 3 user, or login of the PDU"),
  password: secret.optional(),
  privacy: secret.optional().describe("SNMP 3 privacy password"),
});

const libvirt = z.strictObject({
  address: host.describe("The hypervisor, reached by SSH"),
  domain: text.min(1).describe("The node's name there"),
  username: text.min(1),
  password: secret.optional(),
  identityFile: text.min(1).optional().describe("Private key on the nodes; instead of a password"),
});

const sbd = z.strictObject({
  disks: z
    .array(text.regex(/^\/dev\/\S+$/))
    .min(1)
    .max(3)
    .describe("Shared disks, by a name that is the same on every node"),
  watchdog: text
    .regex(/^\/dev\/\S+$/)
    .optional()
    .describe("Watchdog device; default /dev/watchdog"),
});

const agent = z.strictObject({
  name: text.regex(/^fence_[a-z0-9_]+$/).describe("A fence agent, as fence_raritan"),
  parameters: z.record(z.string(), scalar).optional().describe("The agent's own parameters"),
  secrets: z
    .record(z.string(), secret)
    .optional()
    .describe(
      "Parameters that are secrets, as password: { secret: pdu/dcn1 }; the agent must be able to ask a script for them",
    ),
  plug: z
    .union([z.int().min(0), text.min(1)])
    .optional()
    .describe("The node's name or number at the device"),
});

/** Kinds of fencing, in the order in which they are tried unless `levels` says otherwise. */
export const FENCE_METHODS = ["redfish", "ipmi", "libvirt", "agent", "sbd", "pdu"] as const;

export const fenceSchema = z.strictObject({
  redfish: redfish.optional().describe("A Redfish BMC"),
  ipmi: ipmi.optional().describe("An IPMI BMC"),
  libvirt: libvirt.optional().describe("A hypervisor with libvirt"),
  agent: agent.optional().describe("Any fence agent by its own parameters"),
  sbd: sbd.optional().describe("A poison pill on a shared disk"),
  pdu: pdu.optional().describe("Switched power outlets"),
  levels: z
    .array(z.array(z.enum(FENCE_METHODS)).min(1))
    .min(1)
    .max(9)
    .optional()
    .describe(
      "What is tried first, second …; the devices of one level must all work. Default: each kind is a level",
    ),
});

/** How one node is fenced. */
export type FenceText = z.infer<typeof fenceSchema>;
/** A kind of fencing. */
export type FenceMethod = (typeof FENCE_METHODS)[number];
