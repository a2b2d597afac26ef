// The steps of an apply, each idempotent and verified; workflows/apply.ts says in which order.
export { sendChange } from "./change.js";
export { type ApplyContext, mustDo } from "./context.js";
export { type Controller, thisController } from "./controller.js";
export { changeCorosync, checkConf, noteRunning, reload, runsWith } from "./corosync-change.js";
export { desiredGroup, type SecretValues } from "./desired-group.js";
export { type FleetLockAccess, preReboot, steadyState } from "./fleet-lock.js";
export {
  checkNodes,
  type Formation,
  finishNodes,
  formationOf,
  installFiles,
  newFormation,
  prepareJoining,
  prepareNodes,
  type Seed,
  startNodes,
} from "./form.js";
export { armNodes, disarmNodes, type GuardedConf, hastenNodes, readGuard, writeGuard } from "./guard.js";
export { type Before, worsened, worsenedAll } from "./health.js";
export { installPrograms, needPrograms } from "./install-programs.js";
export { rotateCorosyncKey, rotatePacemakerKey, rotationOf } from "./keys.js";
export {
  changeUnconfirmed,
  type LockOutcome,
  lockFrame,
  lockHeld,
  lockLost,
  lockOutcome,
  writeLock,
} from "./lock.js";
export {
  awaitMembers,
  clusterNodesOf,
  drainNode,
  endStandby,
  forgetNode,
  leaveCluster,
  PERSON,
} from "./members.js";
export { type NodeProgram, type NodePrograms, readNodePrograms, sha256 } from "./programs.js";
export type { ApplyProgress, ApplyStep, ProgressListener } from "./progress.js";
export { awaitDeviceVote, disableDevice, enableDevice, enrolNodes, restartDevice } from "./quorum-device.js";
export { look, type Settled, type SettleOptions, settle, type Unrest, unrestOf } from "./settle.js";
