// The times of sbd and Pacemaker against the watchdog that a node really has (sbd(8), pacemaker-fenced(7); the kernel's watchdog sysfs).
import { inWords, timeMs } from "../lint/index.js";
import type { Inspection } from "../observation/index.js";
import type { Check } from "./check.js";
import type { Scene } from "./scene.js";

const PROPERTIES = ["stonith-watchdog-timeout", "fencing-watchdog-timeout"] as const;

/** Times that do not fit together on some node; `running` are nodes whose cluster runs, where sbd must do so too. */
export function checkWatchdogs(scene: Scene, running: ReadonlySet<string>): Check[] {
  const { view, model, inspections } = scene;
  const selfMs = Math.max(0, ...PROPERTIES.map((name) => timeMs(view.property(name) ?? "") ?? 0));
  return [...inspections].flatMap(([node, seen]) => [
    ...(running.has(node) ? sbdChecks(node, seen, selfMs) : []),
    ...(model.watchdog === undefined ? [] : deviceChecks(node, seen, model.watchdog)),
  ]);
}

function sbdChecks(node: string, { sbd }: Inspection, selfMs: number): Check[] {
  if (selfMs === 0) return [];
  const about = { subject: `node ${node}`, severity: "error", ids: [] } as const;
  if (sbd?.active !== true) {
    const text = `stonith-watchdog-timeout is ${inWords(selfMs)}, and sbd does not run there: the others would wait that long and take it for dead while it lives`;
    const hint = "sbd starts and ends with the cluster: enable it, and restart the cluster there";
    return [{ ...about, code: "SBD_NOT_RUNNING", text, hint }];
  }
  const watchdogMs = (sbd.watchdogTimeoutS ?? 5) * 1_000;
  if (watchdogMs < selfMs) return [];
  const text = `sbd's watchdog bites there after ${inWords(watchdogMs)}, stonith-watchdog-timeout is ${inWords(selfMs)}: the others would take over before it is dead, and Pacemaker does not start there`;
  const hint = `stonith-watchdog-timeout: ${inWords(2 * watchdogMs)}, or a shorter SBD_WATCHDOG_TIMEOUT there`;
  return [{ ...about, code: "SBD_TIMEOUT_TOO_LONG", text, hint }];
}

function deviceChecks(
  node: string,
  { watchdogs }: Inspection,
  { device, watchdogMs }: { readonly device: string; readonly watchdogMs: number },
): Check[] {
  const seen = watchdogs.get(device);
  if (seen === undefined) return [];
  const subject = `node ${node}`;
  const { identity, minTimeoutS = 0, maxTimeoutS = Number.POSITIVE_INFINITY } = seen;
  const checks: Check[] = [];
  const seconds = watchdogMs / 1_000;
  if (seconds < minTimeoutS || seconds > maxTimeoutS) {
    const limits = Number.isFinite(maxTimeoutS)
      ? `${minTimeoutS} s to ${maxTimeoutS} s`
      : `at least ${minTimeoutS} s`;
    const text = `its watchdog ${device} can do ${limits}, the policy wants ${inWords(watchdogMs)}: sbd would not start`;
    checks.push({ severity: "error", code: "WATCHDOG_RANGE", subject, text, ids: [] });
  }
  if (/^software watchdog/i.test(identity ?? "")) {
    const text = `${device} is the kernel's own softdog: a kernel that hangs does not reset the node`;
    const hint = "load the driver of the board's watchdog; wdctl lists what there is";
    checks.push({ severity: "warning", code: "WATCHDOG_SOFTWARE", subject, text, hint, ids: [] });
  }
  return checks;
}
