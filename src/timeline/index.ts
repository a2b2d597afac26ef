// Samples of a cluster → what happened and how long a workload was away.
export { describeEvent, type OutageBounds, type TimelineEvent } from "./event.js";
export { type Fact, factOf, isUnfencing } from "./fact.js";
export { sampleOf } from "./from-observation.js";
export {
  type DoubleRun,
  doubleRunsOf,
  type Heartbeat,
  type Outage,
  outagesOf,
  type PowerFact,
  type Run,
  readHeartbeats,
  runsOf,
} from "./heartbeat.js";
export {
  CAUSES,
  type Cause,
  causeOf,
  describeIncident,
  type Incident,
  isUnfenced,
  type LostNode,
  type Moment,
  type Sign,
  type Verdict,
  type WorkloadOutage,
} from "./incident.js";
export { readProbings, type Silence, silencesOf } from "./probe.js";
export type { Fencing, NodeState, Sample } from "./sample.js";
export { addSample, emptyTimeline, type Lag, type TimelineState } from "./timeline.js";
export { addFact, settle, type Told, type WatchStep } from "./watch.js";
export { emptyWatch, runsOn, type WatchedWorkload, type WatchRules, type WatchState } from "./watch-state.js";
