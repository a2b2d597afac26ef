// How long a workload is away when it has to go to another node: the terms of the bound, and where each comes from.
import {
  type BoundTerm,
  consensusMs,
  DEFAULT_DEVICE_MS,
  effectiveTokenMs,
  type OutageBoundInput,
  outageBound,
} from "../cluster/index.js";
import { timeMs } from "../lint/index.js";
import type { Failure } from "./failure.js";
import { countsOnWatchdog, waysToFence } from "./fencing.js";
import type { Scene, Workload } from "./scene.js";

/** How long at most, and of what it is made. */
export interface Outage {
  readonly totalMs: number;
  readonly terms: readonly BoundTerm[];
}

/** What nobody has measured yet: a BMC cuts the power, one resource starts or stops, a watcher has lost its network. */
const FENCE_MS = 3_000;
const START_MS = 1_000;
const NETWORK_MS = 2_000;
const SCHEDULING_MS = 200;
/** corosync's own token, and what it adds for each node beyond two. */
const TOKEN_MS = 3_000;
const COEFFICIENT_MS = 650;

/** The outage of a workload that moves because of a failure; `runsOn` are the nodes where it was. */
export function outageOf(
  scene: Scene,
  failure: Failure,
  { workload, runsOn }: { readonly workload: Workload; readonly runsOn: readonly string[] },
): Outage {
  const resourcesMs = START_MS * workload.primitives.length;
  const start = { ms: resourcesMs, source: "assumed" } as const;
  const dead = failure.lost.length > 0;
  const bound = outageBound({
    timing: totemOf(scene),
    fencingDelayMs: fencingDelay(scene, failure.lost),
    fenceMs: { ms: fenceMs(scene, failure.lost), source: "assumed" },
    startMs: start,
    dcLost: true,
  });
  const stop: BoundTerm = { name: "workload stop", ms: resourcesMs, source: "assumed" };
  if (dead) {
    const gone = runsOn.every((node) => failure.lost.includes(node));
    return gone ? bound : added([...bound.terms, stop]);
  }
  return added([
    { name: "network seen lost", ms: NETWORK_MS, source: "assumed" },
    { name: "scheduling", ms: SCHEDULING_MS, source: "assumed" },
    stop,
    { name: "workload start", ...start },
  ]);
}

function added(terms: readonly BoundTerm[]): Outage {
  return { totalMs: terms.reduce((sum, { ms }) => sum + ms, 0), terms };
}

/** Token and consensus as corosync runs with them, and how long its quorum device may be silent. */
function totemOf({ view }: Scene): OutageBoundInput["timing"] {
  const { totem, quorum } = view.model.corosync;
  const value = (key: string, section = totem): number | undefined => {
    const text = section.entries.findLast(([name]) => name === key)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const device = quorum.sections.find(({ name }) => name === "device");
  const coefficient = value("token_coefficient") ?? COEFFICIENT_MS;
  const tokenMs = effectiveTokenMs(value("token") ?? TOKEN_MS, coefficient, view.nodes.length);
  return {
    tokenMs,
    consensusMs: value("consensus") ?? consensusMs(tokenMs),
    ...(device === undefined ? {} : { deviceTimeoutMs: value("timeout", device) ?? DEFAULT_DEVICE_MS }),
  };
}

/** The longest way to fence one of the nodes: its watchdog where one counts. */
function fenceMs({ fencing }: Scene, lost: readonly string[]): number {
  if (!fencing.enabled) return fencing.watchdogMs ?? 0;
  const watchdog = lost.some((node) => countsOnWatchdog(fencing, node));
  return watchdog ? (fencing.watchdogMs ?? FENCE_MS) : FENCE_MS;
}

/** The longest delay before one of the nodes is fenced by the first way that works. */
function fencingDelay({ fencing, view }: Scene, lost: readonly string[]): number {
  const alive = new Set(view.nodes.filter((name) => !lost.includes(name)));
  const delays = lost.map((node) => {
    const [first = []] = waysToFence(fencing, node, { alive });
    return Math.max(0, ...first.map(({ delayMs }) => delayMs));
  });
  const priority = view.nodes.length === 2 ? (timeMs(view.property("priority-fencing-delay") ?? "") ?? 0) : 0;
  return Math.max(0, ...delays) + priority;
}
