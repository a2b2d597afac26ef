// Desired × observed → what is to be done.
export {
  type CorosyncChange,
  type CorosyncChangeOptions,
  corosyncChanges,
  corosyncWay,
} from "./corosync-change.js";
export type { CorosyncWay } from "./corosync-keys.js";
export { type CibChange, type Decision, decide } from "./decide.js";
export {
  type DesiredFile,
  type DesiredGroup,
  type DesiredNode,
  renderGateConfig,
  renderSbdConfig,
} from "./desired.js";
export { earlierLife } from "./earlier-life.js";
export { modelFor, notTaken } from "./members.js";
export { preflight } from "./preflight.js";
export { refusal } from "./refusal.js";
