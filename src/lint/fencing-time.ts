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
  };
}

/** How long it may take to fence all of these nodes, which are lost at the same moment; `dark` are devices that lost their power with them. */
export function fencingTime(
  fencing: Fencing,
  lost: readonly string[],
  dark: ReadonlySet<string> = new Set(),
): FencingTime {
  const { enabled, nodes, watchdogMs = 0, deviceMs, priorityDelayMs } = fencing;
  if (!enabled) return { delayMs: 0, fenceMs: watchdogMs };
  const alive = new Set(nodes.filter((name) => !lost.includes(name)));
  // The devices of a level act one after the other, each after its own delay.
  const delays = lost.map((node) => {
    const [first = []] = waysToFence(fencing, node, { alive });
    return sum(first.map(({ delayMs }) => delayMs));
  });
  const times = lost.map((node) => {
    const [first = []] = waysToFence(fencing, node, { alive, dark });
    return countsOnWatchdog(fencing, node) ? watchdogMs : sum(first.map(({ id }) => deviceMs.get(id) ?? 0));
  });
  return { delayMs: Math.max(0, ...delays) + priorityDelayMs, fenceMs: Math.max(0, ...times) };
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
  const named = own.some((level) => level.devices.every((id) => id === WATCHDOG_DEVICE));
  return !elsewhere && (own.length === 0 || named);
}

/** Whether a device works, as far as its power goes. */
export function answers(id: string, { broken, dark }: Helpers): boolean {
  return broken?.has(id) !== true && dark?.has(id) !== true;
}

/** Each row of devices that together fence the node: of its levels, or single devices where it has none. */
export function waysToFence(fencing: Fencing, node: string, helpers: Helpers): (readonly FenceDevice[])[] {
  const levels = fencing.levels.filter(({ target }) => target === node);
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
