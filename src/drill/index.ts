// Drills: which fit a group, whom they mean, the verdict on what was seen; and the log of one, with the invariants that it has to show.

export { compareEpochs } from "./epoch.js";
export type {
  Bound,
  ConcreteFault,
  DrillFacts,
  Fencing,
  GroundTruth,
  Injected,
  Situation,
  Traits,
} from "./facts.js";
export { type Cast, castFor, concreteFaults, faultText, misfit } from "./fit.js";
export type { DrillGround, InvariantCount, Mark, Watch, WatchRequest } from "./ground.js";
export { cardPage } from "./html.js";
export { type InvariantId, invariantIds, type Judgement, type Violation } from "./invariant.js";
export { describeVerdict, type InvariantVerdict, judge, type Verdict } from "./judge.js";
export { junitReport } from "./junit.js";
export type {
  Allowed,
  DrillLog,
  LogBeat,
  LogBegin,
  LogBmc,
  LogCanary,
  LogCib,
  LogEntry,
  LogForeign,
  LogMark,
  LogNode,
  LogPower,
  LogResidue,
} from "./log.js";
export { type PlantedInLog, plantedInLog } from "./planted.js";
export { formatLogEntry, readDrillLog } from "./read-log.js";
export {
  cardOfHistory,
  type HistoryEntry,
  historyEntry,
  isGoodCard,
  readHistory,
  type ScoreCard,
  scoreCard,
} from "./score-card.js";
export { describeCard, describeResult } from "./text.js";
export {
  type Check,
  type DrillResult,
  fencedCheck,
  type Outcome,
  verdictOf,
  workloadCheck,
} from "./verdict.js";
