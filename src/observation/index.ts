// Text of foreign commands → typed observations; one file per command.
export type { AgentAction, AgentMetadata, AgentParameter } from "./agent-metadata.js";
export {
  type BootStatus,
  bootStatusText,
  parseBootStatus,
  parseTrialRecord,
  type TrialRecord,
} from "./boot-status.js";
export { parseBootcStatus } from "./bootc-status.js";
export { type LinkState, type ObservedLink, parseCfgtool } from "./cfgtool.js";
export {
  type ClusterObservation,
  type CrmMonResult,
  type ObservedDc,
  type ObservedNode,
  parseCrmMon,
} from "./crm-mon.js";
export type { FencingEvent, ObservedFailure } from "./crm-mon-history.js";
export type { ObservedResource } from "./crm-mon-resources.js";
export {
  type CrmSimulateResult,
  type CrmSimulation,
  parseCrmSimulate,
  type SimulatedAction,
} from "./crm-simulate.js";
export {
  type AvailableUpdate,
  type DeploymentState,
  deploymentIn,
  isImage,
  type ObservedDeployment,
  type OsObservation,
  type SwitchOutcome,
  switchOutcome,
} from "./deployment.js";
export {
  readSpoolLine,
  type SpoolEvent,
  type SpoolHeader,
  type SpoolLine,
  type SpoolPosition,
} from "./event-spool.js";
export {
  encodeRequest,
  HELPER_ARGV,
  type HelperAnswer,
  type HelperFrame,
  type HelperVerb,
  parseAnswers,
} from "./helper-protocol.js";
export { type ImageComparison, type ImageFacts, parseImageComparison } from "./image-facts.js";
export {
  type BootHealth,
  bootOrder,
  type DeniedImage,
  type ImageState,
  type NotedReboot,
  parseImageState,
} from "./image-state.js";
export { type AgentOnNode, type Inspection, type KnownAgents, parseInspection } from "./inspection.js";
export {
  type CorosyncRuns,
  isQuorate,
  type LiveCib,
  type NodeObservation,
  type ProbedNode,
  readCorosyncRuns,
  readLiveCib,
  runningCorosyncConf,
  type SilentNode,
} from "./node-observation.js";
export { parseOstreeStatus } from "./ostree-status.js";
export {
  type CibVersion,
  type FormationMark,
  type Probe,
  parseCibVersion,
  parseProbe,
} from "./probe.js";
export { parseQuorumtool, type QuorumMember, type QuorumObservation } from "./quorumtool.js";
export { parseReadLock, type ReadLock } from "./read-lock.js";
export { parseRpmOstreeStatus } from "./rpm-ostree-status.js";
export { factsOf } from "./sections.js";
