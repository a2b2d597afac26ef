// Whether somebody is left who can fence a lost node: devices, levels, the node's own watchdog (pacemaker-fenced(7), Pacemaker Explained "Fencing").
import { type FencingLevel, WATCHDOG_DEVICE } from "../cluster/index.js";
import { type ClusterView, fenceDevicesOf, watchdogWaitMs } from "../lint/index.js";

type Device = ReturnType<typeof fenceDevicesOf>[number];

/** The fencing of a group. */
export interface Fencing {
  readonly enabled: boolean;
  readonly devices: readonly Device[];
  readonly levels: readonly FencingLevel[];
  /** How long the others wait until a node's watchdog has reset it; undefined where they do not count on one. */
  readonly watchdogMs: number | undefined;
}

/** Devices on the board of the node that they fence: they lose their power with it. */
const ON_BOARD = /^fence_(redfish|ipmilan|ilo|idrac|drac|imm|rsa|bladecenter|amt)/;

/** Devices on the boards of these nodes: where the nodes have no power, they answer no more. */
export function boardsOf({ devices }: Fencing, nodes: readonly string[]): ReadonlySet<string> {
  const boards = devices.filter(
    ({ agent, targets }) =>
      ON_BOARD.test(agent) && (targets?.some((target) => nodes.includes(target)) ?? true),
  );
  return new Set(boards.map(({ id }) => id));
}

/** Reads it off a view. */
export function fencingOf(view: ClusterView): Fencing {
  const watchdogMs = watchdogWaitMs(view);
  return {
    enabled: !view.isOff("stonith-enabled") && !view.isOff("fencing-enabled"),
    devices: fenceDevicesOf(view),
    levels: view.model.configuration.fencingLevels,
    watchdogMs: watchdogMs > 0 ? watchdogMs : undefined,
  };
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

/** Who can act. */
export interface Helpers {
  /** Nodes that are alive. */
  readonly alive: ReadonlySet<string>;
  /** Fence devices that do not work. */
  readonly broken?: ReadonlySet<string>;
  /** Fence devices that have no power. */
  readonly dark?: ReadonlySet<string>;
}

function answers(id: string, { broken, dark }: Helpers): boolean {
  return broken?.has(id) !== true && dark?.has(id) !== true;
}

/** Why nobody can fence `node`; undefined where somebody can, or where nobody waits for it. */
export function whyNotFenced(fencing: Fencing, node: string, helpers: Helpers): string | undefined {
  if (!fencing.enabled || countsOnWatchdog(fencing, node)) return undefined;
  const own = fencing.devices.filter(({ targets }) => targets?.includes(node) ?? true);
  if (waysToFence(fencing, node, helpers).length > 0) return undefined;
  if (own.every(({ cutsPower }) => !cutsPower)) return `no fence device cuts the power of ${node}`;
  const idle = own.filter(
    ({ id, runsOn }) => answers(id, helpers) && !runsOn.some((one) => helpers.alive.has(one)),
  );
  if (idle.length > 0) return `${named(idle)} may run on none of the nodes that are left`;
  const dark = own.filter(({ id }) => helpers.dark?.has(id) === true);
  if (dark.length > 0)
    return `${named(dark)} on the board of ${node} has no power either, and nobody can tell that ${node} is off`;
  return `${named(own)} cannot fence ${node}`;
}

function named(devices: readonly Device[]): string {
  return devices.map(({ id }) => id).join(" and ");
}

/** Each row of devices that together fence the node: of its levels, or single devices where it has none. */
export function waysToFence(fencing: Fencing, node: string, helpers: Helpers): (readonly Device[])[] {
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
  const works = ({ id, runsOn }: Device): boolean =>
    answers(id, helpers) && runsOn.some((one) => helpers.alive.has(one));
  return rows.filter((row) => row.some(({ cutsPower }) => cutsPower) && row.every(works));
}

/** True where all that fences the node sits on its own board, and loses its power with it. */
export function diesWithNode(fencing: Fencing, node: string): boolean {
  if (!fencing.enabled || countsOnWatchdog(fencing, node)) return false;
  const alive = new Set(fencing.devices.flatMap(({ runsOn }) => runsOn).filter((name) => name !== node));
  const ways = waysToFence(fencing, node, { alive });
  return ways.length > 0 && ways.every((row) => row.some(({ agent }) => ON_BOARD.test(agent)));
}
