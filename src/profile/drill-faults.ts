// What a drill can break: each fault with the parameters that it needs and those that it may have (docs/drills.md).

/** Machines that a step may name by their part in the group, so that one document fits every group. */
export const DRILL_TARGETS = [
  "holder",
  "dc",
  "bystander",
  "second-bystander",
  "every",
  "quorum-device",
  "remote",
] as const;

/** A machine by its part: `holder` runs the workload, a bystander neither runs it nor is the DC where there is a choice. */
export type DrillTarget = (typeof DRILL_TARGETS)[number];

/** Parameters of faults. */
export type DrillParameter =
  | "node"
  | "peer"
  | "network"
  | "daemon"
  | "folder"
  | "mode"
  | "percent"
  | "rate"
  | "times"
  | "every"
  | "line";

/** What a fault takes, in the order in which it is handed on. */
interface FaultShape {
  readonly needs: readonly DrillParameter[];
  readonly takes?: readonly DrillParameter[];
  readonly modes?: readonly string[];
}

const node: FaultShape = { needs: ["node"] };

/** Every fault by name. */
export const DRILL_FAULTS = {
  "power-off": node,
  freeze: node,
  reboot: node,
  fence: node,
  "break-boot": node,
  "kill-daemon": { needs: ["node", "daemon"], takes: ["times", "every"] },
  "stop-daemon": { needs: ["node", "daemon"] },
  "kill-workload": node,
  "stop-cluster": node,
  standby: node,
  "cut-node": node,
  "cut-network": { needs: ["network"], takes: ["node"] },
  "cut-direction": { needs: ["node", "peer"] },
  "cut-pair": { needs: ["node", "peer"] },
  "cut-ssh": node,
  loss: { needs: ["node", "percent"] },
  misbehave: { needs: ["node", "line"] },
  "link-down": { needs: ["node", "network"], takes: ["mode"], modes: ["node", "switch"] },
  flap: { needs: ["node", "network", "every", "times"] },
  squeeze: { needs: ["node", "rate"] },
  "disk-full": { needs: ["node", "folder"] },
  "read-only": { needs: ["node", "folder"] },
  agent: {
    needs: ["node", "mode"],
    modes: ["fail-start", "fail-stop", "fail-monitor", "hang-start", "hang-monitor", "slow-start"],
  },
  bmc: {
    needs: ["node", "mode"],
    modes: ["refuses", "hangs", "lies", "dead", "dead-with-node", "unauthorized", "fails-twice", "stays-off"],
  },
  "hide-fence-agent": node,
  cib: {
    needs: ["node", "mode"],
    modes: ["removed", "truncated", "flipped", "emptied", "unsigned", "stale", "ahead", "unsynced"],
  },
  corosync: { needs: ["node", "mode"], modes: ["wrong-key", "old-conf", "same-id"] },
  "alert-hangs": node,
  memory: node,
  sshd: { needs: ["node", "mode"], modes: ["stopped", "chatty", "one-at-a-time", "other-key"] },
  controller: {
    needs: ["mode"],
    takes: ["node"],
    modes: [
      "killed",
      "paused",
      "twice",
      "lock-left",
      "foreign-edit",
      "few-files",
      "bad-input",
      "unknown-image",
      "wrong-clock",
      "reconciles",
    ],
  },
} as const satisfies Readonly<Record<string, FaultShape>>;

/** A fault by name. */
export type DrillFaultName = keyof typeof DRILL_FAULTS;

/** All of them, in the order of the table. */
export const DRILL_FAULT_NAMES = Object.keys(DRILL_FAULTS) as [DrillFaultName, ...DrillFaultName[]];

/** What a fault takes. */
export function faultShape(name: DrillFaultName): FaultShape {
  return DRILL_FAULTS[name];
}
