// The log of a drill: JSON lines, only ever appended, written outside all nodes. What it holds is all that a verdict may use.

/** When, in nanoseconds of the host's CLOCK_MONOTONIC; lines are written as facts become known, so their order is not that of `t`. */
interface At {
  readonly t: number;
}

/** The first line: what is watched and what was promised. */
export interface LogBegin extends At {
  readonly kind: "begin";
  readonly format: 1;
  readonly group: string;
  readonly nodes: readonly string[];
  /** Exclusive workloads that write heartbeats. */
  readonly resources: readonly string[];
  readonly fence: { readonly expected: boolean };
  readonly seed: number;
  /** How often heartbeats and power are looked at, in milliseconds. */
  readonly sampleMs: number;
  /** The promised outage of each workload in milliseconds; a workload that is missing has no promise. */
  readonly bounds: Readonly<Record<string, number>>;
  /** How often each node is looked at, in milliseconds (default 1000). */
  readonly nodeMs?: number;
  /** A partition may be without a DC, or of two minds about it, for so long (default 30 s). */
  readonly dcWithinMs?: number;
  /** After a heal all nodes have to be back within this time (default 120 s); null where they need not come back. */
  readonly backWithinMs?: number | null;
  /** A statement may be so much older than the truth (default 10 s). */
  readonly statementWithinMs?: number;
  /** The controller tells of trouble by itself; where it is only asked now and then, an outage without a word is none of its faults. */
  readonly alerts?: boolean;
}

/**
 * A heartbeat. Not every tick is kept: the first line, the stop, the last tick before a gap of more than three periods, and
 * one each second in between; `n` says for how many ticks a line stands.
 */
export interface LogBeat extends At {
  readonly kind: "beat";
  readonly resource: string;
  readonly node: string;
  readonly boot: string;
  readonly what: "start" | "tick" | "stop";
  /** Process of the instance, on its node. */
  readonly pid: number;
  readonly n?: number;
}

/**
 * What happened to a node's power. `off`: its cut was begun; `gone`: every process of it is gone, which confirms the cut;
 * `ended`: it went by itself, with all its processes; `reboot`: so, and it starts again; `frozen`, `thawed`: its processes stand still.
 */
export interface LogPower extends At {
  readonly kind: "power";
  readonly node: string;
  readonly what: "off" | "gone" | "on" | "reset" | "reboot" | "ended" | "frozen" | "thawed";
  /** `bmc` for a request of a fence device, `lab` for a person or an injection, `node` for the node itself. */
  readonly by?: "bmc" | "lab" | "node";
}

/** A request to the fence device of a node, and what it answered (an HTTP status; 0 for none). */
export interface LogBmc extends At {
  readonly kind: "bmc";
  readonly node: string;
  readonly request: "off" | "on" | "reboot" | "status";
  /** The node that asked, or the address from which it was asked. */
  readonly by: string;
  readonly answer: number;
}

/** One look at one node. `alive` is null where it did not answer in time (frozen, say), false where it is off. */
export interface LogNode extends At {
  readonly kind: "node";
  readonly node: string;
  readonly alive: boolean | null;
  readonly quorate: boolean | null;
  readonly members: readonly string[] | null;
  readonly dc: string | null;
  /** Digest of the configuration that lies on the node's disk, without locks and guards. */
  readonly cib: string | null;
  /** `admin_epoch.epoch` of that configuration. */
  readonly epoch: string | null;
  /** The same of what the node's CIB manager answers; absent where it was not asked this time. */
  readonly live?: { readonly cib: string; readonly epoch: string };
  readonly standby: boolean;
  readonly maintenance: boolean;
  /** `cli-` constraints, `target-role`, `is-managed`, locks with their holder; what a controller may have left behind. */
  readonly leftovers: readonly string[];
  /** Exclusive workloads whose process is on the node, however silent; absent where nobody could look. */
  readonly running?: readonly string[];
}

/** The configuration on a node's disk has changed; written at once, between two looks at the node. */
export interface LogCib extends At {
  readonly kind: "cib";
  readonly node: string;
  readonly cib: string;
  readonly epoch: string;
}

/** One thing that a plan allows; what is left out is free. */
export interface Allowed {
  readonly resource?: string;
  readonly action: "start" | "stop" | "fence";
  readonly node?: string;
}

/** What the one who drills says about what he does. */
export type LogMark = At & { readonly kind: "mark" } & (
    | {
        readonly what: "fault";
        readonly fault: string;
        readonly target: string;
        /** It comes and goes: up to three fences of a node are no loop. */
        readonly flapping?: boolean;
      }
    | { readonly what: "bit"; readonly evidence: string }
    | { readonly what: "heal" }
    | { readonly what: "healed" }
    | { readonly what: "end" }
    | { readonly what: "plan"; readonly allowed: readonly Allowed[]; readonly nodesOut: number }
    | {
        readonly what: "statement";
        readonly said: "ok" | "trouble" | "unknown";
        /** A workload, a node, or the group. */
        readonly about: string;
      }
    /** An apply began and ended; `changes` says how many changes of the configuration it promised: one, or none where there is nothing to do. */
    | { readonly what: "apply"; readonly phase: "begin" | "end"; readonly changes: 0 | 1 }
    /** The connection was lost after a command was sent: what its outcome was taken for. */
    | { readonly what: "lost"; readonly about: string; readonly taken: "unknown" | "success" | "failure" }
    /** A foreign change was taken back by the one who had made it. */
    | { readonly what: "withdrawn"; readonly name: string }
  );

/** Something that a run left on a node, or (`gone`) that it is there no more. */
export interface LogResidue extends At {
  readonly kind: "residue";
  readonly node: string;
  readonly what: "core" | "shm" | "process" | "temp";
  readonly name: string;
  readonly gone?: boolean;
  /** It was there when the recording began. */
  readonly before?: boolean;
}

/** A search for planted secrets among the arguments of all processes and in outputs; `where` is null where none was seen. */
export interface LogCanary extends At {
  readonly kind: "canary";
  readonly where: string | null;
  /** How many places were searched since the line before. */
  readonly scanned?: number;
}

/** Whether a change that somebody else made is in the configuration, as one node holds it. */
export interface LogForeign extends At {
  readonly kind: "foreign";
  readonly name: string;
  readonly present: boolean;
}

/** One line of the log. */
export type LogEntry =
  | LogBegin
  | LogBeat
  | LogPower
  | LogBmc
  | LogNode
  | LogCib
  | LogMark
  | LogResidue
  | LogCanary
  | LogForeign;

/** What a log file holds. */
export interface DrillLog {
  readonly entries: readonly LogEntry[];
  /** A last line that was cut short, by a crash of the recorder, say; it does not count. */
  readonly cut?: { readonly line: number; readonly text: string };
}
