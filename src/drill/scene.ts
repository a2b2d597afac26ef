// A log laid out for the invariants: in order of time, by node and by workload, up to its end mark.
import { type Heartbeat, type PowerFact, type Run, runsOf } from "../timeline/index.js";
import type { LogBeat, LogBegin, LogEntry, LogMark, LogNode, LogPower } from "./log.js";

/** Marks by what they say. */
export type Mark<What extends LogMark["what"]> = Extract<LogMark, { what: What }>;

/** What all invariants look at. */
export interface LogScene {
  readonly begin: LogBegin;
  /** In order of time; nothing after the end mark. */
  readonly entries: readonly LogEntry[];
  /** When the log ends. */
  readonly endNs: number;
  readonly beats: readonly LogBeat[];
  /** A run on a frozen node lasts until its power was gone. */
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** Runs up to their last heartbeat. */
  readonly heard: ReadonlyMap<string, readonly Run[]>;
  readonly power: readonly LogPower[];
  readonly samples: readonly LogNode[];
}

/** Lays out a log that begins with its begin line. */
export function layOut(log: readonly LogEntry[]): LogScene | undefined {
  const begin = log[0];
  if (begin?.kind !== "begin") return undefined;
  const end = log.find((entry) => entry.kind === "mark" && entry.what === "end");
  const entries = log
    .filter((entry) => end === undefined || entry.t <= end.t)
    .sort((left, right) => left.t - right.t);
  const beats = entries.filter((entry) => entry.kind === "beat");
  const power = entries.filter((entry) => entry.kind === "power");
  const endNs = entries.at(-1)?.t ?? begin.t;
  const facts = [...power.flatMap(factOf), ...stillFrozen(power, endNs)];
  const byResource = (facts: readonly PowerFact[]) =>
    new Map(
      begin.resources.map((resource) => [
        resource,
        runsOf(beats.filter((beat) => beat.resource === resource).map(heartbeatOf), facts),
      ]),
    );
  return {
    begin,
    entries,
    endNs,
    beats,
    runs: byResource(facts),
    heard: byResource([]),
    power,
    samples: entries.filter((entry) => entry.kind === "node"),
  };
}

function heartbeatOf({ what, resource, node, boot, t, pid }: LogBeat): Heartbeat {
  return { event: what, resource, node, boot, monotonicNs: t, pid };
}

const confirmed: ReadonlySet<LogPower["what"]> = new Set(["gone", "ended", "reboot"]);

/** Whether this says that no process of the node is left. */
export function confirmsEnd(power: LogPower): boolean {
  return confirmed.has(power.what);
}

function factOf(power: LogPower): PowerFact[] {
  const { node, what, t: monotonicNs } = power;
  if (what === "frozen" || what === "thawed") return [{ node, event: what, monotonicNs }];
  return confirmsEnd(power) ? [{ node, event: "power-gone", monotonicNs }] : [];
}

/** What stands still when the log ends has been there all the time. */
function stillFrozen(power: readonly LogPower[], endNs: number): PowerFact[] {
  const last = new Map(power.map((entry) => [entry.node, entry.what]));
  return [...last]
    .filter(([, what]) => what === "frozen")
    .map(([node]) => ({ node, event: "thawed", monotonicNs: endNs }));
}

/** Marks of one kind, in order of time. */
export function marksOf<What extends LogMark["what"]>({ entries }: LogScene, what: What): Mark<What>[] {
  return entries.filter((entry): entry is Mark<What> => entry.kind === "mark" && entry.what === what);
}

/** The last of these at or before a time. */
export function lastBefore<T extends { readonly t: number }>(list: readonly T[], t: number): T | undefined {
  return list.findLast((one) => one.t <= t);
}

/** Milliseconds as nanoseconds. */
export function ns(ms: number): number {
  return ms * 1e6;
}

/** Nanoseconds as seconds for a person: `3.27 s`. */
export function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

/** How often nodes are looked at, in nanoseconds. */
export function nodePeriod({ begin }: LogScene): number {
  return ns(begin.nodeMs ?? 1000);
}
