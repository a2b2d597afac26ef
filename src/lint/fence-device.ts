// Which nodes a fence device is for, where it may run, and where it is (pacemaker-fenced(7)).
import type { Primitive } from "../cluster/index.js";
import { hostMap } from "./host-map.js";
import { timeMs } from "./pacemaker-time.js";
import { allowedNodes } from "./placement.js";
import { type ClusterView, pairValue } from "./view.js";

/** Devices that ask or wait and never cut the power. */
const NO_POWER = ["fence_heuristics_ping", "fence_kdump"];

/** A fence device as rules look at it. */
export interface FenceDevice {
  readonly id: string;
  readonly agent: string;
  /** Nodes that it fences; undefined where it finds out by asking the device. */
  readonly targets: readonly string[] | undefined;
  /** Nodes on which it may run. */
  readonly runsOn: readonly string[];
  /** Address or disks, and which system there: two equal ones switch the same power. */
  readonly address: string | undefined;
  readonly plug: string | undefined;
  /** Delay before it acts, in milliseconds. */
  readonly delayMs: number;
  readonly cutsPower: boolean;
}

/** How long the others wait for a lost node's watchdog, in milliseconds; 0 where they do not count on one. */
export function watchdogWaitMs({ property }: ClusterView): number {
  const times = ["stonith-watchdog-timeout", "fencing-watchdog-timeout"].map((name) => property(name) ?? "");
  return Math.max(...times.map((time) => timeMs(time) ?? 0));
}

/** All fence devices. */
export function fenceDevicesOf(view: ClusterView): FenceDevice[] {
  return view.fenceDevices.map((device) => read(device, view));
}

function read(device: Primitive, view: ClusterView): FenceDevice {
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
    runsOn: allowedNodes(view, device.id),
    address: addressOf(value),
    plug: host ?? value("plug") ?? value("port") ?? value("systems_uri") ?? map[0]?.[1],
    delayMs: Math.max(...delays),
    cutsPower: !NO_POWER.includes(device.agent.type),
  };
}

function addressOf(value: (name: string) => string | undefined): string | undefined {
  const address = value("ip") ?? value("ipaddr");
  if (address !== undefined) return `${address.toLowerCase()} ${value("ipport") ?? ""}`.trim();
  return value("devices");
}
