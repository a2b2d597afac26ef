// Desired group × observed nodes → what an apply has to do; pure, so that every case can be tested (docs/apply.md).
import { type Change, mergeOwned, patchOf } from "../cib/index.js";
import { type Finding, hasErrors } from "../errors/index.js";
import { isQuorate, type NodeObservation, type ProbedNode } from "../observation/index.js";
import { parseXml, writeXml, type XmlElement } from "../xml/index.js";
import { type CorosyncUpdate, corosyncUpdate } from "./corosync-update.js";
import type { DesiredGroup } from "./desired.js";
import { standbyOf } from "./members.js";
import { preflight } from "./preflight.js";

/** One change of the live configuration, made for exactly the configuration with `digest`, sent to `node`. */
export interface CibChange {
  readonly node: string;
  readonly digest: string;
  /** The whole CIB that it was made for, and as it is to be; the status is that of the look. */
  readonly live: XmlElement;
  readonly next: XmlElement;
  /** `next` as text, without status, with the versions of the one it was made for. */
  readonly cib: string;
  /** The change as a patch for exactly this live CIB; undefined where only the node's own crm_diff can say it. */
  readonly patch: string | undefined;
  readonly changes: readonly Change[];
}

/** What is to be done. */
export type Decision =
  /** Nothing may be done; the findings say what is missing. */
  | { readonly kind: "refuse"; readonly findings: readonly Finding[] }
  /** No node holds anything that was ever started: all get the same new key and configuration, then all start. */
  | { readonly kind: "form"; readonly validateWith: string; readonly crmFeatureSet: string }
  /** Some nodes were started already: the others get key and configuration from `keyFrom`; `start` are not running yet. */
  | {
      readonly kind: "complete";
      readonly keyFrom: string;
      readonly formation: string;
      readonly join: readonly string[];
      readonly start: readonly string[];
      /** Of nodes that an apply stopped and did not start again: what it was about. */
      readonly corosync?: CorosyncUpdate;
      readonly validateWith: string;
      readonly crmFeatureSet: string;
    }
  /** All run: bring files and configuration up to date. All lists empty and no change: nothing to do. */
  | {
      readonly kind: "operate";
      /** Nodes whose programs of ours are missing or damaged. */
      readonly install: readonly string[];
      /** Logical names of files and secrets (`secret NAME`) to install, by node. */
      readonly files: ReadonlyMap<string, readonly string[]>;
      /** What changes about corosync.conf. */
      readonly corosync: CorosyncUpdate | undefined;
      /** Nodes in a standby that an apply set and did not end. */
      readonly standby: readonly string[];
      readonly change: CibChange | undefined;
      /** Nodes whose formation has not been marked as complete. */
      readonly unfinished: readonly string[];
      readonly formation: string;
    };

/** Whose standby it is that an apply sets while it restarts a node. */
export const STANDBY_OWNER = "apply";

/** Decides. Every node of the group has one observation. */
export function decide(desired: DesiredGroup, observations: readonly NodeObservation[]): Decision {
  const findings = preflight(desired, observations);
  const probed = observations.filter((seen) => seen.kind === "probed");
  if (hasErrors(findings) || probed.length === 0) return { kind: "refuse", findings };
  const anchors = probed.filter(wasStarted);
  if (anchors.length === 0) return { kind: "form", ...lowestVersion(probed) };
  const conflicts = anchors.flatMap((anchor) => conflictsOf(desired, anchor, anchors));
  const corosync = corosyncUpdate(desired, anchors);
  if (corosync !== undefined && "findings" in corosync) conflicts.push(...corosync.findings);
  if (hasErrors(conflicts)) return { kind: "refuse", findings: conflicts };
  const update = corosync === undefined || "findings" in corosync ? undefined : corosync;
  const join = probed.filter((seen) => !wasStarted(seen)).map((seen) => seen.node);
  const stopped = anchors.filter((seen) => !isStarting(seen));
  if (join.length > 0 || stopped.length > 0) return complete(anchors, { probed, join, stopped, update });
  return operate(desired, anchors, update);
}

