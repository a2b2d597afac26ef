// Profiles: YAML text → documents and findings → a node group with its cluster model.
export { findingsAcrossGroups } from "./across-groups.js";
export { type ParsedDocuments, parseDocuments } from "./documents.js";
export type { Drill, DrillStep } from "./drill.js";
export { DRILL_FAULT_NAMES, type DrillFaultName, type DrillTarget, faultShape } from "./drill-faults.js";
export { DEVICE_PARAMETERS } from "./fence-agents.js";
export { groupHosts } from "./hosts.js";
export type {
  ImageApplication,
  ImageBase,
  ImagePart,
  ImageSet,
  ImageSite,
  ImageUpdates,
  PackageText,
} from "./image-set.js";
export { isProfileKind, jsonSchema, PROFILE_KINDS } from "./kinds.js";
export { promisedLosses } from "./lint-group.js";
export { modelText } from "./model-text.js";
export { withLibraryNamed } from "./named-library.js";
export { besideFile } from "./nodes.js";
export { type Origin, originText } from "./origins.js";
export { type GroupResolution, resolveGroup } from "./resolve.js";
export {
  type ImageSetResolution,
  type ResolvedImageSet,
  type ResolvedSite,
  resolveImageSet,
  type TakenFile,
} from "./resolve-images.js";
export type {
  NodeIdentity,
  ResolvedGroup,
  ResolvedNode,
  ResolvedSsh,
  ResolvedTiming,
  ResolvedWorkload,
  SshHost,
  SurviveClaim,
  WorkloadForm,
} from "./resolved.js";
export { msOf, type Rollout, type RolloutWindow, wavesOf } from "./rollout.js";
export type { BrokenDocument, DocumentOf, ProfileDocument, ProfileKind, SourceText } from "./source.js";
export { hintFor, nearestName, nearestNames } from "./spelling.js";
export { secretFault } from "./values.js";
export { readYaml } from "./yaml.js";
