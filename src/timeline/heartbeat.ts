// Heartbeats of an exclusive workload, read from outside the nodes → where it ran when, its outages, and double runs.

/** One line that a workload wrote about itself; time is CLOCK_MONOTONIC of the host, shared by all nodes. */
export interface Heartbeat {
  readonly event: "start" | "tick" | "stop";
  readonly resource: string;
  readonly node: string;
  /** Boot id of the node: tells two lives of one node apart. */
  readonly boot: string;
  readonly monotonicNs: number;
  readonly pid: number;
}

/** A time during which one instance ran without a pause. */
export interface Run {
  readonly node: string;
  readonly boot: string;
  readonly fromNs: number;
  /** When it was gone for certain: of an instance on a frozen node, when that was thawed or had no power any more. */
  readonly toNs: number;
  /** Its last sign of life, where that was before `toNs`. */
  readonly heardNs?: number;
  /** Whether its last line is a clean stop. */
  readonly stopped: boolean;
}

/** A time without any instance, between two. */
export interface Outage {
  readonly fromNs: number;
  readonly toNs: number;
  readonly ms: number;
  readonly fromNode: string;
  readonly toNode: string;
}

/** Two instances at the same time: what must never be. */
export interface DoubleRun {
  readonly nodes: readonly [string, string];
  readonly fromNs: number;
  readonly toNs: number;
  readonly ms: number;
}

/** When a node's processes stood still or were gone, from the host's own log. */
export interface PowerFact {
  readonly node: string;
  readonly event: "frozen" | "thawed" | "power-gone";
  readonly monotonicNs: number;
}

/** Reads JSON lines; a last line cut short by a power failure is left out, and so is any other that is no heartbeat. */
export function readHeartbeats(text: string): Heartbeat[] {
  const beats: Heartbeat[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      if (isHeartbeat(value)) beats.push(value);
    } catch {
      // a line cut short
    }
  }
  return beats;
}

function isHeartbeat(value: unknown): value is Heartbeat {
  if (typeof value !== "object" || value === null) return false;
  const beat = value as Partial<Record<keyof Heartbeat, unknown>>;
  return (
    (beat.event === "start" || beat.event === "tick" || beat.event === "stop") &&
    typeof beat.resource === "string" &&
    typeof beat.node === "string" &&
    typeof beat.boot === "string" &&
    typeof beat.monotonicNs === "number" &&
    typeof beat.pid === "number"
  );
}

/**
 * Joins heartbeats into runs, in order of their begin. One process of one boot is one run, however slow its ticks: it may
 * have been paused and still be there. A run on a frozen node lasts until the node was thawed or its power was gone.
 */
export function runsOf(beats: readonly Heartbeat[], power: readonly PowerFact[] = []): Run[] {
  const byProcess = new Map<string, Heartbeat[]>();
  for (const beat of beats) {
    const key = `${beat.node} ${beat.boot} ${beat.pid}`;
    const group = byProcess.get(key);
    if (group === undefined) byProcess.set(key, [beat]);
    else group.push(beat);
  }
  const runs = [...byProcess.values()].map((group) => runOf(group, power));
  return runs.sort((left, right) => left.fromNs - right.fromNs);
}

function runOf(group: readonly Heartbeat[], power: readonly PowerFact[]): Run {
  // A night has more heartbeats than a function takes arguments.
  const times = group.map((beat) => beat.monotonicNs);
  const node = group[0]?.node ?? "";
  const lastNs = times.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY);
  const fromNs = times.reduce((left, right) => Math.min(left, right), Number.POSITIVE_INFINITY);
  const stopped = group.some((beat) => beat.event === "stop");
  const toNs = stopped ? lastNs : endOfPause(node, lastNs, power);
  const run = { node, boot: group[0]?.boot ?? "", fromNs, toNs, stopped };
  return toNs > lastNs ? { ...run, heardNs: lastNs } : run;
}

/** Where a node was frozen right after its last tick, the instance existed until the node was thawed or gone. */
function endOfPause(node: string, lastNs: number, power: readonly PowerFact[]): number {
  const later = power
    .filter((fact) => fact.node === node && fact.monotonicNs >= lastNs)
    .sort((left, right) => left.monotonicNs - right.monotonicNs);
  if (later[0]?.event !== "frozen") return lastNs;
  return later.find((fact) => fact.event !== "frozen")?.monotonicNs ?? lastNs;
}

/** The outages between runs: from the last heartbeat of what ran to the first of what runs next; what stands still does nobody any good. */
export function outagesOf(runs: readonly Run[]): Outage[] {
  const outages: Outage[] = [];
  let last: Run | undefined;
  for (const run of runs) {
    const heardNs = last === undefined ? Number.POSITIVE_INFINITY : lastSignOf(last);
    if (last !== undefined && run.fromNs > heardNs) {
      const ms = (run.fromNs - heardNs) / 1e6;
      outages.push({ fromNs: heardNs, toNs: run.fromNs, ms, fromNode: last.node, toNode: run.node });
    }
    if (last === undefined || lastSignOf(run) > heardNs) last = run;
  }
  return outages;
}

const lastSignOf = ({ toNs, heardNs = toNs }: Run): number => heardNs;

/** Every overlap of two runs. */
export function doubleRunsOf(runs: readonly Run[]): DoubleRun[] {
  const found: DoubleRun[] = [];
  runs.forEach((left, index) => {
    for (const right of runs.slice(index + 1)) {
      if (right.fromNs >= left.toNs) continue;
      const toNs = Math.min(left.toNs, right.toNs);
      found.push({
        nodes: [left.node, right.node],
        fromNs: right.fromNs,
        toNs,
        ms: (toNs - right.fromNs) / 1e6,
      });
    }
  });
  return found;
}
