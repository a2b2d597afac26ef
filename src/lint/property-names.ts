// Cluster properties that Pacemaker 2.1.5 to 3.0 knows (pacemaker-controld(7), pacemaker-schedulerd(7), pacemaker-based(7)).

/** Names that every Pacemaker from 2.1 on acts upon. */
export const KNOWN_PROPERTIES: readonly string[] = (
  "batch-limit cluster-delay cluster-infrastructure cluster-ipc-limit cluster-name cluster-recheck-interval concurrent-fencing " +
  "dc-deadtime dc-version election-timeout enable-acl enable-startup-probes fence-reaction have-watchdog join-finalization-timeout " +
  "join-integration-timeout last-lrm-refresh load-threshold maintenance-mode migration-limit no-quorum-policy node-action-limit " +
  "node-health-base node-health-green node-health-red node-health-strategy node-health-yellow node-pending-timeout " +
  "pe-error-series-max pe-input-series-max pe-warn-series-max placement-strategy priority-fencing-delay remove-after-stop " +
  "shutdown-escalation shutdown-lock shutdown-lock-limit start-failure-is-fatal startup-fencing stonith-action stonith-enabled " +
  "stonith-max-attempts stonith-timeout stonith-watchdog-timeout stop-all-resources stop-orphan-actions stop-orphan-resources " +
  "symmetric-cluster transition-delay"
).split(" ");

/** Those among them that are times. */
export const TIMED_PROPERTIES: readonly string[] = (
  "cluster-delay cluster-recheck-interval dc-deadtime election-timeout join-finalization-timeout join-integration-timeout " +
  "node-pending-timeout priority-fencing-delay shutdown-escalation shutdown-lock-limit stonith-timeout transition-delay"
).split(" ");

/** Names since Pacemaker 3.0.2, and the older ones, which both know. */
export const OLDER_NAMES: ReadonlyMap<string, string> = new Map([
  ["fencing-enabled", "stonith-enabled"],
  ["fencing-action", "stonith-action"],
  ["fencing-timeout", "stonith-timeout"],
  ["fencing-max-attempts", "stonith-max-attempts"],
  ["fencing-watchdog-timeout", "stonith-watchdog-timeout"],
  ["fencing-reaction", "fence-reaction"],
]);
