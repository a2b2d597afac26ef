// What values Pacemaker takes for cluster properties, meta attributes and options of operations (2.1.5 to 3.0, from its daemons' metadata and Pacemaker Explained).

/** What a value may be. */
export type ValueForm =
  | { readonly kind: "boolean" | "score" | "percent" | "date" | "text" }
  | { readonly kind: "integer"; readonly least?: number }
  | { readonly kind: "time"; readonly least?: string; readonly negative?: boolean }
  | { readonly kind: "choice"; readonly choices: readonly string[] };

/** The parts of a policy whose names and values Pacemaker must know. */
export type NamedPart = "properties" | "resourceDefaults" | "operationDefaults";

type Named = readonly (readonly [name: string, form: ValueForm])[];

const all = (names: string, form: ValueForm): Named => names.split(" ").map((name) => [name, form]);
const choice = (name: string, choices: string): Named =>
  all(name, { kind: "choice", choices: choices.split(" ") });

const PROPERTIES: Named = [
  ...all(
    "concurrent-fencing enable-acl enable-startup-probes maintenance-mode shutdown-lock start-failure-is-fatal startup-fencing " +
      "stonith-enabled stop-all-resources stop-orphan-actions stop-orphan-resources symmetric-cluster",
    { kind: "boolean" },
  ),
  ...all(
    "batch-limit migration-limit node-action-limit pe-error-series-max pe-input-series-max pe-warn-series-max",
    { kind: "integer" },
  ),
  ...all("cluster-ipc-limit stonith-max-attempts", { kind: "integer", least: 1 }),
  ...all("node-health-base node-health-green node-health-red node-health-yellow", { kind: "score" }),
  ...all(
    "cluster-delay cluster-recheck-interval dc-deadtime election-timeout join-finalization-timeout join-integration-timeout " +
      "node-pending-timeout priority-fencing-delay shutdown-escalation shutdown-lock-limit transition-delay",
    { kind: "time" },
  ),
  // No power supply is switched off, and seen to be off, in less.
  ...all("stonith-timeout", { kind: "time", least: "5s" }),
  // Below nothing: twice the watchdog's own time.
  ...all("stonith-watchdog-timeout", { kind: "time", negative: true }),
  ...all("load-threshold", { kind: "percent" }),
  ...choice("fence-reaction", "stop panic"),
  ...choice("no-quorum-policy", "stop freeze ignore demote suicide fence"),
  ...choice("node-health-strategy", "none migrate-on-red only-green progressive custom"),
  ...choice("placement-strategy", "default utilization minimal balanced"),
  ...choice("stonith-action", "reboot off poweroff"),
];

const RESOURCE_DEFAULTS: Named = [
  ...all("allow-migrate allow-unhealthy-nodes critical is-managed maintenance", { kind: "boolean" }),
  ...all("priority resource-stickiness", { kind: "score" }),
  ...all("migration-threshold", { kind: "integer", least: 0 }),
  ...all("failure-timeout", { kind: "time" }),
  ...all("container-attribute-target", { kind: "text" }),
  ...choice("multiple-active", "block stop_only stop_start stop_unexpected"),
  ...choice("requires", "nothing quorum fencing unfencing"),
  ...choice("target-role", "Started Stopped Promoted Unpromoted Master Slave"),
];

const OPERATION_DEFAULTS: Named = [
  ...all("enabled record-pending", { kind: "boolean" }),
  // A shell alone takes part of this on a small computer under load.
  ...all("timeout", { kind: "time", least: "1s" }),
  ...all("start-delay", { kind: "time" }),
  ...all("interval-origin", { kind: "date" }),
  ...choice("on-fail", "restart fence demote standby stop block ignore restart-container"),
];

/** Names with the form of their values, by part. */
export const FORMS: Readonly<Record<NamedPart, ReadonlyMap<string, ValueForm>>> = {
  properties: new Map(PROPERTIES),
  resourceDefaults: new Map(RESOURCE_DEFAULTS),
  operationDefaults: new Map(OPERATION_DEFAULTS),
};
