// What an apply is doing, node by node, for whoever watches.

/** The steps of an apply in their order; not every apply has all of them. */
export type ApplyStep =
  | "observe"
  | "install"
  | "check"
  | "prepare"
  | "enrol"
  | "start"
  | "arm"
  | "change"
  | "settle"
  | "vote"
  | "reload"
  | "verify"
  | "standby"
  | "unstandby"
  | "restart"
  | "stop"
  | "join"
  | "leave"
  | "forget"
  | "stage"
  | "activate"
  | "finish";

/** One step of one node began, ended, or failed; `text` says more for people. */
export interface ApplyProgress {
  readonly node: string;
  readonly step: ApplyStep;
  readonly state: "started" | "done" | "failed";
  readonly text?: string;
}

/** Takes progress; must not throw. */
export type ProgressListener = (progress: ApplyProgress) => void;
