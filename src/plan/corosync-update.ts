// What an apply has to do about corosync.conf of a running cluster: from what each corosync runs with, which need not be its file on the disk
// (somebody edited it, or a run ended between writing and reloading), to what the profile says; pure.
import type { ClusterModel, CorosyncConfiguration, CorosyncNode } from "../cluster/index.js";
import { parseCorosyncConf, renderCorosyncConf } from "../corosync/index.js";
import type { Finding } from "../errors/index.js";
import type { ProbedNode } from "../observation/index.js";
import { type CorosyncChange, corosyncChanges, corosyncWay } from "./corosync-change.js";
import type { CorosyncWay } from "./corosync-keys.js";
import type { DesiredGroup } from "./desired.js";
import { notTaken } from "./members.js";

/** One way for all of it, the hardest of its parts. */
export interface CorosyncUpdate {
  readonly way: CorosyncWay;
  /** Each difference once; empty where only the text is another one, or the file was never read. */
  readonly changes: readonly CorosyncChange[];
  /** Nodes whose corosync has to start anew; empty for a reload. */
  readonly restart: readonly string[];
  /** With restarts: some of it comes by reload before them, for all nodes in the same moment. */
  readonly reloadFirst: boolean;
  /** What the nodes read first where links move: all of it without those links. */
  readonly between: Between | undefined;
  /** Whether corosync-qdevice has to start anew. */
  readonly device: boolean;
  readonly order: "before-cib" | "after-cib";
}

/** A model without the links that move, on the way to the one with them. */
export type Between = Pick<ClusterModel, "corosync">;

/** The update; findings where it is no matter of an apply; undefined where all run with what the profile says. */
export function corosyncUpdate(
  desired: DesiredGroup,
  nodes: readonly ProbedNode[],
): CorosyncUpdate | { readonly findings: readonly Finding[] } | undefined {
  const seen = nodes.map((node) => stateOf(desired, node, nodes));
  const findings = [...membersDiffer(desired, nodes), ...seen.flatMap((one) => one.findings)];
  if (findings.length > 0) return { findings: unique(findings) };
  if (seen.every((one) => one.isCurrent)) return undefined;
  const changes = unique(seen.flatMap((one) => one.changes));
  const device = deviceDiffers(desired, changes);
  if (device !== undefined) return { findings: [device] };
  const way = corosyncWay(changes) ?? "reload";
  return {
    way,
    changes,
    restart:
      way === "restart" ? seen.filter((one) => one.needs(["restart"])).map(({ node }) => node.node) : [],
    reloadFirst: way === "restart" && changes.some((change) => change.way === "reload"),
    between: betweenOf(desired.model, changes),
    device: changes.some(({ subject }) => subject.startsWith("quorum.device.")),
    order: orderOf(changes),
  };
}

interface NodeState {
  readonly node: ProbedNode;
  readonly isCurrent: boolean;
  readonly changes: readonly CorosyncChange[];
  readonly findings: readonly Finding[];
  needs(ways: readonly CorosyncWay[]): boolean;
}

function stateOf(desired: DesiredGroup, node: ProbedNode, all: readonly ProbedNode[]): NodeState {
  const { model } = desired;
  const { probe, corosyncConf = "", corosyncRuns: runs } = node;
  const wanted = renderCorosyncConf(model);
  const digest = desired.nodes.find(({ name }) => name === node.node)?.files.get("corosync-conf")?.sha256;
  const isWritten = digest === probe.files.get("corosync-conf");
  const text = runs !== undefined && "text" in runs ? runs.text : isWritten ? wanted : corosyncConf;
  const live = text === "" ? undefined : parseCorosyncConf(text).configuration;
  const mixedVersions = new Set(all.map(({ probe }) => probe.corosync)).size > 1;
  const changes = live === undefined ? [] : corosyncChanges(live, model.corosync, { mixedVersions });
  // Nobody noted what it has read: what it says itself counts, as far as that goes.
  const untaken =
    runs !== undefined && "map" in runs && changes.length === 0 ? notTaken(model, runs.map) : [];
  const findings: Finding[] =
    live === undefined
      ? [
          {
            severity: "error",
            code: "COROSYNC_CONF_DIFFERS",
            subject: `node ${node.node}`,
            text: "its corosync.conf cannot be read, so nobody can say what a change would do",
            hint: "corosync -t on that node says what is wrong with it",
          },
        ]
      : [];
  return {
    node,
    isCurrent: isWritten && text === wanted && untaken.length === 0,
    changes,
    findings,
    needs: (ways) => changes.some(({ way }) => ways.includes(way)),
  };
}

