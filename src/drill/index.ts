// A drill's log, and the invariants that it has to show.

export { compareEpochs } from "./epoch.js";
export { type InvariantId, invariantIds, type Judgement, type Violation } from "./invariant.js";
export { describeVerdict, type InvariantVerdict, judge, type Verdict } from "./judge.js";
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
