// Names that Pacemaker knows (2.1.5 to 3.0, from its daemons' metadata): it ignores a mistyped one in silence, and so does crm_verify.
import type { Report } from "./report.js";
import { hintFor } from "./spelling.js";

const PROPERTIES = (
  "batch-limit cluster-delay cluster-ipc-limit cluster-recheck-interval concurrent-fencing dc-deadtime election-timeout enable-acl " +
  "enable-startup-probes fence-reaction join-finalization-timeout join-integration-timeout load-threshold maintenance-mode " +
  "migration-limit no-quorum-policy node-action-limit node-health-base node-health-green node-health-red node-health-strategy " +
  "node-health-yellow node-pending-timeout pe-error-series-max pe-input-series-max pe-warn-series-max placement-strategy " +
  "priority-fencing-delay shutdown-escalation shutdown-lock shutdown-lock-limit start-failure-is-fatal startup-fencing " +
  "stonith-action stonith-enabled stonith-max-attempts stonith-timeout stonith-watchdog-timeout stop-all-resources " +
  "stop-orphan-actions stop-orphan-resources symmetric-cluster transition-delay"
).split(" ");

const RESOURCE_DEFAULTS = (
  "allow-migrate allow-unhealthy-nodes container-attribute-target critical failure-timeout is-managed maintenance " +
  "migration-threshold multiple-active priority requires resource-stickiness target-role"
).split(" ");

const OPERATION_DEFAULTS = "enabled interval-origin on-fail record-pending start-delay timeout".split(" ");

const KNOWN = {
  properties: PROPERTIES,
  resourceDefaults: RESOURCE_DEFAULTS,
  operationDefaults: OPERATION_DEFAULTS,
} as const;

/** The parts of a policy whose names Pacemaker must know. */
export type NamedPart = keyof typeof KNOWN;

/** The cluster property that was meant, and what others there are. */
export function propertyHint(name: string): string {
  return hintFor(name, PROPERTIES);
}

/** Reports names that no Pacemaker from 2.1 on would act upon. */
export function checkPropertyNames(part: NamedPart, names: readonly string[], report: Report): void {
  for (const name of names) {
    if (KNOWN[part].includes(name)) continue;
    const options = { hint: hintFor(name, KNOWN[part]), atKey: true };
    report(
      "UNKNOWN_PROPERTY",
      [part, name],
      `Pacemaker has no ${name} here, and would ignore it in silence`,
      options,
    );
  }
}
