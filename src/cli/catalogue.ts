// The commands that exist, in the order in which help lists them. A command's file is loaded only when it is called.
import type { CommandDefinition } from "./command.js";

/** A command before its file is loaded. */
export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandDefinition>;
}

/** All commands. Help of the whole program is made from this table alone. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: "validate",
    summary: "checks profiles offline and prints every finding with its position",
    load: async () => (await import("./commands/validate.js")).command,
  },
  {
    name: "render",
    summary: "prints what a group becomes: model, CIB, corosync.conf, pcs commands or booth.conf",
    load: async () => (await import("./commands/render.js")).command,
  },
  {
    name: "import",
    summary: "writes the NodeGroup document of a cluster that exists",
    load: async () => (await import("./commands/import.js")).command,
  },
  {
    name: "plan",
    summary: "says what apply would change, and what Pacemaker would stop, start or move then",
    load: async () => (await import("./commands/plan.js")).command,
  },
  {
    name: "prove",
    summary: "shows which failures a group survives: where each workload goes, and what is lost and why",
    load: async () => (await import("./commands/prove.js")).command,
  },
  {
    name: "apply",
    summary: "brings the nodes to what the profile says; forms the cluster if there is none",
    load: async () => (await import("./commands/apply.js")).command,
  },
  {
    name: "status",
    summary: "says how a group is now: DC, quorum, links, nodes, workloads, failures",
    load: async () => (await import("./commands/status.js")).command,
  },
  {
    name: "monitor",
    summary: "tells what happens in groups as it happens, with causes and measured outages",
    load: async () => (await import("./commands/monitor.js")).command,
  },
  {
    name: "drill",
    summary: "breaks groups in earnest, watches from outside, and shows whether they heal as promised",
    load: async () => (await import("./commands/drill.js")).command,
  },
  {
    name: "confirm",
    summary: "keeps a change that would go back by itself (apply --confirm-within)",
    load: async () => (await import("./commands/confirm.js")).command,
  },
  {
    name: "lock",
    summary: "says who is changing a group now, and frees the lock of somebody who is gone",
    load: async () => (await import("./commands/lock.js")).command,
  },
  {
    name: "node",
    summary: "adds, removes or replaces a node of a running cluster; standby and back",
    load: async () => (await import("./commands/node.js")).command,
  },
  {
    name: "link",
    summary: "brings the links of a running cluster to the networks of the profile",
    load: async () => (await import("./commands/link.js")).command,
  },
  {
    name: "qdevice",
    summary: "brings the quorum device of a running cluster to what the profile says",
    load: async () => (await import("./commands/qdevice.js")).command,
  },
  {
    name: "keys",
    summary: "gives a running cluster new keys",
    load: async () => (await import("./commands/keys.js")).command,
  },
  {
    name: "image",
    summary: "makes OS images with the cluster inside",
    load: async () => (await import("./commands/image.js")).command,
  },
  {
    name: "explain",
    summary: "says what a finding's code means, what a profile takes, or how a group's times were computed",
    load: async () => (await import("./commands/explain.js")).command,
  },
  {
    name: "schema",
    summary: "prints the JSON Schema of a kind of profile, for editors",
    load: async () => (await import("./commands/schema.js")).command,
  },
  {
    name: "rollout",
    summary: "brings another OS image onto every node of groups, one node at a time",
    load: async () => (await import("./commands/rollout.js")).command,
  },
  {
    name: "lab",
    summary: "runs real clusters on this machine: nodes, networks, BMCs, faults",
    load: async () => (await import("./commands/lab.js")).command,
  },
  {
    name: "doctor",
    summary: "says what this machine has and lacks, and what to install",
    load: async () => (await import("./commands/doctor.js")).command,
  },
  {
    name: "completion",
    summary: "prints a completion script for the shell",
    load: async () => (await import("./commands/completion.js")).command,
  },
];