/** Whoever is down would miss the change, and could not come back. */
function differs({ changes }: CorosyncUpdate, away: readonly string[]): Finding {
  const words = changes.map(({ subject, way }) => `${subject} (${way})`).join(", ");
  const what = words === "" ? "in its form only" : words;
  const text = `corosync.conf differs from what the profile says, ${what}, and ${away.join(", ")} would miss the change`;
  const hint = "have all nodes in the cluster first: put the profile back, apply, then change it";
  return { severity: "error", code: "COROSYNC_CONF_DIFFERS", text, hint };
}

/** Started by us at some time, or running. */
function wasStarted({ probe }: ProbedNode): boolean {
  const step = probe.formation?.step;
  return step === "started" || step === "complete" || probe.services.get("corosync.service") === "active";
}

/** Running, or on its way: at the gate, or in the start of corosync or Pacemaker. */
function isStarting({ probe }: ProbedNode): boolean {
  const states = ["pacemaker.service", "corosync.service", "dcn-ha-gate.service"].map((name) =>
    probe.services.get(name),
  );
  return states[0] === "active" || states.includes("activating");
}

function conflictsOf(desired: DesiredGroup, anchor: ProbedNode, anchors: readonly ProbedNode[]): Finding[] {
  const { files } = anchor.probe;
  const subject = `node ${anchor.node}`;
  const findings: Finding[] = [];
  const sbd = sbdConflict(desired, anchor);
  if (sbd !== undefined) findings.push(sbd);
  const [first] = anchors;
  const key = files.get("corosync-authkey") ?? null;
  if (key === null || key !== first?.probe.files.get("corosync-authkey")) {
    const text =
      key === null
        ? "its corosync key is missing"
        : `its corosync key differs from that of ${first?.node ?? "the others"}`;
    findings.push({ severity: "error", code: "KEYS_DIFFER", subject, text });
  }
  return findings;
}

/** sbd reads its times when it starts, with the cluster; a CIB with others would count on what does not hold. */
function sbdConflict(desired: DesiredGroup, { node, probe }: ProbedNode): Finding | undefined {
  const wanted = desired.nodes.find(({ name }) => name === node)?.files.get("sbd-config")?.sha256;
  if (wanted === undefined || probe.files.get("sbd-config") === wanted) return undefined;
  const text =
    "its sbd runs with other times than the profile says; sbd takes new ones only when the whole cluster starts anew";
  const hint =
    "keep the watchdog's times (fencing.watchdog.timeout), or form the cluster anew in a time when the workloads may stop";
  return { severity: "error", code: "SBD_CONFIG_DIFFERS", subject: `node ${node}`, text, hint };
}

interface Parts {
  readonly probed: readonly ProbedNode[];
  readonly join: readonly string[];
  readonly stopped: readonly ProbedNode[];
  readonly update: CorosyncUpdate | undefined;
}

function complete(anchors: readonly ProbedNode[], parts: Parts): Decision {
  const { probed, join, stopped, update } = parts;
  const isOurs = join.length === 0 && stopped.every(({ probe }) => probe.stoppedByUs);
  if (update !== undefined && !isOurs) {
    const away = [...join, ...stopped.map(({ node }) => node)];
    return { kind: "refuse", findings: [differs(update, away)] };
  }
  const idle = stopped.filter(({ probe }) => probe.formation?.step === "complete" && !probe.stoppedByUs);
  if (idle.length > 0) {
    const findings = idle.map((seen): Finding => {
      const text = "the cluster was formed here, and is stopped; somebody may have had a reason";
      const hint = "systemctl start pacemaker, on that node";
      return { severity: "error", code: "NODE_STOPPED", subject: `node ${seen.node}`, text, hint };
    });
    return { kind: "refuse", findings };
  }
  const [source] = anchors;
  return {
    kind: "complete",
    keyFrom: source?.node ?? "",
    formation: formationOf(anchors),
    join,
    start: stopped.map((seen) => seen.node),
    ...(update === undefined ? {} : { corosync: update }),
    ...lowestVersion(probed),
  };
}

