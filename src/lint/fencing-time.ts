// Who fences a lost node, how long that may take, and how long it waits before (pacemaker-fenced(7), Pacemaker Explained "Fencing").
import { type FencingLevel, WATCHDOG_DEVICE } from "../cluster/index.js";
import { fenceAgentMs } from "./assumed-times.js";
import { disabledDevicesOf, type FenceDevice, fenceDevicesOf, watchdogWaitMs } from "./fence-device.js";
import { timeMs } from "./pacemaker-time.js";
import type { ClusterView } from "./view.js";

/** The fencing of a group. */
export interface Fencing {
  readonly enabled: boolean;
  readonly nodes: readonly string[];
  /** Those that Pacemaker uses. */
  readonly devices: readonly FenceDevice[];
  /** Those that somebody has disabled. */
  readonly disabled: readonly FenceDevice[];
  readonly levels: readonly FencingLevel[];
  /** How long the others wait until a node's watchdog has reset it; undefined where they do not count on one. */
  readonly watchdogMs: number | undefined;
  /** How long each device takes, in milliseconds, by its id; assumed. */
  readonly deviceMs: ReadonlyMap<string, number>;
  /** What the poorer half of a pair waits besides (`priority-fencing-delay`), in milliseconds; 0 where there is no pair. */
  readonly priorityDelayMs: number;
  /** One node after the other, whatever fences them (`concurrent-fencing`). */
  readonly oneByOne: boolean;
}

/** How long fencing lasts at most, in milliseconds. */
interface FencingTime {
  /** Before it begins. */
  readonly delayMs: number;
  /** From then on, until the node is known to be off. Assumed, where it is not the watchdog's time. */
  readonly fenceMs: number;
}

/** Who can act. */
export interface Helpers {
  /** Nodes that are alive. */
  readonly alive: ReadonlySet<string>;
  /** Fence devices that do not work. */
  readonly broken?: ReadonlySet<string>;
  /** Fence devices that have no power. */
  readonly dark?: ReadonlySet<string>;
}

/** Reads it off a view. */
export function fencingOf(view: ClusterView): Fencing {
  const watchdogMs = watchdogWaitMs(view);
  const priorityMs = timeMs(view.property("priority-fencing-delay") ?? "") ?? 0;
  const devices = fenceDevicesOf(view);
  return {
    enabled: !view.isOff("stonith-enabled") && !view.isOff("fencing-enabled"),
    nodes: view.nodes,
    devices,
    disabled: disabledDevicesOf(view),
    deviceMs: new Map(devices.map(({ id, agent }) => [id, fenceAgentMs(agent, view)])),
    levels: view.model.configuration.fencingLevels,
    watchdogMs: watchdogMs > 0 ? watchdogMs : undefined,
    priorityDelayMs: view.nodes.length === 2 ? priorityMs : 0,
    // Pacemaker 2.1's own default, as in Debian; where a package or Pacemaker 3 has another one, it only takes less time.
    oneByOne: !view.isOn("concurrent-fencing"),
  };
}

/** How long it may take to fence all of these nodes, which are lost at the same moment; `dark` are devices that lost their power with them. */
export function fencingTime(
  fencing: Fencing,
  lost: readonly string[],
  dark: ReadonlySet<string> = new Set(),
): FencingTime {
  const { enabled, nodes, watchdogMs = 0, priorityDelayMs } = fencing;
  if (!enabled) return { delayMs: 0, fenceMs: watchdogMs };
  const alive = new Set(nodes.filter((name) => !lost.includes(name)));
  const queues = queuesOf(
    fencing,
    lost.map((node) => turnOf(fencing, node, { alive, dark })),
  );
  const longest = (part: "delayMs" | "fenceMs"): number =>
    Math.max(0, ...queues.map((turns) => sum(turns.map((turn) => turn[part]))));
  return { delayMs: longest("delayMs") + priorityDelayMs, fenceMs: longest("fenceMs") };
}

/** The fencing of one node, and what it takes. */
interface Turn extends FencingTime {
  readonly devices: readonly FenceDevice[];
}

