// The host's own log of what happened to power and BMCs: JSON lines with CLOCK_MONOTONIC, the clock that heartbeats use too.
import { appendFileSync } from "node:fs";

/** One line of the BMC log. */
export interface HostEvent {
  /** Nanoseconds of CLOCK_MONOTONIC, the same clock on host and nodes. */
  readonly monotonicNs: number;
  readonly event:
    | "power-on"
    | "power-off"
    | "power-gone"
    | "reboot"
    | "ended"
    | "frozen"
    | "thawed"
    | "request"
    | "answered"
    | "bmc-mode"
    | "no-boot";
  readonly node: string;
  /** What caused it: `bmc` for a request over Redfish, `lab` for a person or a test, `node` for the node itself. */
  readonly by?: "bmc" | "lab" | "node";
  /** Of `answered`: what was asked for, the status of the answer (0 for none), and from where: `ForceOff 204 10.77.0.12`. */
  readonly detail?: string;
}

/** Writes host events in order, one line each, at once. */
export class HostLog {
  constructor(private readonly file: string) {}

  write(event: Omit<HostEvent, "monotonicNs">): void {
    const line: HostEvent = { monotonicNs: monotonicNs(), ...event };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`, { mode: 0o644 });
  }
}

/** Now, in nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)); exact to a microsecond for 100 days of uptime. */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}
