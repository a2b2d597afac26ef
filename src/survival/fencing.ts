// Why nobody is left who can fence a lost node, and what loses its power with it (pacemaker-fenced(7), Pacemaker Explained "Fencing").
import {
  answers,
  countsOnWatchdog,
  disabledWords,
  type FenceDevice,
  type Fencing,
  type Helpers,
  waysToFence,
  whyUnclear,
} from "../lint/index.js";

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

/** Why nobody can fence `node`; undefined where somebody can, or where nobody waits for it. */
export function whyNotFenced(fencing: Fencing, node: string, helpers: Helpers): string | undefined {
  if (!fencing.enabled || countsOnWatchdog(fencing, node)) return undefined;
  if (waysToFence(fencing, node, helpers).length > 0) return undefined;
  const unclear = whyUnclear(fencing.levels, node);
  if (unclear !== undefined) return `nobody can tell what fences ${node}: ${unclear}`;
  const isFor = ({ targets }: FenceDevice): boolean => targets?.includes(node) ?? true;
  const why = whyNone(node, fencing.devices.filter(isFor), helpers);
  const off = fencing.disabled.filter(isFor);
  return off.length === 0 ? why : `${disabledWords(off)}, and ${why}`;
}

function whyNone(node: string, own: readonly FenceDevice[], helpers: Helpers): string {
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

function named(devices: readonly FenceDevice[]): string {
  return devices.map(({ id }) => id).join(" and ");
}

/** True where all that fences the node sits on its own board, and loses its power with it. */
export function diesWithNode(fencing: Fencing, node: string): boolean {
  if (!fencing.enabled || countsOnWatchdog(fencing, node)) return false;
  const alive = new Set(fencing.devices.flatMap(({ runsOn }) => runsOn).filter((name) => name !== node));
  const ways = waysToFence(fencing, node, { alive });
  return ways.length > 0 && ways.every((row) => row.some(({ agent }) => ON_BOARD.test(agent)));
}
