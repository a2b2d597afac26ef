// What an image says about a group: the same for all of its nodes and roles, read by first boot (docs/images.md).
import { type CibVersion, renderCib, renderConfiguration } from "../cib/index.js";
import type { AttributeSet, ClusterConfiguration } from "../cluster/index.js";
import { renderCorosyncConf } from "../corosync/index.js";
import { renderGateConfig, renderSbdConfig, renderSbdUnit } from "../plan/index.js";
import type { ResolvedGroup, ResolvedNode } from "../profile/index.js";
import { writeXml } from "../xml/index.js";
import { type Digester, type ImageFile, jsonText, textFile } from "./image-file.js";

/** Where images have it. */
export const IMAGE_FOLDER = "/usr/lib/dcn-ha/image";

/** What must be known besides the group. */
export interface GroupFolderOptions {
  readonly set: string;
  readonly cib: Omit<CibVersion, "epoch">;
  readonly sha256: Digester;
}

/** Secrets that every group has: without the key nobody can be a member. */
const KEYS = ["corosync-authkey"];
const STARTUP_FENCING = "startup-fencing";

/** The folder of one group. */
export function groupFolder(group: ResolvedGroup, { set, cib, sha256 }: GroupFolderOptions): ImageFile[] {
  const { model, name } = group;
  const folder = `${IMAGE_FOLDER}/groups/${name}`;
  const secrets = [...KEYS, ...model.secrets.map((secret) => secret.name)];
  const contents = new Map([
    ["corosync.conf", renderCorosyncConf(model)],
    ["cib.xml", renderCib(whileForming(model.configuration), { ...cib, epoch: 1 })],
    ["configuration.xml", writeXml(renderConfiguration(model.configuration))],
    ...(model.watchdog === undefined
      ? []
      : [
          ["sbd.conf", renderSbdConfig(model.watchdog)] as const,
          ["sbd-unit.conf", renderSbdUnit(model.watchdog)] as const,
        ]),
    ...group.nodes.map((node) => [`gate/${node.name}.json`, renderGateConfig(model, node.name)] as const),
    ["nodes.tsv", group.nodes.map((node) => row(node, { group, secrets })).join("")],
  ]);
  const digest = sha256([...contents].map(([path, text]) => `${path} ${sha256(text)}\n`).join(""));
  const facts = {
    schema: 1,
    group: name,
    formation: formationId(sha256(`${set} ${name}`)),
    digest,
    startupFencing: propertyOf(model.configuration.properties, STARTUP_FENCING) ?? "true",
    nodes: group.nodes.map((node) => ({
      name: node.name,
      id: node.id,
      role: node.attributes["role"],
      addresses: addressesOf(node, group),
      identity: node.identity,
      secrets,
    })),
  };
  return [
    textFile(`${folder}/group.json`, jsonText(facts)),
    ...[...contents].map(([path, text]) => textFile(`${folder}/${path}`, text)),
  ];
}

/** A node that never was a member cannot run anything: nobody is fenced for being late to a formation. */
function whileForming(configuration: ClusterConfiguration): ClusterConfiguration {
  const [first, ...rest] = configuration.properties;
  const set = first ?? { id: "cib-bootstrap-options", pairs: [] };
  const without = ({ pairs }: AttributeSet) => pairs.filter(({ name }) => name !== STARTUP_FENCING);
  const pair = { id: `${set.id}-${STARTUP_FENCING}`, name: STARTUP_FENCING, value: "false" };
  const others = rest.map((one) => ({ ...one, pairs: without(one) }));
  return { ...configuration, properties: [{ ...set, pairs: [...without(set), pair] }, ...others] };
}

function propertyOf(sets: readonly AttributeSet[], name: string): string | undefined {
  return sets.flatMap(({ pairs }) => pairs).find((pair) => pair.name === name)?.value;
}

function addressesOf(node: ResolvedNode, group: ResolvedGroup): string[] {
  return group.networks.flatMap((network) => node.addresses[network] ?? []);
}

/** The same facts for sh: name, id, addresses, identity, secrets, role (a dash where any image will do); none of them is ever empty. */
function row(
  node: ResolvedNode,
  { group, secrets }: { readonly group: ResolvedGroup; readonly secrets: readonly string[] },
): string {
  const { hostname, macs, serial, kernelArgument } = node.identity;
  const identity = [
    `hostname=${hostname}`,
    ...macs.map((mac) => `mac=${mac}`),
    ...(serial === undefined ? [] : [`serial=${serial}`]),
    `kernelArgument=${kernelArgument}`,
  ];
  const lists = [addressesOf(node, group), identity, secrets].map((list) => list.join(","));
  return `${[node.name, String(node.id), ...lists, node.attributes["role"] ?? "-"].join("\t")}\n`;
}

/** An id in the form of a UUID (RFC 9562, version 8), the same in every rendering. */
function formationId(digest: string): string {
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}8${digest.slice(17, 32)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
