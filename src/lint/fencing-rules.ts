// Fencing that is there on paper: devices that cannot act when they are needed, or that switch off the wrong node (pacemaker-fenced(7), sbd(8)).
import { WATCHDOG_DEVICE } from "../cluster/index.js";
import { canonicalAddress } from "./addresses.js";
import {
  disabledDevicesOf,
  disabledWords,
  type FenceDevice,
  fenceDevicesOf,
  watchdogWaitMs,
} from "./fence-device.js";
import { whyUnclear } from "./fencing-time.js";
import { inWords, timeMs } from "./pacemaker-time.js";
import { quorumRulesOf } from "./quorum-rules.js";
import { type Add, type ClusterView, entryOf, pairValue, type Rule } from "./view.js";

/** corosync-qdevice's own default of sync_timeout. */
const DEVICE_SYNC_MS = 30_000;

/** Every node has a device that cuts its power and can act while the node is lost. */
export const coverage: Rule = (view, add) => {
  if (view.isOff("stonith-enabled")) return;
  const [devices, disabled] = [fenceDevicesOf(view), disabledDevicesOf(view)];
  for (const node of view.nodes) {
    const isFor = (device: FenceDevice): boolean => device.targets?.includes(node) ?? true;
    const [own, off] = [devices.filter(isFor), disabled.filter(isFor)];
    const able = own.filter((device) => device.runsOn.some((name) => name !== node));
    const subject = `node ${node}`;
    const unclear = whyUnclear(view.model.configuration.fencingLevels, node);
    if (unclear !== undefined) {
      const hint = "fencing levels with target: for each node";
      add("warning", "FENCING_LEVEL_UNCLEAR", { subject, text: unclear, hint });
    }
    if (own.every((device) => !device.cutsPower) && view.model.watchdog === undefined) {
      add("error", "MISSING_FENCE", { subject, ...whyMissing(own, off) });
    } else if (own.length > 0 && able.length === 0) {
      const text = `${own.map((device) => device.id).join(" and ")} may run only on the node that is to be fenced`;
      add("error", "FENCE_ON_OWN_NODE", { subject, text, hint: "let the other nodes run it" });
    }
  }
};

function whyMissing(own: readonly FenceDevice[], off: readonly FenceDevice[]) {
  if (off.length > 0) {
    const text = `nobody can fence it, so that its workloads stay down when it is lost: ${disabledWords(off)}`;
    return { text, hint: `pcs stonith enable ${off[0]?.id ?? ""}, or take its target-role away` };
  }
  const text =
    own.length === 0
      ? "nobody can fence it, so that its workloads stay down when it is lost"
      : `${own.map((device) => device.agent).join(" and ")} only looks and never cuts the power`;
  return { text, hint: "a BMC, switched outlets, or a watchdog" };
}

/** Devices at one place: the wrong node would go down, or one fault takes all fencing. */
export const places: Rule = (view, add) => {
  const devices = fenceDevicesOf(view).filter(
    (device) => device.address !== undefined && device.targets?.length === 1,
  );
  checkPower(devices, add);
  const addresses = new Set(devices.map((device) => device.address));
  const targets = new Set(devices.flatMap((device) => device.targets ?? []));
  if (addresses.size !== 1 || targets.size < 2 || devices.some((device) => device.agent === "fence_sbd"))
    return;
  const text = `all nodes are fenced through ${[...addresses].join("")}: while that is away, nothing heals`;
  add("warning", "FENCE_SINGLE_POINT", {
    subject: "fencing",
    text,
    hint: "a second way for each node, as a fencing level",
  });
};

function checkPower(devices: readonly FenceDevice[], add: Add): void {
  const byPower = new Map<string, FenceDevice>();
  for (const device of devices) {
    if (device.agent === "fence_sbd") continue;
    const power = powerOf(device);
    const other = byPower.get(power);
    if (other !== undefined && other.targets?.[0] !== device.targets?.[0]) {
      const text = `the same power as of ${other.id}: fencing one node would switch off the other`;
      add("error", "FENCE_SAME_POWER", {
        subject: `fence device ${device.id}`,
        text,
        hint: "the address of the node's own BMC",
      });
    }
    byPower.set(power, device);
  }
}

