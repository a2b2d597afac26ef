// Cluster properties that end in an outage or in two copies (Pacemaker Explained, "Cluster Options").
import { inWords, timeMs } from "./pacemaker-time.js";
import { KNOWN_PROPERTIES, OLDER_NAMES, TIMED_PROPERTIES } from "./property-names.js";
import type { ClusterView, Rule } from "./view.js";

const PATIENT_DC_DEADTIME_MS = 20_000;

/** Names that Pacemaker ignores in silence, and times that it cannot read. */
export const propertyNames: Rule = ({ model }, add) => {
  for (const { name, value } of model.configuration.properties.flatMap((set) => set.pairs)) {
    const subject = `property ${name}`;
    const older = OLDER_NAMES.get(name);
    if (older !== undefined) {
      const text = "Pacemaker before 3.0.2 ignores this name in silence";
      add("error", "NEWER_PROPERTY_NAME", { subject, text, hint: `${older}, which every Pacemaker knows` });
    } else if (!KNOWN_PROPERTIES.includes(name)) {
      const text = "Pacemaker has no such cluster property, and would ignore it in silence";
      add("error", "UNKNOWN_PROPERTY", { subject, text });
    } else if (TIMED_PROPERTIES.includes(name) && timeMs(value) === undefined) {
      add("error", "BAD_TIME", {
        subject,
        text: `"${value}" is no time: Pacemaker would take its default`,
        hint: "as 20s, 5min",
      });
    }
  }
};

/** Values that are safe nowhere, or not where nobody is. */
export const propertyValues: Rule = (view, add) => {
  const { property, isOff, isOn } = view;
  if (isOff("stonith-enabled")) {
    const text =
      "without fencing a silent node cannot be told from a dead one: two copies, or an outage until somebody comes";
    add("warning", "FENCING_DISABLED", {
      subject: "property stonith-enabled",
      text,
      hint: "stonith-enabled: true",
    });
  }
  if (property("no-quorum-policy") === "ignore") {
    const text = "a node that lost sight of all others would start everything: two copies";
    add("error", "QUORUM_IGNORED", {
      subject: "property no-quorum-policy",
      text,
      hint: "no-quorum-policy: stop",
    });
  }
  if (isOff("startup-fencing")) {
    const text =
      "a node that was never seen may run a workload, and would not be fenced before that starts elsewhere";
    add("warning", "STARTUP_FENCING_OFF", {
      subject: "property startup-fencing",
      text,
      hint: "startup-fencing: true",
    });
  }
  if (!isOff("start-failure-is-fatal") && view.workloads.length > 0) {
    const text = "one failed start keeps a workload off a node until somebody cleans up";
    const hint = "start-failure-is-fatal: false, with migration-threshold and failure-timeout";
    add("warning", "START_FAILURE_IS_FATAL", { subject: "property start-failure-is-fatal", text, hint });
  }
  for (const name of ["maintenance-mode", "stop-all-resources"]) {
    if (!isOn(name)) continue;
    const subject = `property ${name}`;
    add("error", "HEALING_SWITCHED_OFF", {
      subject,
      text: "a profile that says so switches healing off for good",
      hint: "remove it",
    });
  }
  if (property("stonith-action") === "off") {
    const text = "a fenced node stays off until somebody switches it on";
    add("note", "NODE_STAYS_OFF", {
      subject: "property stonith-action",
      text,
      hint: "stonith-action: reboot",
    });
  }
  if (property("stonith-action") === "poweroff") {
    const text = "Pacemaker 3 no longer knows poweroff";
    add("error", "REMOVED_VALUE", {
      subject: "property stonith-action",
      text,
      hint: "stonith-action: off, or reboot",
    });
  }
  checkDeadtime(view, add);
};

/** What Pacemaker takes where nothing is said, and from where on no node of a plant comes near it; both in percent. */
const DEFAULT_LOAD_THRESHOLD = 80;
const PATIENT_LOAD_THRESHOLD = 1_000;

/**
 * Above 1.2, 1.6 and 2 times the threshold per core, a node is given fewer actions at a time; above the last, the whole cluster has
 * one for every two nodes (throttle_get_total_job_limit in controld_throttle.c). Nothing or less switches that off.
 */
export const loadThreshold: Rule = ({ property, workloads }, add) => {
  const said = property("load-threshold");
  const threshold = said === undefined ? DEFAULT_LOAD_THRESHOLD : Number.parseFloat(said);
  if (workloads.length === 0 || threshold <= 0 || threshold >= PATIENT_LOAD_THRESHOLD) return;
  const load = ((2 * threshold) / 100).toFixed(1);
  const text = `while one node has a load of more than ${load} per core, the cluster takes one action at a time for every two nodes: healing takes longer than promised`;
  const hint = "load-threshold: 10000%";
  add("note", "HEALING_THROTTLED", { subject: "property load-threshold", text, hint });
};

function checkDeadtime({ property, model }: ClusterView, add: Parameters<Rule>[1]): void {
  const deadtime = timeMs(property("dc-deadtime") ?? "");
  if (deadtime === undefined || deadtime >= PATIENT_DC_DEADTIME_MS || model.gateGraceMs > 0) return;
  const text = `a node that boots ${inWords(deadtime)} later than its peers is fenced for it, after every power cut`;
  const hint = "gate: { grace: 60s } in the policy, or dc-deadtime: 20s";
  add("error", "DC_DEADTIME_WITHOUT_GATE", { subject: "property dc-deadtime", text, hint });
}
