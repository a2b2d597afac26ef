// Workloads that may stay stopped for ever, and operations that mean nothing (Pacemaker Explained, "Resource Operations", "Failure Handling").
import type { Operation } from "../cluster/index.js";
import { inWords, timeMs } from "./pacemaker-time.js";
import { type Add, type ClusterView, type PlacedPrimitive, pairValue, type Rule, subjectOf } from "./view.js";

/** Failures that are never forgotten, or sooner than they are seen. */
export const forgetting: Rule = (view, add) => {
  for (const placed of view.workloads) {
    const threshold = view.meta(placed, "migration-threshold");
    const limited = threshold !== undefined && threshold !== "INFINITY" && Number(threshold) > 0;
    const written = view.meta(placed, "failure-timeout");
    const forget = written === undefined ? 0 : timeMs(written);
    const subject = subjectOf(placed);
    if (forget === undefined) {
      add("error", "BAD_TIME", {
        subject,
        text: `failure-timeout "${written ?? ""}" is no time`,
        hint: "as 4h",
      });
      continue;
    }
    if (limited && forget === 0) {
      const text = `after ${threshold} failures a node is out for ever: when all are, the workload stays stopped`;
      add("warning", "FAILURES_NEVER_FORGOTTEN", {
        subject: subjectOfMeta(placed, ["migration-threshold", "failure-timeout"]),
        text,
        hint: "forgetFailuresAfter, or failure-timeout among the defaults",
      });
    }
    const longest = Math.max(0, ...placed.primitive.operations.map((one) => view.timeoutMs(one)));
    if (forget > 0 && forget <= longest) {
      const text = `failures are forgotten after ${inWords(forget)}, an operation may take ${inWords(longest)}: ${threshold ?? "the"} tries are never reached, and it is tried on one node for ever`;
      add("warning", "FAILURE_TIMEOUT_SHORT", { subject, text, hint: "hours" });
    }
  }
};

/** Failures on which Pacemaker gives up, or looks away. */
export const givingUp: Rule = (view, add) => {
  const fenced = !view.isOff("stonith-enabled");
  for (const placed of view.workloads) {
    const subject = subjectOf(placed);
    const { operations } = placed.primitive;
    const stop = operations.find((one) => one.name === "stop");
    for (const one of operations) {
      if (one.onFail === "block") {
        const text = `when its ${one.name} fails, Pacemaker does nothing more until somebody comes`;
        add("warning", "FAILURE_BLOCKS", {
          subject,
          text,
          hint: one.name === "stop" ? "on-fail: fence" : "on-fail: restart",
        });
      }
      if (one.onFail === "ignore") {
        const text = `when its ${one.name} fails, nobody acts: it counts as running`;
        add("warning", "FAILURE_IGNORED", { subject, text, hint: "on-fail: restart" });
      }
    }
    if (!fenced && stop?.onFail === undefined) {
      const text = "without fencing a failed stop blocks it for ever: it can neither run there nor move";
      add("warning", "STOP_FAILURE_BLOCKS", {
        subject,
        text,
        hint: "stonith-enabled: true with fence devices",
      });
    }
    checkManagement(view, placed, add);
  }
};

function checkManagement(view: ClusterView, placed: PlacedPrimitive, add: Add): void {
  const subject = subjectOf(placed);
  const requires = view.meta(placed, "requires");
  const unmanaged =
    view.meta(placed, "is-managed") === "false" || view.meta(placed, "maintenance") === "true";
  if (unmanaged) {
    add("warning", "NOT_MANAGED", {
      subject: subjectOfMeta(placed, ["is-managed", "maintenance"]),
      text: "Pacemaker only watches it: it is not started again and does not move",
    });
  }
  if (requires === "nothing" || requires === "quorum") {
    const text = `requires ${requires}: it starts before a lost node is known to be off, so that there may be two`;
    add("warning", "STARTS_UNFENCED", { subject, text, hint: "remove requires" });
  }
}

/** Operations that never run, or run all the time. */
export const operations: Rule = (view, add) => {
  for (const placed of view.workloads) {
    const subject = subjectOf(placed);
    const list = placed.primitive.operations;
    for (const one of list) checkTimes(one, subject, add);
    const monitors = list.filter((one) => one.name === "monitor" && (timeMs(one.interval) ?? 0) > 0);
    if (monitors.length === 0) {
      const text = "nobody looks whether it still runs: a crash is never noticed";
      add("warning", "NOT_MONITORED", { subject, text, hint: "a monitor operation, as every 10s" });
    }
    const intervals = monitors.map((one) => `${timeMs(one.interval) ?? 0} ms`);
    const twice = intervals.find((interval, index) => intervals.indexOf(interval) < index);
    if (twice !== undefined) {
      const text = `two monitors every ${twice}: Pacemaker tells operations by name and interval, and runs one of them`;
      add("error", "INTERVAL_TWICE", { subject, text, hint: "let them differ, as 10s and 11s" });
    }
  }
};

function checkTimes(one: Operation, subject: string, add: Add): void {
  const interval = timeMs(one.interval);
  const timeout = one.timeout === undefined ? undefined : timeMs(one.timeout);
  const unreadable = interval === undefined ? one.interval : timeout === undefined ? one.timeout : undefined;
  if (unreadable !== undefined) {
    const text = `${one.name}: "${unreadable}" is no time; Pacemaker would take a default without a word`;
    add("error", "BAD_TIME", { subject, text, hint: "as 10s, 500ms, 2min" });
  }
  if (timeout === 0) {
    add("error", "TIMEOUT_ZERO", {
      subject,
      text: `${one.name} has no time at all: it fails whenever it is run`,
      hint: "as 20s",
    });
  }
  const ms = interval ?? 0;
  if (
    ms > 0 &&
    ["start", "stop", "promote", "demote", "migrate_to", "migrate_from", "notify"].includes(one.name)
  ) {
    const text = `${one.name} every ${inWords(ms)}: only monitor recurs, Pacemaker ignores this operation`;
    add("error", "INTERVAL_MEANINGLESS", { subject, text, hint: "interval: 0s" });
  }
  if (one.name === "monitor" && ms > 0 && ms < 1_000) {
    const text = `monitor every ${ms} ms: the node would do little else`;
    add("warning", "INTERVAL_TOO_SHORT", { subject, text, hint: "10s" });
  }
}

/** Of what a part only inherits the whole workload is the subject, so that it is told once. */
function subjectOfMeta(placed: PlacedPrimitive, names: readonly string[]): string {
  const own = names.some((name) => pairValue(placed.primitive.metaAttributes, name) !== undefined);
  return own ? subjectOf(placed) : `workload ${placed.top.id}`;
}
