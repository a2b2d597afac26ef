// A decision as steps that a person can judge: what changes about what, from what to what, and how much it risks (docs/plan.md).
import { type Change, isSecretName } from "../cib/index.js";
import { parseCorosyncConf } from "../corosync/index.js";
import type { NodeObservation } from "../observation/index.js";
import type { XmlElement } from "../xml/index.js";
import { type CibPlace, cibPlaces } from "./cib-subjects.js";
import { type CorosyncChange, corosyncChanges } from "./corosync-change.js";
import type { CorosyncWay } from "./corosync-keys.js";
import type { Decision } from "./decide.js";
import type { DesiredGroup } from "./desired.js";
import { elementWords, HIDDEN, ownWords, withoutSecrets } from "./element-words.js";

/** `disruptive`: something that runs is stopped, moved or restarted for a while; `full-stop`: everything is. */
export type Risk = "harmless" | "disruptive" | "full-stop";

/** One thing that an apply would do. */
export interface PlanStep {
  /** Unique in its plan and the same in the next one: `cib:pulse-meta`, `corosync:totem.token`, `node:dcn1:gate-config`. */
  readonly id: string;
  readonly part: "cib" | "corosync" | "node";
  /** `resource pulse`, `constraint apart-1`, `cluster`, `corosync.conf`, `node dcn1` … */
  readonly subject: string;
  /** The part of the subject; empty for the whole of it. */
  readonly what: string;
  readonly action: "created" | "changed" | "removed";
  /** Never a secret. */
  readonly before?: string;
  readonly after?: string;
  readonly risk: Risk;
  /** Of a change of corosync.conf: how it gets into running nodes, and why so. */
  readonly way?: CorosyncWay;
  readonly reason?: string;
  /** It was somebody else's until now. */
  readonly adopted?: true;
  /** Resources that it is about. */
  readonly resources: readonly string[];
}

/** Two whole CIBs, and the ids of pairs whose values are secrets whatever their names. */
export interface CibPair {
  readonly live: XmlElement;
  readonly desired: XmlElement;
  readonly secrets: ReadonlySet<string>;
}

/** What has no id of its own is told under that of what it stands in. */
function uniqueId(ids: Set<string>, id: string, kind: string): string {
  const names = [`cib:${id}`, `cib:${id}/${kind}`];
  const unique = names.find((name) => !ids.has(name)) ?? `cib:${id}/${kind}/${ids.size}`;
  ids.add(unique);
  return unique;
}

/** Steps for the live CIB. */
export function cibSteps(changes: readonly Change[], { live, desired, secrets }: CibPair): PlanStep[] {
  const [before, after] = [live, desired].map((cib) => cibPlaces(withoutSecrets(cib, secrets)));
  const ids = new Set<string>();
  return changes.map((change): PlanStep => {
    const { action, id, kind, adopted } = change;
    const [old, next] = [before?.get(id), after?.get(id)];
    const place = next ?? old;
    return {
      id: uniqueId(ids, id, kind),
      part: "cib",
      subject: kind === "ownership" ? "ownership mark" : (place?.subject ?? kind),
      what: kind === "ownership" ? "" : (place?.what ?? id),
      action,
      ...said(change, { old, next, secrets }),
      risk: "harmless",
      ...(adopted === true ? { adopted } : {}),
      resources: place?.resources ?? [],
    };
  });
}

interface Said {
  readonly old?: CibPlace | undefined;
  readonly next?: CibPlace | undefined;
  readonly secrets: CibPair["secrets"];
}

function said(change: Change, around: Said): { before?: string; after?: string } {
  if (change.kind === "ownership") return {};
  // An element without id is told under the one that it stands in, by its own text.
  const outer = (around.next ?? around.old)?.element.name ?? change.kind;
  const nameless = change.action === "changed" && outer !== change.kind;
  return nameless ? pairValues(change, false) : values(change, around);
}

/** In our own words, since the text of a change may hold secrets of whole elements. */
function values(change: Change, { old, next, secrets }: Said): { before?: string; after?: string } {
  const { action, kind } = change;
  if (kind === "nvpair") {
    return pairValues(change, secrets.has(change.id) || isSecretName((next ?? old)?.what ?? ""));
  }
  // A changed element is about its own attributes; members and the order of members come as ids.
  const { before: was = "", after: becomes = "" } = change;
  if (action === "changed" && !was.startsWith("<")) return { before: was, after: becomes };
  const words = action === "changed" ? ownWords : elementWords;
  return {
    ...(old === undefined || action === "created" ? {} : { before: words(old.element) }),
    ...(next === undefined || action === "removed" ? {} : { after: words(next.element) }),
  };
}

