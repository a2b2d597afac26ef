// Samples of a cluster → what happened and how long a workload was away.
export { describeEvent, type OutageBounds, type TimelineEvent } from "./event.js";
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
export { readProbings, type Silence, silencesOf } from "./probe.js";
export type { Fencing, NodeState, Sample } from "./sample.js";
export { addSample, emptyTimeline, type Lag, type TimelineState } from "./timeline.js";
