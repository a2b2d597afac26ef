// The fence devices of a whole group, their levels, and the delay that decides a race between two nodes (pacemaker-fenced(7)).
import {
  type FencingLevel,
  type LocationConstraint,
  type NodeSecret,
  type Primitive,
  secretText,
  WATCHDOG_DEVICE,
} from "../cluster/index.js";
import { attributeSet, operation } from "./attribute-set.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import { type Fault, type FenceDraft, fenceDrafts } from "./fence-method.js";
import { checkParameters, checkSecrets } from "./fence-parameters.js";
import { checkPlaces } from "./fence-place.js";
import { checkPlug, targetPairs } from "./fence-target.js";
import { FENCE_METHODS, type FenceMethod, type FenceText } from "./fence-text.js";
import type { NodeGroup, NodeText } from "./node-group.js";
import type { Report } from "./report.js";
import type { DocumentPath } from "./source.js";
import { durationMs, pacemakerTime } from "./values.js";

/** All that fencing adds to the model. */
export interface GroupFencing {
  readonly primitives: readonly Primitive[];
  readonly locations: readonly LocationConstraint[];
  readonly levels: readonly FencingLevel[];
  readonly secrets: readonly NodeSecret[];
  /** Delay before each node is fenced, in milliseconds, by node. */
  readonly delayMs: ReadonlyMap<string, number>;
  /** Shared disks of sbd; empty where no node is fenced over one. */
  readonly disks: readonly string[];
}

/** What holds for all devices of a group. */
export interface FencingOptions {
  readonly policy: ClusterPolicy | undefined;
  /** Delay before the first node is fenced, in milliseconds. */
  readonly raceDelayMs: number;
  readonly report: Report;
  /** Fence devices stand in the full-power tier: then lint says which node they leave out. */
  readonly elsewhere?: boolean;
}

const DEFAULT_MONITOR_MS = 60_000;
// A BMC that was away for a while is used again soon: its failures are no reason to wait as a workload's are.
const FORGET_FAILURES = "10min";

/** Where a method has the node's name at the device. */
const PLUG_KEYS: Readonly<Record<FenceMethod, readonly string[]>> = {
  redfish: [],
  ipmi: [],
  libvirt: ["domain"],
  agent: ["plug"],
  sbd: [],
  pdu: ["outlets"],
};

interface Device {
  readonly id: string;
  readonly node: string;
  readonly method: FenceMethod;
  readonly draft: FenceDraft;
  readonly level: number;
}

/** Makes the devices; a node that nobody can fence is an error unless the policy allows it. */
export function fenceDevices(group: NodeGroup, options: FencingOptions): GroupFencing {
  const { policy, raceDelayMs, report } = options;
  const interval = pacemakerTime(durationMs(policy?.fencing?.monitorInterval ?? "60s") ?? DEFAULT_MONITOR_MS);
  const secrets = new Map<string, NodeSecret>();
  checkPlaces(group, report);
  const delayMs = new Map(group.nodes.map((node, index) => [node.name, index === 0 ? raceDelayMs : 0]));
  const byNode = group.nodes.map((node, index) => {
    const path = ["nodes", index] as const;
    const devices = devicesOf(node, path, report);
    if (devices.length === 0) missing(node, path, options);
    for (const device of devices) keepSecrets(device, [...path, "fence", device.method], { secrets, report });
    return devices;
  });
  const devices = byNode.flat();
  return {
    primitives: devices.map((one) => {
      // The delay stands before the first level: whoever comes to the second one has waited already.
      const ms = one.level === 1 ? (delayMs.get(one.node) ?? 0) : 0;
      return primitive(one, interval, ms);
    }),
    locations: devices.map(notOnItsNode),
    levels: byNode.flatMap((own) => levelsOf(own, policy?.fencing?.watchdog !== undefined)),
    secrets: [...secrets.values()],
    delayMs,
    disks: [...new Set(group.nodes.flatMap((node) => node.fence?.sbd?.disks ?? []))],
  };
}

function missing(node: NodeText, path: DocumentPath, options: FencingOptions): void {
  const { policy, report } = options;
  if (policy?.fencing?.required === false || policy?.fencing?.watchdog !== undefined) return;
  if (options.elsewhere === true) return;
  const text = `nobody can fence ${node.name}, so that its workloads stay down when it is lost`;
  const hint = "add fence: { redfish: { address: …, username: …, password: { secret: … } } }";
  report("MISSING_FENCE", node.fence === undefined ? path : [...path, "fence"], text, { hint });
}

