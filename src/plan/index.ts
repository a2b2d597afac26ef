// Desired × observed → what is to be done.
export {
  type CorosyncChange,
  type CorosyncChangeOptions,
  corosyncChanges,
  corosyncWay,
} from "./corosync-change.js";
export type { CorosyncWay } from "./corosync-keys.js";
export {
  type Between,
  betweenOf,
  type CorosyncUpdate,
  corosyncUpdate,
  movedLinks,
  withoutLinks,
} from "./corosync-update.js";
export { type CibChange, type Decision, decide, STANDBY_OWNER } from "./decide.js";
export {
  type DesiredFile,
  type DesiredGroup,
  type DesiredNode,
  renderGateConfig,
  renderSbdConfig,
  renderSbdUnit,
} from "./desired.js";
export type { DriftItem } from "./drift.js";
export { earlierLife } from "./earlier-life.js";
export { modelFor, notTaken, standbyOf, withDeviceTimesOf } from "./members.js";
export {
  type DraftPlan,
  draftPlan,
  groupDrift,
  hasDifferences,
  liveCib,
  type Plan,
  withRisk,
} from "./plan.js";
export {
  type PlanBase,
  type PlanFile,
  type PlannedNode,
  parsePlanFile,
  staleness,
  writePlanFile,
} from "./plan-file.js";
export { describeChecks, describeDrift, describePlan, type Paint } from "./plan-text.js";
export { type PredictedAction, type Prediction, predict } from "./prediction.js";
export { notByImage, notByUs, preflight } from "./preflight.js";
export { refusal } from "./refusal.js";
export { restartOrder, withoutRoom, withStandby } from "./restart-room.js";
export type { PlanStep, Risk } from "./steps.js";
export { describeUpgrade, needsWork, planUpgrade, type UpgradePlan } from "./upgrade.js";
