// What drills see of real machines: where the workload runs and who was fenced, sampled over SSH. Outages are as exact as the samples are close.
import type { Fencing } from "../drill/index.js";
import type { FencingEvent } from "../observation/index.js";
import type { Run } from "../timeline/index.js";
import type { GroupStatus } from "./group-status.js";

/** One look at a group. */
export interface Sample {
  /** When it began and ended, in nanoseconds. */
  readonly fromNs: number;
  readonly atNs: number;
  /** Undefined where no node answered. */
  readonly status: GroupStatus | undefined;
}

const DEAD: ReadonlySet<string> = new Set(["offline", "unclean", "unknown", "pending"]);

/** Where a workload runs; undefined where it runs nowhere, or only where nobody is alive. */
export function holderIn(status: GroupStatus | undefined, workload: string): string | undefined {
  return holdersIn(status, workload)[0];
}

/** All of them: more than one where it runs twice. */
function holdersIn(status: GroupStatus | undefined, workload: string): string[] {
  const one = status?.workloads.find(({ id, nodes }) => id === workload && nodes.length > 0);
  if (one === undefined || one.role === "Stopped") return [];
  return one.nodes.filter((node) => {
    const state = status?.nodes.find(({ name }) => name === node)?.state;
    return state !== undefined && !DEAD.has(state) && !one.remarks.includes("failed");
  });
}

/** Runs of a workload out of samples in order: one for each time that it was seen on a node without a gap. */
export function runsFrom(samples: readonly Sample[], workload: string): Run[] {
  interface Seen {
    readonly node: string;
    readonly boot: string;
    readonly fromNs: number;
    toNs: number;
    readonly stopped: boolean;
  }
  const runs: Seen[] = [];
  let open = new Map<string, Seen>();
  for (const { atNs, fromNs, status } of samples) {
    // Nobody answered: neither that it runs nor that it does not.
    if (status === undefined) continue;
    const now = new Map<string, Seen>();
    for (const node of holdersIn(status, workload)) {
      const run = open.get(node);
      if (run !== undefined) run.toNs = fromNs;
      else runs.push({ node, boot: "", fromNs: atNs, toNs: atNs, stopped: false });
      const seen = run ?? runs.at(-1);
      if (seen !== undefined) now.set(node, seen);
    }
    open = now;
  }
  return runs;
}

/** Each node writes down by its own clock when it learned that a fencing was done. */
const ONE_EVENT_MS = 10_000;

/** Fencings that were not in the first sample's history, whichever node told it. */
export function fencingsFrom(samples: readonly Sample[]): Fencing[] {
  const known = [...(samples.find(({ status }) => status !== undefined)?.status?.fencing ?? [])];
  const found: Fencing[] = [];
  for (const { atNs, status } of samples) {
    for (const event of status?.fencing ?? []) {
      if (event.status !== "success" || known.some((one) => isSame(one, event))) continue;
      known.push(event);
      found.push({ node: event.target, askedNs: atNs, goneNs: atNs });
    }
  }
  return found;
}

function isSame(one: FencingEvent, other: FencingEvent): boolean {
  const facts = ({ target, action, delegate = "", origin = "" }: FencingEvent) =>
    [target, action, delegate, origin].join(" ");
  if (facts(one) !== facts(other)) return false;
  if (one.completed === other.completed) return true;
  return Math.abs(completedMs(one) - completedMs(other)) <= ONE_EVENT_MS;
}

/** When, as crm_mon writes it: `2026-11-20 11:00:00Z`, or with microseconds and a blank before the time zone. */
function completedMs({ completed = "" }: FencingEvent): number {
  const [, date = "", time = "", zone = ""] =
    /^(\S+) ([0-9:]+(?:\.[0-9]{1,3})?)[0-9]* ?(\S*)$/.exec(completed) ?? [];
  return Date.parse(`${date}T${time}${zone}`);
}

/** The longest time between two samples that answered, in milliseconds. */
export function coarseness(samples: readonly Sample[]): number {
  let last: number | undefined;
  let widest = 0;
  for (const { atNs, fromNs, status } of samples) {
    if (status === undefined) continue;
    if (last !== undefined) widest = Math.max(widest, atNs - last);
    last = fromNs;
  }
  return widest / 1e6;
}