/** The values of a pair: a change carries them as they are, and as XML where a name changed with them. */
function pairValues({ before, after }: Change, isSecret: boolean): { before?: string; after?: string } {
  const show = (value: string): string => (isSecret ? HIDDEN : value);
  return {
    ...(before === undefined ? {} : { before: show(before) }),
    ...(after === undefined ? {} : { after: show(after) }),
  };
}

const RISKS: Readonly<Record<CorosyncWay, Risk>> = {
  reload: "harmless",
  restart: "disruptive",
  "full-stop": "full-stop",
};

/** Steps for corosync.conf: what any node runs with that differs, each difference once. */
export function corosyncSteps(desired: DesiredGroup, observations: readonly NodeObservation[]): PlanStep[] {
  const members = observations.flatMap((seen) =>
    seen.kind === "probed" && seen.corosyncConf !== undefined && isRunning(seen) ? [seen] : [],
  );
  const mixedVersions = new Set(members.map((seen) => seen.probe.corosync)).size > 1;
  const changes = new Map<string, CorosyncChange>();
  for (const { corosyncConf, corosyncRuns: runs } of members) {
    const text = runs !== undefined && "text" in runs ? runs.text : corosyncConf;
    const live = parseCorosyncConf(text ?? "").configuration;
    if (live === undefined) continue;
    for (const change of corosyncChanges(live, desired.model.corosync, { mixedVersions })) {
      changes.set(JSON.stringify([change.subject, change.before, change.after]), change);
    }
  }
  return [...changes.values()].map(({ subject, action, before, after, way, reason }) => ({
    id: `corosync:${subject}`,
    part: "corosync",
    subject: "corosync.conf",
    what: subject,
    action,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    risk: RISKS[way],
    way,
    reason,
    resources: [],
  }));
}

function isRunning({ probe }: Extract<NodeObservation, { kind: "probed" }>): boolean {
  return probe.services.get("corosync.service") === "active";
}

/** Steps for programs, files and secrets of nodes, and for nodes that become members. */
export function nodeSteps(
  decision: Exclude<Decision, { kind: "refuse" }>,
  desired: DesiredGroup,
  observations: readonly NodeObservation[],
): PlanStep[] {
  const names = desired.nodes.map(({ name }) => name);
  if (decision.kind === "form") return names.map((node) => member(node, "forms the cluster with the others"));
  if (decision.kind === "complete") {
    const { join, start } = decision;
    return [
      ...join.map((node) => member(node, "joins: programs, key, corosync.conf, then starts")),
      ...start.map((node) =>
        nodeStep(node, "cluster", { action: "changed", before: "stopped", after: "started" }),
      ),
    ];
  }
  const { install, files, corosync, standby, unfinished } = decision;
  const held = (node: string): ReadonlySet<string> => {
    const seen = observations.find((one) => one.node === node);
    if (seen?.kind !== "probed") return new Set();
    const found = [...seen.probe.files].filter(([, digest]) => digest !== null).map(([name]) => name);
    return new Set([...found, ...[...seen.probe.secrets.keys()].map((name) => `secret ${name}`)]);
  };
  return [
    ...install.map((node) => nodeStep(node, "programs of dcn-ha", { action: "changed" })),
    ...[...files].flatMap(([node, list]) =>
      list.map((file) => nodeStep(node, file, { action: held(node).has(file) ? "changed" : "created" })),
    ),
    ...(corosync?.changes.length === 0 ? [corosyncText()] : []),
    ...standby.map((node) =>
      nodeStep(node, "standby that an earlier apply left", { action: "removed", before: "on" }),
    ),
    ...unfinished.map((node) => nodeStep(node, "mark of a complete formation", { action: "created" })),
  ];
}

/** The text is another one, or a node has not read it; what it says is the same. */
function corosyncText(): PlanStep {
  return {
    id: "corosync:text",
    part: "corosync",
    subject: "corosync.conf",
    what: "",
    action: "changed",
    after: "written anew, and read by all nodes",
    risk: "harmless",
    way: "reload",
    reason: "no value of the profile's differs, but the text does, or a node has not read it",
    resources: [],
  };
}

function member(node: string, after: string): PlanStep {
  return nodeStep(node, "member", { action: "created", after });
}

function nodeStep(
  node: string,
  what: string,
  rest: Pick<PlanStep, "action"> & { before?: string; after?: string },
): PlanStep {
  return {
    id: `node:${node}:${what}`,
    part: "node",
    subject: `node ${node}`,
    what,
    risk: "harmless",
    resources: [],
    ...rest,
  };
}