function operate(
  desired: DesiredGroup,
  nodes: readonly ProbedNode[],
  corosync: CorosyncUpdate | undefined,
): Decision {
  const unfinished = nodes
    .filter((seen) => seen.probe.formation?.step !== "complete")
    .map((seen) => seen.node);
  const files = new Map(
    nodes.map((seen) => [seen.node, outdated(desired, seen)] as const).filter(([, list]) => list.length > 0),
  );
  const formation = formationOf(nodes);
  const install = nodes.filter((seen) => seen.access === "admin").map((seen) => seen.node);
  const change = cibChange(desired, nodes);
  const standby = standbyOf(nodes.find(({ cib }) => cib !== undefined)?.cib?.xml ?? "", STANDBY_OWNER);
  const about = { kind: "operate", install, files, corosync, standby, unfinished, formation } as const;
  if (change !== undefined && "findings" in change) {
    // A formation that has not come to its end may well have no quorum yet: waiting for it comes first.
    if (unfinished.length === 0) return { kind: "refuse", findings: change.findings };
    return { ...about, change: undefined };
  }
  return { ...about, change };
}

/** A cluster that was there before us has no id of ours. */
function formationOf(nodes: readonly ProbedNode[]): string {
  return nodes.find((seen) => seen.probe.formation !== undefined)?.probe.formation?.id ?? "adopted";
}

function outdated(desired: DesiredGroup, seen: ProbedNode): string[] {
  const gate = desired.nodes.find((node) => node.name === seen.node)?.files.get("gate-config")?.sha256;
  const secrets = [...desired.secrets].filter(([name, digest]) => seen.probe.secrets.get(name) !== digest);
  const files = desired.nodes.find((node) => node.name === seen.node)?.files;
  const optional = ["sbd-unit", "booth-conf"].filter((name) => {
    const wanted = files?.get(name)?.sha256;
    return wanted !== undefined && seen.probe.files.get(name) !== wanted;
  });
  return [
    ...(seen.probe.files.get("gate-config") === gate ? [] : ["gate-config"]),
    ...optional,
    ...secrets.map(([name]) => `secret ${name}`),
  ];
}

function cibChange(
  desired: DesiredGroup,
  nodes: readonly ProbedNode[],
): CibChange | { readonly findings: readonly Finding[] } | undefined {
  const starting = nodes.filter((seen) => seen.cib === undefined);
  if (starting.length > 0) {
    const findings = starting.map((seen): Finding => {
      const text = "Pacemaker is starting there, or does not answer; try again in a moment";
      return { severity: "error", code: "NODE_STARTING", subject: `node ${seen.node}`, text };
    });
    return { findings };
  }
  const seen = nodes.find(({ cib }) => cib !== undefined && isQuorate(cib));
  if (seen?.cib === undefined) {
    const text = "no node has quorum: the configuration cannot be changed now";
    return { findings: [{ severity: "error", code: "NO_QUORUM", text }] };
  }
  const { xml, digest } = seen.cib;
  const live = parseXml(xml, { file: `${seen.node}: cibadmin --query`, keepComments: true });
  const { cib: next, changes } = mergeOwned(live, desired.model.configuration);
  return changes.length === 0 ? undefined : changeOf({ node: seen.node, digest, live, next, changes });
}

/** Each text is written when it is asked for, since a change is sent in one of two ways and often only looked at. */
function changeOf(change: Omit<CibChange, "cib" | "patch">): CibChange {
  const { live, next } = change;
  return {
    ...change,
    // The epoch stays: Pacemaker raises it by one for a patch that changes the configuration, on top of what the patch says.
    get cib() {
      const bare = next.children.map((child) =>
        child.name === "status" ? { ...child, children: [] } : child,
      );
      return writeXml({ ...next, children: bare });
    },
    get patch() {
      const patch = patchOf(live, next);
      return patch === undefined ? undefined : writeXml(patch);
    },
  };
}

/** Schema and feature set that every node understands: the lowest of all, since a newer one stops the older nodes. */
function lowestVersion(nodes: readonly ProbedNode[]): { validateWith: string; crmFeatureSet: string } {
  const lowest = (values: readonly (string | undefined)[]): string =>
    values
      .filter((value) => value !== undefined)
      .reduce((least, value) => (compareVersions(value, least) < 0 ? value : least));
  return {
    validateWith: lowest(nodes.map((seen) => seen.probe.schema)),
    crmFeatureSet: lowest(nodes.map((seen) => seen.probe.featureSet)),
  };
}

/** Compares by numbers, so that pacemaker-3.10 comes after pacemaker-3.9. */
function compareVersions(left: string, right: string): number {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
  const [a, b] = [numbers(left), numbers(right)];
  for (let place = 0; place < Math.max(a.length, b.length); place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
