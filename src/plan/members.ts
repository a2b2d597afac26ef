// A model for some of its nodes: what a group looks like while it grows or shrinks node by node; and what corosync says it runs with.
import {
  type ClusterModel,
  type CorosyncConfiguration,
  type CorosyncNode,
  type CorosyncSection,
  deviceVotes,
} from "../cluster/index.js";

/**
 * The model for `names` of its nodes; those that it does not list any more come from `known`, the running corosync.conf. Votes follow the number: two_node for a pair without a device only, a tie breaker for even numbers
 * only. Everything else is as for the whole group, so that nothing has to be changed twice on the way to it.
 */
export function modelFor(
  model: ClusterModel,
  names: ReadonlySet<string>,
  known: readonly CorosyncNode[] = [],
): ClusterModel {
  const own = model.corosync.nodes;
  const others = known.filter(({ name }) => own.every((node) => node.name !== name));
  const nodes = [...own, ...others].filter(({ name }) => names.has(name)).sort((a, b) => a.id - b.id);
  if (nodes.length === own.length && others.every(({ name }) => !names.has(name))) return model;
  const members = model.configuration.nodes.filter(({ name }) => names.has(name));
  const quorum = quorumFor(model, nodes.length);
  return {
    ...model,
    corosync: { ...model.corosync, nodes, quorum },
    configuration: { ...model.configuration, nodes: members },
  };
}

const DEVICE_TIMES: readonly string[] = ["timeout", "sync_timeout"];

/**
 * The model with its quorum device's times as the running corosync.conf has them. corosync takes a new one by a reload, and corosync-qdevice, which goes on with
 * the old one until it starts anew, would be too slow for it: a node that is alone with the device would lose its vote. `apply` changes them.
 */
export function withDeviceTimesOf(
  model: ClusterModel,
  known: Pick<CorosyncConfiguration, "quorum">,
): ClusterModel {
  const running = known.quorum.sections.find(({ name }) => name === "device");
  if (running === undefined) return model;
  const isTime = ([key]: readonly [string, string]): boolean => DEVICE_TIMES.includes(key);
  const times = running.entries.filter(isTime);
  const said = ({ entries }: CorosyncSection): string => JSON.stringify(entries.filter(isTime).sort());
  const sections = model.corosync.quorum.sections.map((section) =>
    section.name === "device" && said(section) !== said(running)
      ? { ...section, entries: [...section.entries.filter((entry) => !isTime(entry)), ...times] }
      : section,
  );
  return { ...model, corosync: { ...model.corosync, quorum: { ...model.corosync.quorum, sections } } };
}

function quorumFor(model: ClusterModel, count: number): CorosyncSection {
  const { quorum } = model.corosync;
  const wasPair = quorum.entries.some(([key, value]) => key === "two_node" && value === "1");
  const pair = count === 2 && model.quorumDevice === undefined;
  const kept = quorum.entries.filter(([key]) => {
    if (key === "two_node" || key === "wait_for_all") return false;
    return !key.startsWith("auto_tie_breaker") || (count % 2 === 0 && count > 2);
  });
  const waits = quorum.entries.find(([key]) => key === "wait_for_all")?.[1] ?? "0";
  const [provider = ["provider", "corosync_votequorum"] as const, ...rest] = kept;
  const entries = [
    provider,
    ...(pair ? ([["two_node", "1"]] as const) : []),
    ["wait_for_all", pair ? "1" : wasPair ? "0" : waits],
    ...rest,
  ] as const;
  return { ...quorum, entries, sections: quorum.sections.map((section) => votesFor(section, model, count)) };
}

function votesFor(section: CorosyncSection, model: ClusterModel, count: number): CorosyncSection {
  if (section.name !== "device" || model.quorumDevice === undefined) return section;
  const votes = String(deviceVotes(model.quorumDevice.algorithm, count));
  return {
    ...section,
    entries: section.entries.map(([key, value]) => [key, key === "votes" ? votes : value] as const),
  };
}

/** What corosync runs with, against the file that it is to run with, in words; `cmap` as `corosync-cmapctl` prints it. */
export function notTaken({ corosync }: Pick<ClusterModel, "corosync">, cmap: string): string[] {
  const running = new Map(
    [...cmap.matchAll(/^(\S+) \([^)]*\) = (.*)$/gm)].map(([, key = "", value = ""]) => [key, value.trim()]),
  );
  if (running.get("config.reload_status") === "0") return ["corosync refused the file"];
  const wanted = new Map<string, string>();
  for (const [place, node] of corosync.nodes.entries()) {
    const at = `nodelist.node.${place}`;
    wanted.set(`${at}.nodeid`, String(node.id)).set(`${at}.name`, node.name);
    for (const [key, address] of ringsOf(node)) wanted.set(`${at}.${key}`, address);
  }
  for (const key of ["token", "consensus"]) {
    const value = corosync.totem.entries.findLast(([name]) => name === key)?.[1];
    if (value !== undefined) wanted.set(`totem.${key}`, value);
  }
  for (const [key, value] of corosync.quorum.entries) {
    if (key === "two_node" || key === "wait_for_all") wanted.set(`quorum.${key}`, value);
  }
  const device = corosync.quorum.sections.find(({ name }) => name === "device");
  const model = device?.entries.find(([key]) => key === "model")?.[1];
  if (model !== undefined) wanted.set("quorum.device.model", model);
  const listed = [...running.keys()].filter((key) => /^nodelist\.node\.\d+\.(nodeid|ring\d_addr)$/.test(key));
  const differ = [...wanted].filter(([key, value]) => running.get(key) !== value).map(([key]) => key);
  const gone = [...listed, ...(model === undefined ? ["quorum.device.model"] : []), "quorum.two_node"].filter(
    (key) => !wanted.has(key) && (running.get(key) ?? "0") !== "0",
  );
  return [...differ, ...gone];
}

/** Addresses by their keys; a configuration on the way to another one has them among the other entries, as links are missing between. */
function ringsOf({ addresses, entries = [] }: CorosyncNode): (readonly [key: string, address: string])[] {
  const rings = addresses.map((address, link) => [`ring${link}_addr`, address] as const);
  return [...rings, ...entries.filter(([key]) => /^ring\d_addr$/.test(key))];
}

/** Names of the nodes whose standby carries `owner`'s mark in this CIB. */
export function standbyOf(cib: string, owner: string): string[] {
  const nodes = /<nodes>([\s\S]*?)<\/nodes>/.exec(cib)?.[1] ?? "";
  return nodes
    .split(/(?=<node )/)
    .filter((node) =>
      [...node.matchAll(/<nvpair [^>]*>/g)].some(
        ([pair]) => pair.includes('name="dcn-ha-standby"') && pair.includes(`value="${owner}"`),
      ),
    )
    .flatMap((node) => /<node [^>]*uname="([^"]*)"/.exec(node)?.[1] ?? []);
}