function devicesOf(node: NodeText, path: DocumentPath, report: Report): Device[] {
  const text = node.fence ?? {};
  const given = FENCE_METHODS.filter((method) => text[method] !== undefined);
  const levels = text.levels ?? given.map((method) => [method]);
  checkLevels(text, given, (code, at, words) => report(code, [...path, "fence", ...at], words));
  const devices: Device[] = [];
  for (const [index, methods] of levels.entries()) {
    for (const method of methods) {
      const fault: Fault = (code, at, words, hint) => {
        const severity = code === "UNKNOWN_FENCE_AGENT" ? "warning" : "error";
        const more = hint === undefined ? ({ severity } as const) : ({ severity, hint } as const);
        report(code, [...path, "fence", method, ...at], words, more);
      };
      for (const [place, draft] of fenceDrafts(method, text, fault).entries()) {
        if (method === "agent") checkSecrets(draft, fault);
        if (method === "agent" || text.pdu?.agent !== undefined) checkParameters(draft, fault);
        checkPlug(draft, PLUG_KEYS[method], fault);
        // The first device keeps its name when another one is added later.
        const suffix = devices.length === 0 ? "" : `-${method}${place === 0 ? "" : String(place + 1)}`;
        devices.push({ id: `fence-${node.name}${suffix}`, node: node.name, method, draft, level: index + 1 });
      }
    }
  }
  return devices;
}

function checkLevels(text: FenceText, given: readonly FenceMethod[], fault: Fault): void {
  if (text.levels === undefined) return;
  const listed = text.levels.flat();
  for (const [index, level] of text.levels.entries()) {
    for (const [place, method] of level.entries()) {
      if (!given.includes(method))
        fault("BAD_FENCE", ["levels", index, place], `there is no ${method} for this level`);
    }
  }
  for (const method of given) {
    if (listed.includes(method)) continue;
    fault("BAD_FENCE", ["levels"], `${method} stands in no level, so that it would never be used`);
  }
  const twice = listed.find((method, index) => listed.indexOf(method) < index);
  if (twice !== undefined) fault("BAD_FENCE", ["levels"], `${twice} stands in two levels`);
}

function keepSecrets(
  device: Device,
  path: DocumentPath,
  to: { readonly secrets: Map<string, NodeSecret>; readonly report: Report },
): void {
  for (const { name, reference, path: at } of device.draft.secrets) {
    const other = to.secrets.get(name);
    if (other !== undefined && JSON.stringify(other.reference) !== JSON.stringify(reference)) {
      const text = `the secrets ${secretText(other.reference)} and ${secretText(reference)} would get one file name`;
      to.report("DUPLICATE_ID", [...path, ...at], text);
    }
    to.secrets.set(name, { name, reference });
  }
}

function primitive(device: Device, interval: string, delayMs: number): Primitive {
  const { id, node, draft } = device;
  const pairs = [
    ...draft.pairs,
    ...targetPairs(node, draft),
    ...(delayMs > 0 ? [["pcmk_delay_base", pacemakerTime(delayMs)] as const] : []),
  ];
  return {
    kind: "primitive",
    id,
    agent: { class: "stonith", type: draft.agent },
    instanceAttributes: [attributeSet(`${id}-instance_attributes`, pairs)],
    metaAttributes: [attributeSet(`${id}-meta_attributes`, [["failure-timeout", FORGET_FAILURES]])],
    operations: [operation(id, "monitor", { interval, timeout: "20s" })],
  };
}

/** A node never watches over its own fence device: it could not shoot itself, and would not see it fail. */
function notOnItsNode({ id, node }: Device): LocationConstraint {
  const score = "-INFINITY";
  return { kind: "location", id: `location-${id}-${node}-${score}`, resource: id, node, score };
}

/**
 * Levels of one node, with pcs's ids; one device alone needs none. Where nodes have a watchdog, it is the last one: Pacemaker
 * counts on it by itself only for a node without levels.
 */
function levelsOf(devices: readonly Device[], watchdog: boolean): FencingLevel[] {
  if (devices.length < 2) return [];
  const target = devices[0]?.node ?? "";
  const own = [...new Set(devices.map((device) => device.level))].map((index) => ({
    index,
    devices: devices.filter((device) => device.level === index).map((device) => device.id),
  }));
  const last = { index: Math.max(...own.map(({ index }) => index)) + 1, devices: [WATCHDOG_DEVICE] };
  return [...own, ...(watchdog ? [last] : [])].map((level) => ({
    id: `fl-${target}-${level.index}`,
    target,
    ...level,
  }));
}
