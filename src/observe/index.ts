// Runs the foreign commands that observation/ knows how to read.
export { type AdminAccess, adminArgv } from "./admin-access.js";
export { type CallOptions, callHelper } from "./call-helper.js";
export { inParallel } from "./in-parallel.js";
export { type InspectedNodes, inspectNodes } from "./inspect-nodes.js";
export { followEvents, readEvents, type SpoolPart } from "./node-events.js";
export { type NodeView, observeCib, observeView, speaksForCluster } from "./observe-cluster.js";
export { type ObserveOptions, observeCorosync, observeNodes } from "./observe-nodes.js";
export { type HostConfiguration, readHostConfiguration } from "./read-host.js";
export { localScheduler, nodeScheduler, type Scheduler, schedulerOf } from "./scheduler.js";
export { type SimulateAnswers, type SimulateQuestion, simulateCib } from "./simulate-cib.js";
