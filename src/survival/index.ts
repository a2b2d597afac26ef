// What a group survives: failures, votes, the scheduler's answers, and what each workload makes of them.
export { type Failure, type FailureKind, failureName } from "./failure.js";
export { proofPage } from "./html.js";
export type { Mend } from "./mend.js";
export type { Outage } from "./outage.js";
export { type Gap, type Proof, type ProofOptions, prove } from "./prove.js";
export type { LossReason } from "./reason.js";
export { type Ask, remembering } from "./rest.js";
export {
  desiredScene,
  liveScene,
  type Scene,
  type SchedulerVersion,
  type SurvivalGroup,
} from "./scene.js";
export {
  proveStep,
  proveTaken,
  type Step,
  type StepMoves,
  type StepOut,
  type StepProof,
  takeStep,
} from "./step.js";
export { describeProof, gapLines, mendLine } from "./text.js";
export type { Fate, Verdict } from "./verdict.js";
export { type Quorum, quorumAfter, type VotingRules, votingRules } from "./votes.js";
export type { Workload } from "./workload.js";
