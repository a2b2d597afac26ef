// Cluster model → findings: what corosync and Pacemaker accept, and what still ends in an outage.
export { canonicalAddress } from "./addresses.js";
export { actionsMs } from "./assumed-times.js";
export { COROSYNC_KEYS, isPatternKey as isCorosyncPatternKey } from "./corosync-keys.js";
export { corosyncBoolean, corosyncValueFault } from "./corosync-values.js";
export { disabledWords, type FenceDevice, fenceDevicesOf, watchdogWaitMs } from "./fence-device.js";
export {
  answers,
  countsOnWatchdog,
  type Fencing,
  fencingOf,
  fencingTime,
  type Helpers,
  longestFencing,
  waysToFence,
  whyUnclear,
} from "./fencing-time.js";
export { lintCluster, lintLive, type Promises } from "./lint.js";
export { findingsForPacemaker3 } from "./pacemaker-3.js";
export { inWords, timeMs } from "./pacemaker-time.js";
export { allowedNodes } from "./placement.js";
export { type Neighbours, orderedAround } from "./start-order.js";
export { type ClusterView, clusterView } from "./view.js";
