// The use cases of dcn-ha, one file per verb: observe, decide, act.

export type { LockState } from "../coordination/index.js";
export { applyGroup } from "./apply.js";
export type { ApplyOptions, ApplyResult } from "./apply-round.js";
export { type Confirmed, confirmChange } from "./confirm.js";
export { changeLinks, changeQuorumDevice } from "./corosync.js";
export { type DrillOptions, runDrill } from "./drill.js";
export { GroupGround } from "./drill-group.js";
export { requireDrillable } from "./drill-refused.js";
export type { GroupStatus, NodeStatus, WorkloadStatus } from "./group-status.js";
export { type BuiltImage, buildImages, type ImageBuild, type ImageBuildOptions } from "./image-build.js";
export { type ContainerReport, lookAtContainer } from "./image-look.js";
export { type PipelineRun, runPipeline, type StepResult } from "./image-pipeline.js";
export {
  bundleImages,
  hostImages,
  imageRefs,
  mirrorContainerImages,
  mirrorImages,
  type PublishOptions,
  promoteImages,
  publishImages,
  unbundleImages,
} from "./image-publish.js";
export { type ImageLayers, imageLayers, renderLayers } from "./image-render.js";
export { type Imported, type ImportHost, type ImportOptions, importGroup } from "./import.js";
export { rotateKey } from "./keys.js";
export {
  breakLock,
  type GroupLock,
  type LockLook,
  type LockOptions,
  type LockView,
  showLock,
  withGroupLock,
} from "./lock.js";
export { type MonitorNews, type MonitorOptions, monitorGroup } from "./monitor.js";
export { addNode, removeNode } from "./nodes.js";
export {
  type ObservedDrift,
  observeDrift,
  type Planned,
  type PlanOptions,
  planFileText,
  planGroup,
  planPacemakerUpgrade,
  readPlanFile,
} from "./plan.js";
export {
  type Proved,
  type ProveOptions,
  proveGroup,
  requireProof,
  type Ways,
} from "./prove.js";
export type { ReconfigureOptions, ReconfigurePlan, ReconfigureResult } from "./reconfigure.js";
export {
  planRollout,
  type RolloutPlan,
  type RolloutRequest,
  resumeRollout,
  startRollout,
} from "./rollout.js";
export { rolloutHistory } from "./rollout-history.js";
export type { ImageWish, RolloutEvent, RolloutGate, RolloutScene } from "./rollout-scene.js";
export { endRollout, standingRollout } from "./rollout-standing.js";
export {
  type GroupJob,
  type GroupResult,
  isGood,
  resultOf,
  runWaves,
  type WaveJobs,
} from "./rollout-waves.js";
export { setStandby } from "./standby.js";
export { observeStatus, type StatusOptions, statusOf } from "./status.js";
export { type WatchNews, type WatchOptions, watchGroup, watchRules } from "./watch-group.js";
