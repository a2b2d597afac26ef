// How long a workload is away when it has to go to another node or to start again: the terms of the bound, and where each comes from.
import {
  type BoundTerm,
  consensusMs,
  DEFAULT_DEVICE_MS,
  effectiveTokenMs,
  type OutageBoundInput,
  outageBound,
} from "../cluster/index.js";
import { actionsMs, fencingTime, orderedAround } from "../lint/index.js";
import type { Failure } from "./failure.js";
import { boardsOf } from "./fencing.js";
import type { Scene } from "./scene.js";
import type { Steps } from "./situation.js";
import type { Workload } from "./workload.js";

/** How long at most, and of what it is made. */
export interface Outage {
  readonly totalMs: number;
  readonly terms: readonly BoundTerm[];
}

/** What nobody has measured yet: a watcher has lost its network. */
const NETWORK_MS = 2_000;
const SCHEDULING_MS = 200;
/** corosync's own token, and what it adds for each node beyond two. */
const TOKEN_MS = 3_000;
const COEFFICIENT_MS = 650;

/** A workload that a failure moves or restarts. */
interface Interrupted {
  readonly workload: Workload;
  /** The nodes where it was. */
  readonly runsOn: readonly string[];
  /** What the scheduler does to everything. */
  readonly steps: Steps;
}

/** The outage of a workload from the failure on, which may be longer than that it does not run. */
export function outageOf(scene: Scene, failure: Failure, { workload, runsOn, steps }: Interrupted): Outage {
  const resourcesMs = actionsMs(scene.view, workload.primitives);
  const start = { ms: resourcesMs, source: "assumed" } as const;
  const dead = failure.lost.length > 0;
  const dark = failure.kind === "cabinet" ? boardsOf(scene.fencing, failure.lost) : undefined;
  const { delayMs, fenceMs } = fencingTime(scene.fencing, failure.lost, dark);
  const bound = outageBound({
    timing: totemOf(scene),
    fencingDelayMs: delayMs,
    fenceMs: { ms: fenceMs, source: "assumed" },
    startMs: start,
    dcLost: true,
  });
  const stop: BoundTerm = { name: "workload stop", ms: resourcesMs, source: "assumed" };
  const others = waitsFor(scene, workload, steps);
  if (dead) {
    const gone = runsOn.every((node) => failure.lost.includes(node));
    return added([...bound.terms, ...(gone ? [] : [stop]), ...others]);
  }
  return added([
    { name: "network seen lost", ms: NETWORK_MS, source: "assumed" },
    { name: "scheduling", ms: SCHEDULING_MS, source: "assumed" },
    stop,
    ...others,
    { name: "workload start", ...start },
  ]);
}

/** What orders put between: all that is tied to it stops, and what starts before it has to run, one after the other at worst. */
function waitsFor({ view }: Scene, { primitives }: Workload, { stops, starts }: Steps): BoundTerm[] {
  const { before, after } = orderedAround(view, primitives);
  const stopping = [...before, ...after].filter((id) => stops.has(id));
  const starting = [...before].filter((id) => starts.has(id));
  const terms: BoundTerm[] = [
    { name: "stops it waits for", ms: actionsMs(view, new Set(stopping)), source: "assumed" },
    { name: "starts it waits for", ms: actionsMs(view, starting), source: "assumed" },
  ];
  return terms.filter(({ ms }) => ms > 0);
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