/** The devices of a level act one after the other, each after its own delay. */
function turnOf(fencing: Fencing, node: string, helpers: Helpers): Turn {
  const { watchdogMs = 0, deviceMs } = fencing;
  // Nobody can tell which devices it is: all of them take longer than any level.
  const unclear = whyUnclear(fencing.levels, node) !== undefined;
  const all = fencing.devices.filter(({ targets }) => targets?.includes(node) ?? true);
  const first = (of: Helpers): readonly FenceDevice[] =>
    unclear ? all : (waysToFence(fencing, node, of)[0] ?? []);
  const [tried, devices] = [first({ alive: helpers.alive }), first(helpers)];
  const delayMs = sum(tried.map((device) => device.delayMs));
  if (countsOnWatchdog(fencing, node)) return { delayMs, fenceMs: watchdogMs, devices: [] };
  return { delayMs, fenceMs: sum(devices.map(({ id }) => deviceMs.get(id) ?? 0)), devices };
}

/** Turns that wait for one another, since a device that several need takes fewer at a time; delays count as if they waited too. */
function queuesOf({ oneByOne }: Fencing, turns: readonly Turn[]): Turn[][] {
  const users = (device: FenceDevice): number =>
    turns.filter(({ devices }) => devices.includes(device)).length;
  const waits = (one: Turn, other: Turn): boolean =>
    oneByOne ||
    one.devices.some((device) => other.devices.includes(device) && users(device) > device.actionLimit);
  return turns.reduce<Turn[][]>((queues, turn) => {
    const joined = queues.filter((queue) => queue.some((other) => waits(other, turn)));
    return [...queues.filter((queue) => !joined.includes(queue)), [...joined.flat(), turn]];
  }, []);
}

function sum(times: readonly number[]): number {
  return times.reduce((all, ms) => all + ms, 0);
}

/** The same for the one node of a group that takes longest: for a promise that has to hold whichever is lost. */
export function longestFencing(view: ClusterView): FencingTime {
  const fencing = fencingOf(view);
  return fencing.nodes
    .map((node) => fencingTime(fencing, [node]))
    .reduce((one, other) => (other.delayMs + other.fenceMs > one.delayMs + one.fenceMs ? other : one), {
      delayMs: 0,
      fenceMs: 0,
    });
}

/** Whether the others take `node` for gone after its watchdog's time: where it has levels, one must be the watchdog alone. */
export function countsOnWatchdog({ watchdogMs, devices, levels }: Fencing, node: string): boolean {
  if (watchdogMs === undefined) return false;
  const elsewhere = devices.some(
    ({ id, targets }) => id === WATCHDOG_DEVICE && !(targets?.includes(node) ?? true),
  );
  const own = levels.filter(({ target }) => target === node);
  if (whyUnclear(own, node) !== undefined) return false;
  const named = own.some((level) => level.devices.every((id) => id === WATCHDOG_DEVICE));
  return !elsewhere && (own.length === 0 || named);
}

/** Why nobody here can tell which levels Pacemaker takes for the node; undefined where it is clear. */
export function whyUnclear(levels: readonly FencingLevel[], node: string): string | undefined {
  return levels.find(({ target, unclear }) => target === node && unclear !== undefined)?.unclear;
}

/** Whether a device works, as far as its power goes. */
export function answers(id: string, { broken, dark }: Helpers): boolean {
  return broken?.has(id) !== true && dark?.has(id) !== true;
}

/** Each row of devices that together fence the node: of its levels, or single devices where it has none; none where its levels are not clear. */
export function waysToFence(fencing: Fencing, node: string, helpers: Helpers): (readonly FenceDevice[])[] {
  const levels = fencing.levels.filter(({ target }) => target === node);
  if (whyUnclear(levels, node) !== undefined) return [];
  const own = fencing.devices.filter(({ targets }) => targets?.includes(node) ?? true);
  const indexes = [...new Set(levels.map(({ index }) => index))].sort((one, other) => one - other);
  const rows =
    levels.length === 0
      ? own.map((device) => [device])
      : indexes.map((index) => {
          const all = levels.filter((level) => level.index === index).flatMap(({ devices }) => devices);
          // The watchdog needs nobody, so that such a level hangs on the devices beside it.
          const ids = fencing.watchdogMs === undefined ? all : all.filter((id) => id !== WATCHDOG_DEVICE);
          const found = fencing.devices.filter(({ id }) => ids.includes(id));
          return found.length === new Set(ids).size ? found : [];
        });
  const works = ({ id, runsOn }: FenceDevice): boolean =>
    answers(id, helpers) && runsOn.some((one) => helpers.alive.has(one));
  return rows.filter((row) => row.some(({ cutsPower }) => cutsPower) && row.every(works));
}
