// Heartbeats, condensed: what the verdict needs of twenty lines a second is the first, the last, each gap, and how many there were.
import type { LogBeat } from "../../drill/index.js";
import type { Heartbeat } from "../../timeline/index.js";

/** More than three periods of the heartbeat (50 ms) are a gap. */
const GAP_NS = 200e6;
/** So much is lost at most if the recorder itself dies. */
const KEEP_NS = 1e9;

interface Process {
  last: Heartbeat;
  /** Ticks since the line that was written last. */
  pending: number;
  writtenNs: number;
}

/** Condenses the heartbeats of one workload on one node. */
export class BeatCondenser {
  private readonly processes = new Map<string, Process>();

  constructor(private readonly node: string) {}

  /** Takes heartbeats in as they come; answers with the lines for the log. */
  add(beats: readonly Heartbeat[]): LogBeat[] {
    return beats.flatMap((beat) => this.one(beat));
  }

  /** Lines for what has been silent for a gap at `nowNs`; all that is pending without a time. */
  silent(nowNs = Number.POSITIVE_INFINITY): LogBeat[] {
    const lines: LogBeat[] = [];
    for (const [key, process] of this.processes) {
      if (nowNs - process.last.monotonicNs <= GAP_NS) continue;
      if (process.pending > 0) lines.push(this.write(process));
      // A process that went silent long ago is kept: it may only have been paused.
      if (nowNs - process.last.monotonicNs > 600e9) this.processes.delete(key);
    }
    return lines;
  }

  /** Processes that have not stopped, as their node counts them; some of them may be gone. */
  get pids(): number[] {
    return [...this.processes.values()].map(({ last }) => last.pid);
  }

  private one(beat: Heartbeat): LogBeat[] {
    const key = `${beat.boot} ${beat.pid}`;
    const known = this.processes.get(key);
    const gap = known !== undefined && beat.monotonicNs - known.last.monotonicNs > GAP_NS;
    const lines = gap && known.pending > 0 ? [this.write(known)] : [];
    const process = known ?? { last: beat, pending: 0, writtenNs: 0 };
    this.processes.set(key, process);
    process.last = beat;
    process.pending += 1;
    const due = beat.monotonicNs - process.writtenNs >= KEEP_NS;
    if (known === undefined || gap || due || beat.event !== "tick") lines.push(this.write(process));
    if (beat.event === "stop") this.processes.delete(key);
    return lines;
  }

  private write(process: Process): LogBeat {
    const { resource, boot, pid, event, monotonicNs } = process.last;
    const n = process.pending;
    process.pending = 0;
    process.writtenNs = monotonicNs;
    return { t: monotonicNs, kind: "beat", resource, node: this.node, boot, pid, what: event, n };
  }
}
