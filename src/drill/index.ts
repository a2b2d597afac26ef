// A drill's log, and the invariants that it has to show.

export { type InvariantId, invariantIds, type Judgement, type Violation } from "./invariant.js";
export { describeVerdict, type InvariantVerdict, judge, type Verdict } from "./judge.js";
export type {
  Allowed,
  DrillLog,
  LogBeat,
  LogBegin,
  LogBmc,
  LogCanary,
  LogEntry,
  LogForeign,
  LogMark,
  LogNode,
  LogPower,
  LogResidue,
} from "./log.js";
export { formatLogEntry, readDrillLog } from "./read-log.js";
