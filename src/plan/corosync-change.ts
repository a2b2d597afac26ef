// One corosync.conf against another: what differs, and whether a running cluster takes it by reload, node by node, or only stopped (corosync.conf(5)).
import type { CorosyncConfiguration, CorosyncNode, CorosyncSection } from "../cluster/index.js";
import {
  type CorosyncKey,
  type CorosyncWay,
  corosyncKeys,
  corosyncNodeKeys,
  hardestWay,
} from "./corosync-keys.js";

/** One difference between the live corosync.conf and the wanted one. */
export interface CorosyncChange {
  readonly action: "created" | "changed" | "removed";
  /** `totem.token`, `totem.interface.1.knet_ping_timeout`, `node dcn4`, `link 1`, `node dcn1 link 1`. */
  readonly subject: string;
  readonly before?: string;
  readonly after?: string;
  readonly way: CorosyncWay;
  readonly reason: string;
  /** corosync versions on which this kind of change was really reloaded. */
  readonly tried: readonly string[];
}

/** What else decides over the way. */
export interface CorosyncChangeOptions {
  /** Nodes run different versions of corosync, where corosync-cfgtool(8) calls a reload undefined. */
  readonly mixedVersions?: boolean;
}

type Values = ReadonlyMap<string, string>;
type Add = (key: CorosyncKey, change: Omit<CorosyncChange, keyof CorosyncKey>) => void;

/** All differences; empty where both say the same, however they are written. */
export function corosyncChanges(
  live: CorosyncConfiguration,
  wanted: CorosyncConfiguration,
  options: CorosyncChangeOptions = {},
): CorosyncChange[] {
  const changes: CorosyncChange[] = [];
  const add: Add = (key, change) => changes.push({ ...change, ...key });
  const [before, after] = [valuesOf(live), valuesOf(wanted)];
  const links = linkChanges(live, wanted, add);
  const steady = steadyLinks(live, wanted);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [old, next] = [before.get(path), after.get(path)];
    // What is said about a link comes and goes with the link.
    if (old === next || links.has(linkOf(path))) continue;
    const others = steady.filter((link) => link !== linkOf(path));
    add(keyOf(path, others), valueChange(path, old, next));
  }
  nodeChanges(live, wanted, { add, steady });
  return changes.map((change) => restricted(change, { live, wanted, ...options }));
}

/** The way of all changes together: the hardest of them; undefined where there is none. */
export function corosyncWay(changes: readonly CorosyncChange[]): CorosyncWay | undefined {
  return hardestWay(changes.map((change) => change.way));
}

interface Surroundings extends CorosyncChangeOptions {
  readonly live: CorosyncConfiguration;
  readonly wanted: CorosyncConfiguration;
}

function restricted(change: CorosyncChange, around: Surroundings): CorosyncChange {
  const { live, wanted, mixedVersions = false } = around;
  if (change.way !== "reload") return change;
  const isKnet = [live, wanted].every(({ totem }) => (lastOf(totem, "transport") ?? "knet") === "knet");
  if (!isKnet && /^link |^node .* link |^totem\.(interface|crypto|knet)/.test(change.subject)) {
    const reason = "links and encryption change at run-time only with the transport knet";
    return { ...change, way: "full-stop", reason, tried: [] };
  }
  if (!mixedVersions) return change;
  const together = /^link |^node |^totem\.(crypto|interface\..*\.mcastport)/.test(change.subject);
  const reason = "the nodes run different versions of corosync, where a reload is undefined";
  return { ...change, way: together ? "full-stop" : "restart", reason, tried: [] };
}

/** Links that every node keeps as they are: one of them carries the cluster while another is taken out and put back. */
function steadyLinks(live: CorosyncConfiguration, wanted: CorosyncConfiguration): number[] {
  const moved = live.nodes.flatMap((old) => {
    const next = wanted.nodes.find((node) => node.id === old.id);
    return next === undefined ? [] : movedLinks(old, next);
  });
  const count = Math.min(...[...live.nodes, ...wanted.nodes].map((node) => node.addresses.length));
  return [...Array(Number.isFinite(count) ? count : 0).keys()].filter((link) => !moved.includes(link));
}

function movedLinks(old: CorosyncNode, next: CorosyncNode): number[] {
  const common = Math.min(old.addresses.length, next.addresses.length);
  return [...Array(common).keys()].filter((link) => old.addresses[link] !== next.addresses[link]);
}

/** `others`: links that stay as they are, beside the one that the path may be about. */
function keyOf(path: string, others: readonly number[]): CorosyncKey {
  const plain = path.replace(/^(totem\.interface|logging\.logger_subsys)\.[^.]*\./, "$1.");
  const parts = plain.split(".");
  const wildcards = parts.map((_, at) => [...parts.slice(0, at + 1), "*"].join(".")).reverse();
  const key = [plain, ...wildcards].map((name) => corosyncKeys[name]).find((found) => found !== undefined);
  if (key !== undefined) return key;
  if (plain === "totem.interface.knet_transport") return movedKey(others);
  return { way: "full-stop", reason: "dcn-ha does not know this key, so nothing is risked", tried: [] };
}

