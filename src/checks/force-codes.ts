// Findings of checks that a person may know better than: what `--force` takes.

/** Their codes. */
export const FORCE_CODES: readonly string[] = [
  "AGENT_MISSING",
  "AGENT_PARAMETER_UNKNOWN",
  "AGENT_PARAMETER_MISSING",
  "AGENT_PARAMETER_VALUE",
  "AGENT_ACTION_UNKNOWN",
  "NODE_NOT_FENCED",
  "MISSING_FENCE",
  "FENCE_ON_OWN_NODE",
  "NO_ROOM_AFTER_LOSS",
  "UNKNOWN_RESOURCE",
  "UNKNOWN_NODE",
  "UNKNOWN_FENCE_DEVICE",
];
