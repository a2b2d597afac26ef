// Drills: which fit a group, whom they mean, and the verdict on what was seen.
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
export type { DrillGround, InvariantCount, Watch, WatchRequest } from "./ground.js";
export { cardPage } from "./html.js";
export { junitReport } from "./junit.js";
export {
  cardOfHistory,
  type HistoryEntry,
  historyEntry,
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
  outagesIn,
  secondsText,
  verdictOf,
  workloadCheck,
} from "./verdict.js";