function movedKey(others: readonly number[]): CorosyncKey {
  return others.length > 0 ? corosyncNodeKeys.linkMoved : corosyncNodeKeys.onlyLinkMoved;
}

function valueChange(path: string, old: string | undefined, next: string | undefined) {
  const action = old === undefined ? "created" : next === undefined ? "removed" : "changed";
  // A key that stands in the file itself is a secret.
  const show = (value: string): string => (path === "totem.key" ? "(secret)" : value);
  return {
    action,
    subject: path,
    ...(old === undefined ? {} : { before: show(old) }),
    ...(next === undefined ? {} : { after: show(next) }),
  } as const;
}

/** Every value by its path. Sections of which there may be several carry what tells them apart: link number, subsystem, or place. */
function valuesOf({ totem, quorum, logging, others = [] }: CorosyncConfiguration): Values {
  const values = new Map<string, string>();
  const walk = (section: CorosyncSection, path: string): void => {
    for (const [key, value] of section.entries) values.set(`${path}.${key}`, value);
    for (const [place, inner] of section.sections.entries()) {
      const name = `${path}.${inner.name}`;
      const mark = { interface: "linknumber", logger_subsys: "subsys" }[inner.name];
      walk(inner, mark === undefined ? name : `${name}.${lastOf(inner, mark) ?? String(place)}`);
    }
  };
  for (const section of [totem, quorum, logging, ...others]) walk(section, section.name);
  return values;
}

/** corosync takes the last of several equal keys. */
function lastOf(section: CorosyncSection, key: string): string | undefined {
  return section.entries.findLast(([name]) => name === key)?.[1];
}

function linkOf(path: string): number {
  return Number(/^totem\.interface\.(\d+)\./.exec(path)?.[1] ?? Number.NaN);
}

function linkChanges(live: CorosyncConfiguration, wanted: CorosyncConfiguration, add: Add): Set<number> {
  const count = ({ nodes }: CorosyncConfiguration): number =>
    Math.max(0, ...nodes.map((node) => node.addresses.length));
  const [before, after] = [count(live), count(wanted)];
  const addresses = ({ nodes }: CorosyncConfiguration, link: number): string =>
    nodes.map((node) => node.addresses[link] ?? "none").join(", ");
  const changed = new Set<number>();
  for (let link = Math.min(before, after); link < Math.max(before, after); link += 1) {
    changed.add(link);
    const subject = `link ${link}`;
    if (link >= before)
      add(corosyncNodeKeys.linkAdded, { action: "created", subject, after: addresses(wanted, link) });
    else add(corosyncNodeKeys.linkRemoved, { action: "removed", subject, before: addresses(live, link) });
  }
  return changed;
}

interface Nodes {
  readonly add: Add;
  readonly steady: readonly number[];
}

function nodeChanges(live: CorosyncConfiguration, wanted: CorosyncConfiguration, nodes: Nodes): void {
  const { add } = nodes;
  const ids = new Set([...live.nodes, ...wanted.nodes].map(({ id }) => id));
  for (const id of ids) {
    const old = live.nodes.find((node) => node.id === id);
    const next = wanted.nodes.find((node) => node.id === id);
    if (old !== undefined && next !== undefined) compareNodes(old, next, nodes);
    else if (next !== undefined)
      add(corosyncNodeKeys.nodeAdded, {
        action: "created",
        subject: `node ${next.name}`,
        after: words(next),
      });
    else if (old !== undefined)
      add(corosyncNodeKeys.nodeRemoved, {
        action: "removed",
        subject: `node ${old.name}`,
        before: words(old),
      });
  }
}

function words({ id, addresses }: CorosyncNode): string {
  return `id ${id}, ${addresses.join(", ")}`;
}

function compareNodes(old: CorosyncNode, next: CorosyncNode, { add, steady }: Nodes): void {
  if (old.name !== next.name) {
    const subject = `node ${old.name}`;
    add(corosyncNodeKeys.nodeRenamed, { action: "changed", subject, before: old.name, after: next.name });
  }
  for (const link of movedLinks(old, next)) {
    const [before = "", after = ""] = [old.addresses[link], next.addresses[link]];
    add(movedKey(steady), { action: "changed", subject: `node ${next.name} link ${link}`, before, after });
  }
  const [olds, nexts] = [new Map(old.entries ?? []), new Map(next.entries ?? [])];
  for (const name of new Set([...olds.keys(), ...nexts.keys()])) {
    const [before, after] = [olds.get(name), nexts.get(name)];
    if (before === after) continue;
    add(keyOf(`nodelist.node.${name}`, steady), valueChange(`node ${next.name} ${name}`, before, after));
  }
}
