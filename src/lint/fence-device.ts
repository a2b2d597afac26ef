// Which nodes a fence device is for, where it may run, and where it is (pacemaker-fenced(7)).
import { hostMap } from "./host-map.js";
import { timeMs } from "./pacemaker-time.js";
import { allowedNodes, scoresAt } from "./placement.js";
import { type ClusterView, type PlacedPrimitive, pairValue } from "./view.js";

/** Devices that ask or wait and never cut the power. */
const NO_POWER = ["fence_heuristics_ping", "fence_kdump"];

/** A fence device as rules look at it. */
export interface FenceDevice {
  readonly id: string;
  readonly agent: string;
  /** Nodes that it fences; undefined where it finds out by asking the device. */
  readonly targets: readonly string[] | undefined;
  /** Nodes on which it may run: those whose fencer knows it. */
  readonly runsOn: readonly string[];
  /** Address or disks, and which system there: two equal ones switch the same power. */
  readonly address: string | undefined;
  readonly plug: string | undefined;
  /** Delay before it acts, in milliseconds. */
  readonly delayMs: number;
  /** How many nodes it fences at the same time; what is more waits for its turn. */
  readonly actionLimit: number;
  readonly cutsPower: boolean;
}

/** How long the others wait for a lost node's watchdog, in milliseconds; 0 where they do not count on one. */
export function watchdogWaitMs({ property }: ClusterView): number {
  const times = ["stonith-watchdog-timeout", "fencing-watchdog-timeout"].map((name) => property(name) ?? "");
  return Math.max(...times.map((time) => timeMs(time) ?? 0));
}

/** All fence devices that Pacemaker's fencer knows: it ignores those that are disabled (fenced_scheduler.c). */
export function fenceDevicesOf(view: ClusterView): FenceDevice[] {
  return view.fenceDevices.filter((one) => !isDisabled(one, view)).map((one) => read(one, view));
}

/** The others, which fence nobody until somebody enables them. */
export function disabledDevicesOf(view: ClusterView): FenceDevice[] {
  return view.fenceDevices.filter((one) => isDisabled(one, view)).map((one) => read(one, view));
}

/** Why these fence nobody: `outlet is disabled (target-role: Stopped)`. */
export function disabledWords(devices: readonly Pick<FenceDevice, "id">[]): string {
  const ids = devices.map(({ id }) => id).join(" and ");
  return `${ids} ${devices.length === 1 ? "is" : "are"} disabled (target-role: Stopped)`;
}

function isDisabled(placed: PlacedPrimitive, view: ClusterView): boolean {
  return view.meta(placed, "target-role")?.toLowerCase() === "stopped";
}

function read(placed: PlacedPrimitive, view: ClusterView): FenceDevice {
  const device = placed.primitive;
  const value = (name: string): string | undefined => pairValue(device.instanceAttributes, name);
  const list = value("pcmk_host_list")?.split(/[\s,;]+/) ?? [];
  const map = hostMap(value("pcmk_host_map") ?? "");
  const targets = [...new Set([...list, ...map.map(([node]) => node)])].filter((name) => name !== "");
  const delays = ["pcmk_delay_base", "pcmk_delay_max", "delay"].map((name) => timeMs(value(name) ?? "") ?? 0);
  const host = value(value("pcmk_host_argument") ?? "plug");
  return {
    id: device.id,
    agent: device.agent.type,
    targets: targets.length > 0 ? targets : undefined,
    runsOn: knownOn(placed, view),
    address: addressOf(value),
    plug: host ?? value("plug") ?? value("port") ?? value("systems_uri") ?? map[0]?.[1],
    delayMs: Math.max(...delays),
    actionLimit: actionLimit(value("pcmk_action_limit")),
    cutsPower: !NO_POWER.includes(device.agent.type),
  };
}

const INFINITY: Readonly<Record<string, number>> = {
  INFINITY: 1_000_000,
  "-INFINITY": Number.NEGATIVE_INFINITY,
};

/** Where a fencer knows the device: a score below 0 bans it there, infinite or not, its own or that of what is around it. */
function knownOn({ primitive, group, clone }: PlacedPrimitive, view: ClusterView): string[] {
  const ids = [primitive, group, clone].flatMap((one) => (one === undefined ? [] : [one.id]));
  const allowed = ids.map((id) => new Set(allowedNodes(view, id)));
  const optIn = view.isOff("symmetric-cluster");
  return view.nodes.filter((node) => {
    const open = optIn ? allowed.some((one) => one.has(node)) : allowed.every((one) => one.has(node));
    const scores = ids.flatMap((id) => scoresAt(view, id, node));
    const sum = scores.reduce((all, score) => all + (INFINITY[score] ?? Number(score)), 0);
    return open && !(sum < 0);
  });
}

/** As the fencer reads it: one at a time where nothing is said or it makes no sense, any number below 0. */
function actionLimit(text: string | undefined): number {
  const limit = Number.parseInt(text ?? "", 10);
  if (Number.isNaN(limit) || limit === 0) return 1;
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function addressOf(value: (name: string) => string | undefined): string | undefined {
  const address = value("ip") ?? value("ipaddr");
  if (address !== undefined) return `${address.toLowerCase()} ${value("ipport") ?? ""}`.trim();
  return value("devices");
}