/** Who is in the cluster is changed one node at a time, by commands that also see to keys, fencing and what runs there. */
function membersDiffer({ model }: DesiredGroup, nodes: readonly ProbedNode[]): Finding[] {
  const confs = nodes.flatMap(({ corosyncConf }) =>
    corosyncConf === undefined ? [] : (parseCorosyncConf(corosyncConf).configuration ?? []),
  );
  const listed = confs.flatMap((conf: CorosyncConfiguration) => conf.nodes);
  const wanted = model.corosync.nodes;
  const isIn = (all: readonly CorosyncNode[], { name }: CorosyncNode): boolean =>
    all.some((other) => other.name === name);
  const one = (name: string, text: string, command: string): Finding => ({
    severity: "error",
    code: "MEMBERS_DIFFER",
    subject: `node ${name}`,
    text,
    hint: `dcn-ha node ${command}`,
  });
  const group = model.name;
  return unique([
    ...listed
      .filter((node) => !isIn(wanted, node))
      .map(({ name }) =>
        one(name, "it is in the cluster and not in the profile", `remove ${group} ${name} --was BEFORE`),
      ),
    ...wanted
      .filter((node) => confs.some((conf) => !isIn(conf.nodes, node)))
      .map(({ name }) => one(name, "it is in the profile and not in the cluster", `add ${group} ${name}`)),
    ...listed
      .filter((node) => wanted.some(({ name, id }) => name === node.name && id !== node.id))
      .map(({ name }) =>
        one(name, "the cluster knows it by another id: it is another machine", `replace ${group} ${name}`),
      ),
  ]);
}

/** A device that comes, goes or lives elsewhere needs certificates, and its service on every node. */
function deviceDiffers({ model }: DesiredGroup, changes: readonly CorosyncChange[]): Finding | undefined {
  const moved = changes.find(({ subject }) => /^quorum\.device\.(model|net\.host)$/.test(subject));
  if (moved === undefined) return undefined;
  const verb = model.quorumDevice === undefined ? "remove" : "add";
  const text = `its quorum device differs: ${moved.before ?? "none"} → ${moved.after ?? "none"}`;
  const hint =
    moved.action === "changed"
      ? `take the old one out of the profile first: dcn-ha qdevice remove ${model.name}, then dcn-ha qdevice add ${model.name}`
      : `dcn-ha qdevice ${verb} ${model.name}`;
  return {
    severity: "error",
    code: "QUORUM_DEVICE_DIFFERS",
    subject: `group ${model.name}`,
    text,
    hint,
  };
}

/** Numbers of the links that corosync has to let go before it takes them anew. */
export function movedLinks(changes: readonly CorosyncChange[]): number[] {
  const found = changes.flatMap(({ subject, action }) => {
    const match = /^node \S+ link (\d+)$|^totem\.interface\.(\d+)\.knet_transport$/.exec(subject);
    return match === null || (match[1] !== undefined && action !== "changed")
      ? []
      : [Number(match[1] ?? match[2])];
  });
  return [...new Set(found)].sort((left, right) => left - right);
}

/** What is read between, on the way to `model`; undefined where no link moves, or nobody runs meanwhile. */
export function betweenOf(model: Between, changes: readonly CorosyncChange[]): Between | undefined {
  const moved = corosyncWay(changes) === "full-stop" ? [] : movedLinks(changes);
  return moved.length === 0 ? undefined : withoutLinks(model, moved);
}

/** The configuration without these links, whose numbers the others keep. */
export function withoutLinks({ corosync }: Between, links: readonly number[]): Between {
  const { totem, nodes } = corosync;
  return {
    corosync: {
      ...corosync,
      totem: {
        ...totem,
        sections: totem.sections.filter(
          ({ name, entries }) =>
            name !== "interface" ||
            !links.includes(Number(entries.findLast(([key]) => key === "linknumber")?.[1] ?? "0")),
        ),
      },
      nodes: nodes.map(({ addresses, entries = [], ...node }) => ({
        ...node,
        addresses: [],
        entries: [
          ...addresses.flatMap((address, link) =>
            links.includes(link) ? [] : [[`ring${link}_addr`, address] as const],
          ),
          ...entries,
        ],
      })),
    },
  };
}

/**
 * Growing, corosync comes first: what the CIB says then may rest on the new link, and its times, made for a quicker corosync, hold from
 * when that is quicker. Shrinking, it comes last: what rests on a link leaves it before it goes, and the CIB's longer times are there
 * before corosync takes longer to see a loss. Where both happen, a link that is not there yet would hurt more.
 */
function orderOf(changes: readonly CorosyncChange[]): CorosyncUpdate["order"] {
  const isLink = ({ subject }: CorosyncChange): boolean => /^link \d+$/.test(subject);
  if (changes.some((change) => isLink(change) && change.action === "created")) return "before-cib";
  const shrinks = changes.some((change) => isLink(change) && change.action === "removed");
  const slower = changes.some(
    ({ subject, before, after }) =>
      /^totem\.(token|consensus)$/.test(subject) && Number(after ?? 0) > Number(before ?? 0),
  );
  return shrinks || slower ? "after-cib" : "before-cib";
}

function unique<T>(all: readonly T[]): T[] {
  const texts = all.map((one) => JSON.stringify(one));
  return all.filter((_, at) => texts.indexOf(texts[at] ?? "") === at);
}