/** Boards that switch one computer, whichever of their agents asks them: a plug, where they take one, says nothing. */
const BOARD = /^fence_(redfish|ipmilan(plus)?|idrac|drac|imm|rsa|rsb|ilo[2-9]?(_ssh)?|ilo[_-]mp)$/;
/** Where such a board listens unless somebody says otherwise; behind other ports of one address are others. */
const BOARD_PORTS = ["22", "23", "443", "623"];

/** Equal for two devices that switch the same power. */
function powerOf({ agent, address = "", plug = "" }: FenceDevice): string {
  if (!BOARD.test(agent)) return `${agent} ${address} ${plug}`;
  const [host = "", port = ""] = address.split(" ");
  const system = agent === "fence_redfish" ? plug : "";
  return `board ${canonicalAddress(host)} ${BOARD_PORTS.includes(port) ? "" : port} ${system}`;
}

/** Two nodes that shoot at each other: exactly one must be faster. */
export const race: Rule = (view, add) => {
  const devices = fenceDevicesOf(view).filter((device) => device.cutsPower);
  const first = (node: string): number => {
    const index = view.model.configuration.fencingLevels.filter(
      (level) => level.target === node && level.index === 1,
    );
    const used = devices.filter((one) => one.targets?.includes(node) ?? true);
    const now =
      index.length === 0 ? used : used.filter((one) => index.some((level) => level.devices.includes(one.id)));
    return Math.max(0, ...now.map((one) => one.delayMs));
  };
  const delays = view.nodes.map(first);
  const priority = timeMs(view.property("priority-fencing-delay") ?? "") ?? 0;
  const isPair = quorumRulesOf(view).twoNode && devices.length > 0;
  if (isPair && new Set(delays).size === 1 && priority === 0) {
    const text = "when the nodes lose sight of each other, both fence at the same moment and both go down";
    add("error", "RACE_WITHOUT_DELAY", {
      subject: "fencing",
      text,
      hint: "raceDelay in the policy, or pcmk_delay_base on one device",
    });
  }
  if (!isPair && Math.max(0, ...delays) > 0 && view.nodes.length > 2) {
    const text = `fencing waits ${inWords(Math.max(...delays))} for a race that ${view.nodes.length} nodes with quorum cannot have`;
    add("note", "RACE_DELAY_USELESS", {
      subject: "fencing",
      text,
      hint: "remove the delay: it makes the outage longer",
    });
  }
  checkPriority({ priority, delays }, view, add);
};

function checkPriority(
  times: { readonly priority: number; readonly delays: readonly number[] },
  view: ClusterView,
  add: Add,
): void {
  const { priority, delays } = times;
  if (priority === 0) return;
  const subject = "property priority-fencing-delay";
  const longest = Math.max(0, ...delays);
  if (priority < 2 * longest) {
    const text = `${inWords(priority)} is less than twice the delay of ${inWords(longest)}: the place in the list would decide, not what runs`;
    add("warning", "PRIORITY_DELAY_SHORT", { subject, text, hint: inWords(2 * longest) });
  }
  if (view.workloads.every((one) => Number(view.meta(one, "priority") ?? 0) === 0)) {
    const text = "no workload has a priority, so that all nodes weigh the same and nothing is decided";
    add("warning", "PRIORITY_DELAY_WITHOUT_PRIORITY", {
      subject,
      text,
      hint: "resourceDefaults: { priority: 1 }",
    });
  }
}

/** Levels name devices that are there. */
export const levels: Rule = (view, add) => {
  const { model, fenceDevices } = view;
  const ids = fenceDevices.map(({ primitive }) => primitive.id);
  // Pacemaker makes it itself where the nodes have one.
  if (watchdogWaitMs(view) > 0) ids.push(WATCHDOG_DEVICE);
  for (const level of model.configuration.fencingLevels) {
    const subject = `fencing level ${level.index} of ${level.target}`;
    const missing = level.devices.filter((id) => !ids.includes(id));
    if (missing.length > 0) {
      const text = `there is no fence device ${missing.join(", ")}: this level always fails`;
      add("error", "UNKNOWN_FENCE_DEVICE", { subject, text });
    }
    if (level.index < 1 || level.index > 9) {
      add("error", "FENCING_LEVEL_INDEX", {
        subject,
        text: "Pacemaker 3 drops levels outside of 1 to 9",
        hint: "1 to 9",
      });
    }
  }
};

