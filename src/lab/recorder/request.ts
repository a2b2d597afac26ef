// What a recording is asked for, and what it offers to whoever drills.
import type { LogBegin, LogEntry, LogMark } from "../../drill/index.js";
import type { LabPaths } from "../paths.js";

/** What to record. */
export interface RecorderRequest {
  readonly paths: LabPaths;
  /** A new file; one that exists is refused. */
  readonly logFile: string;
  /** Between two looks at heartbeats and power, 50 to 1000; default 100. */
  readonly sampleMs?: number;
  /** Between two looks at each node; default 1000. */
  readonly nodeMs?: number;
  /** Ends the recording, as `stop` does. */
  readonly signal?: AbortSignal;
  /** Promised outages of workloads, in milliseconds. */
  readonly bounds?: Readonly<Record<string, number>>;
  readonly seed?: number;
  /** Planted secrets to look for besides those that the lab itself keeps. */
  readonly canaries?: readonly string[];
  /** Exclusive workloads that write heartbeats; default: those of the lab. */
  readonly resources?: readonly string[];
  /** More of the begin line: allowed times. */
  readonly limits?: Pick<LogBegin, "dcWithinMs" | "backWithinMs" | "statementWithinMs">;
}

/** A line without its time and kind. */
export type Unstamped<T> = T extends unknown ? Omit<T, "t" | "kind"> : never;

/** What the recording has cost until now. */
export interface RecorderCost {
  readonly seconds: number;
  /** Processor time of this process and of all commands that it has waited for. */
  readonly cpuSeconds: number;
  readonly execs: number;
  readonly lines: number;
}

/** A recording that is under way. */
export interface Recorder {
  /** Writes a mark with the time of now. */
  mark(mark: Unstamped<LogMark>): void;
  /** Writes a line that somebody else observed. */
  note(entry: LogEntry): void;
  /** Looks at every node now, and returns when what was seen is in the log. */
  look(): Promise<void>;
  cost(): RecorderCost;
  /** Writes what is pending, and closes the log. */
  stop(): Promise<void>;
  /** Resolves when the recording has ended, whoever ended it. */
  readonly ended: Promise<void>;
}
