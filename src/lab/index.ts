// The embedded lab: nodes are systemd-nspawn machines with real corosync, Pacemaker, sshd and ostree. Nothing but cli/ imports it.
export type { Births } from "./born.js";
export { switchPower } from "./control.js";
export { takeDown } from "./down.js";
export { type DrillProduct, labGround } from "./drill-ground.js";
export { faultKinds, misbehaviourWords } from "./faults/index.js";
export type { Guest } from "./guest-group.js";
export { type ImageTestReport, testImages } from "./image-test.js";
export { attachInside } from "./inside.js";
export { labStatus } from "./lab-status.js";
export { LabPaths, labRoots, RESOURCES_FOLDER } from "./paths.js";
export { type QuickstartProduct, quickstart } from "./quickstart.js";
export {
  type Recorder,
  type RecorderCost,
  type RecorderRequest,
  startRecorder,
} from "./recorder/recorder.js";
export { requireRoot } from "./requirements.js";
export { heal, injectInto } from "./scene.js";
export { runSelftest } from "./selftest/run.js";
export { describePlant, type PlantResult, type SelftestReport } from "./selftest/selftest.js";
export { parseOses } from "./spec.js";
export { pathsOf } from "./store.js";
export { runSupervisor } from "./supervisor.js";
export { heartbeatOf, readTruth } from "./truth.js";
export { bringUp } from "./up.js";