/** Where a node has levels, its watchdog counts only if one of them names it. */
export const watchdogLevels: Rule = (view, add) => {
  if (watchdogWaitMs(view) === 0) return;
  const { fencingLevels } = view.model.configuration;
  for (const node of view.nodes) {
    const own = fencingLevels.filter(({ target }) => target === node);
    if (own.length === 0 || own.some(({ devices }) => devices.includes(WATCHDOG_DEVICE))) continue;
    if (whyUnclear(fencingLevels, node) !== undefined) continue;
    const text =
      "its fencing levels do not name the watchdog, so that Pacemaker does not count on it: when they all fail, its workloads stay down";
    const hint = `a last level: pcs stonith level add ${Math.max(...own.map(({ index }) => index)) + 1} ${node} ${WATCHDOG_DEVICE} --force`;
    add("warning", "WATCHDOG_NOT_IN_LEVELS", { subject: `node ${node}`, text, hint });
  }
};

/** Devices that are disabled, or that nobody watches, and secrets that everybody reads. */
export const devices: Rule = (view, add) => {
  for (const device of disabledDevicesOf(view)) {
    const text = `${disabledWords([device])}: Pacemaker fences nobody with it, and a level that names it fails`;
    const hint = `pcs stonith enable ${device.id}, or take its target-role away`;
    add("warning", "FENCE_DISABLED", { subject: `fence device ${device.id}`, text, hint });
  }
  for (const { primitive: device } of view.fenceDevices) {
    const subject = `fence device ${device.id}`;
    const monitored = device.operations.some(
      ({ name, interval }) => name === "monitor" && (timeMs(interval) ?? 0) > 0,
    );
    if (!monitored) {
      const text = "nobody asks it whether it works until it is needed";
      add("warning", "FENCE_NOT_MONITORED", { subject, text, hint: "a monitor operation, every minute" });
    }
    for (const name of ["password", "passwd", "snmp_priv_passwd"]) {
      if (pairValue(device.instanceAttributes, name) === undefined) continue;
      const text = `its ${name} stands in the CIB, readable on every node and in every report`;
      add("warning", "SECRET_IN_CIB", { subject, text, hint: `${name}_script` });
    }
  }
};

/** Watchdog fencing: times and votes. */
export const watchdog: Rule = (view, add) => {
  const { model, property } = view;
  const self = timeMs(property("stonith-watchdog-timeout") ?? "") ?? 0;
  const subject = "property stonith-watchdog-timeout";
  if (model.watchdog === undefined) {
    if (self > 0) {
      const text =
        "without sbd on the nodes Pacemaker does not start, or trusts a watchdog that is not there";
      add("error", "WATCHDOG_MISSING", {
        subject,
        text,
        hint: "fencing: { watchdog: { device: /dev/watchdog0 } }",
      });
    }
    return;
  }
  if (model.watchdog.disks.length > 0) return;
  if (self <= model.watchdog.watchdogMs) {
    const text = `${inWords(self)} is not longer than the watchdog's ${inWords(model.watchdog.watchdogMs)}: Pacemaker does not start`;
    add("error", "WATCHDOG_TIMEOUT_SHORT", { subject, text, hint: inWords(2 * model.watchdog.watchdogMs) });
  }
  const device = model.corosync.quorum.sections.find(({ name }) => name === "device");
  const sync = device === undefined ? 0 : Number(entryOf(device, "sync_timeout") ?? DEVICE_SYNC_MS);
  if (sync > 0 && model.watchdog.watchdogMs <= sync) {
    const text = `${inWords(model.watchdog.watchdogMs)} of the watchdog are over before the quorum device has voted, which may take ${inWords(sync)} (sync_timeout): a node resets itself while it waits`;
    const hint = `fencing: { watchdog: { timeout: ${Math.ceil(sync / 1_000) + 5}s } }`;
    add("error", "WATCHDOG_SHORT_FOR_DEVICE", { subject: "fencing", text, hint });
  }
  const rules = quorumRulesOf(view);
  if (rules.nodes + rules.deviceVotes < 3 || rules.twoNode) {
    const text =
      "a pair has no quorum to lose: neither node would ever reset itself, and both would run everything";
    add("error", "WATCHDOG_NEEDS_QUORUM", {
      subject: "fencing",
      text,
      hint: "three nodes, or a quorumDevice",
    });
  }
};
