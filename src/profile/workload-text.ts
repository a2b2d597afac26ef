// Workloads as a NodeGroup writes them: what runs, how it recovers, what it needs of a node, how its health is asked.
import { parameterValue } from "./parameter.js";
import { checkedText, duration, host, name, size, text } from "./values.js";
import { z } from "./zod.js";

const recovery = z.strictObject({
  start: z
    .enum(["automatic", "manual"])
    .optional()
    .describe(
      "After a node is lost: start on another one, or only become startable there; default automatic",
    ),
  triesBeforeMove: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe("Failures on one node before another one is tried; default: the policy's"),
  forgetFailuresAfter: duration
    .optional()
    .describe("Failures older than this do not count; default: the policy's"),
  moveBack: z
    .union([
      z.enum(["never", "immediately"]),
      z.strictObject({
        prefer: z.int().min(1).max(999_999).describe("What another node's preference must exceed"),
      }),
    ])
    .optional()
    .describe(
      "When a better node returns; with prefer: only to one whose score is higher than this by preference",
    ),
  priority: z
    .int()
    .min(0)
    .max(999_999)
    .optional()
    .describe("Where room or votes run short, higher goes first; default: the policy's"),
});

const URL_PARTS =
  /^https?:\/\/(?:([^\s/?#@]*)@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:[\]]+)(?::(\d+))?([/?#]\S*)?$/;
const HIGHEST_PORT = 65_535;
const url = checkedText("URL", (value) => {
  const parts = URL_PARTS.exec(value);
  const port = parts?.[2];
  if (parts?.[1]?.includes(":") === true) {
    const text =
      "a password in a URL would stand in the CIB, readable on every node: ask by a command that has it";
    return { code: "SECRET_IN_CLEAR", text };
  }
  if (parts === null)
    return { code: "BAD_URL", text: `"${value}" is no URL, as http://127.0.0.1:8080/health` };
  if (port === undefined || (Number(port) >= 1 && Number(port) <= HIGHEST_PORT)) return undefined;
  return { code: "BAD_URL", text: `"${value}" has no port from 1 to ${HIGHEST_PORT}` };
});

const probe = z.strictObject({
  command: text.min(1).optional().describe("Command on the node, run by sh as root; exit code 0 is healthy"),
  tcp: z
    .strictObject({
      address: host.optional().describe("Default 127.0.0.1"),
      port: z.int().min(1).max(65_535).describe("TCP port"),
    })
    .optional()
    .describe("Healthy where a connection opens"),
  http: z
    .strictObject({
      url: url.describe("As http://127.0.0.1:8080/health"),
      status: z.int().min(100).max(599).optional().describe("Expected status; default: any 2xx"),
      contains: text.min(1).optional().describe("Text that the answer must hold"),
    })
    .optional()
    .describe("Healthy where it answers as expected; certificates are not checked"),
  every: duration.optional().meta({ description: "Time between two looks", default: "10s" }),
  timeout: duration.optional().meta({ description: "Longest time for one look", default: "5s" }),
  failuresBeforeRestart: z.int().min(1).max(100).optional().describe("Bad looks in a row; default 3"),
  grace: duration
    .optional()
    .describe(
      "From when its start begins, bad looks do not count for this long, or until the first good one; default: the start's timeout and 60s",
    ),
});

const parameters = z.record(z.string(), parameterValue);

const member = z.strictObject({
  name,
  profile: text.describe("A WorkloadProfile by name"),
  with: parameters.optional().describe("Its parameters"),
  probe: probe.optional().describe("How its health is asked"),
});

/** How much there is, or is needed: whole numbers, or sizes. */
export const capacitySchema = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/), z.union([z.int().min(0), size]))
  .describe("By kind, as { cpu: 2, memory: 512MiB }");

export const workloadSchema = z.strictObject({
  name,
  profile: text.optional().describe("A WorkloadProfile by name"),
  with: parameters.optional().describe("Its parameters"),
  members: z
    .array(member)
    .min(1)
    .optional()
    .describe(
      "Instead of profile: several workloads that run on one node, started in this order, stopped in reverse",
    ),
  "one-per-node": z.boolean().optional().describe("Runs on every node at the same time"),
  leader: z
    .boolean()
    .optional()
    .describe("Runs on every node, and one instance leads; the agent must know promote"),
  recovery: recovery.optional().describe("What happens when it fails or its node is lost"),
  capacity: capacitySchema.optional(),
  probe: probe.optional().describe("How its health is asked"),
});

/** One workload of a group. */
export type WorkloadText = z.infer<typeof workloadSchema>;
/** One of several workloads in a workload. */
export type MemberText = z.infer<typeof member>;
/** How a workload recovers. */
export type RecoveryText = z.infer<typeof recovery>;
/** How a workload's health is asked. */
export type ProbeText = z.infer<typeof probe>;
/** Room by kind. */
export type CapacityText = z.infer<typeof capacitySchema>;
