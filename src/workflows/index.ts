// The use cases of dcn-ha, one file per verb: observe, decide, act.
export { type ApplyOptions, type ApplyResult, applyGroup } from "./apply.js";
export { type Imported, type ImportOptions, importGroup } from "./import.js";
export { type MonitorNews, type MonitorOptions, monitorGroup } from "./monitor.js";
export {
  type GroupStatus,
  type NodeStatus,
  observeStatus,
  type StatusOptions,
  statusOf,
  type WorkloadStatus,
} from "./status.js";
