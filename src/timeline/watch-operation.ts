// What an agent did or found, as Pacemaker tells it (Pacemaker Explained, "Alerts"; Pacemaker Administration, "OCF Return Codes"), and where a primitive runs after it.
import type { Fact } from "./fact.js";
import { note, type RunTrack, type WatchState } from "./watch-state.js";

type Operation = Extract<Fact, { kind: "operation" }>;

/** One operation of a primitive, whose name has no clone instance in it. */
interface Work {
  readonly fact: Operation;
  readonly resource: string;
  readonly run: RunTrack;
  /** When something was last learned of where it runs. */
  readonly knownMs: number;
  /** Set to when what the operation ended was there for the last time. */
  readonly since: { fromMs: number };
}

const STARTS: ReadonlySet<string> = new Set(["start", "migrate_from"]);
const STOPS: ReadonlySet<string> = new Set(["stop", "migrate_to"]);
/** What a monitor answers where a resource runs, also where it is promoted; and where it does not. */
const RUNS: ReadonlySet<number | undefined> = new Set([0, 8]);
const NOT_RUNNING = 7;
/** It runs, and its agent warns that it may not for long; Pacemaker takes it as running. */
const DEGRADED: ReadonlySet<number | undefined> = new Set([190, 191]);

/** Adds an operation, and sets `since` where it ended something. The text is empty where it is no news. */
export function addOperation(state: WatchState, fact: Operation, since: { fromMs: number }): string {
  const { atMs } = fact;
  const resource = fact.resource.replace(/:\d+$/, "");
  const before = state.running[resource];
  const run = before ?? { nodes: [], atMs };
  const knownMs = Math.max(before?.atMs ?? 0, state.lookMs ?? 0);
  state.running[resource] = run;
  run.atMs = Math.max(run.atMs, atMs);
  const work = { fact, resource, run, knownMs, since };
  const seen = seenBy(fact);
  if (seen !== undefined) return found(state, work, seen);
  return fact.good ? done(state, work) : failed(state, work);
}

/**
 * Where a monitor says no more than whether the resource runs: one that went well, and a probe, which comes before a start and after a
 * cleanup. Pacemaker expects "not running" of probes, so that it tells one of a resource that runs as if it had gone wrong.
 */
function seenBy({ task, intervalMs, rc, good }: Operation): "running" | "not running" | undefined {
  if (task !== "monitor") return undefined;
  const probe = intervalMs === 0;
  if (probe && rc === NOT_RUNNING) return "not running";
  // Of the role Stopped, a monitor goes well where nothing runs.
  const runs = probe ? RUNS.has(rc) : good && rc !== NOT_RUNNING;
  return runs || DEGRADED.has(rc) ? "running" : undefined;
}

function found(
  state: WatchState,
  { fact, resource, run, knownMs, since }: Work,
  seen: "running" | "not running",
): string {
  const { node, atMs } = fact;
  // Of a node that was away for a while, and newer things are known.
  if (atMs < knownMs) return "";
  if (seen === "running") {
    run.nodes = [...new Set([...run.nodes, node])];
    return "";
  }
  // Another instance of the same clone may run there.
  if (fact.resource !== resource || !run.nodes.includes(node)) return "";
  run.nodes = run.nodes.filter((one) => one !== node);
  since.fromMs = knownMs;
  const text = `${resource} found stopped on ${node}`;
  if (state.incident !== undefined) note(state, { atMs, text });
  return text;
}

function failed(state: WatchState, { fact, resource, run, since }: Work): string {
  const { node, task, atMs } = fact;
  const what =
    task === "monitor" ? `${resource} failed on ${node}` : `${task} of ${resource} failed on ${node}`;
  if (task === "monitor") run.nodes = run.nodes.filter((one) => one !== node);
  since.fromMs = atMs - fact.intervalMs;
  const text = `${what}: ${fact.result}`;
  note(state, { atMs, text: what }, { cause: "agent", text });
  return text;
}

function done(state: WatchState, { fact, resource, run, since }: Work): string {
  const { node, task, atMs } = fact;
  if (STARTS.has(task)) {
    run.nodes = [...new Set([...run.nodes, node])];
    const text = `${resource} started on ${node}`;
    if (state.incident !== undefined) note(state, { atMs, text });
    return text;
  }
  if (STOPS.has(task)) {
    run.nodes = run.nodes.filter((one) => one !== node);
    since.fromMs = atMs - fact.tookMs;
    const text = `${resource} ${task === "stop" ? "stopped" : "migrated away"} on ${node}`;
    if (state.incident !== undefined) note(state, { atMs, text });
    return text;
  }
  return task === "monitor" ? "" : `${task} of ${resource} on ${node}: ${fact.result}`;
}
