// Nodes of a group: addresses on every network, how to log in, and no address or name twice.
import type { NodeGroup, NodeText } from "./node-group.js";
import type { Report } from "./report.js";
import type { NodeIdentity, ResolvedNode, ResolvedSsh, SshHost } from "./resolved.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";

const SSH_PORT = 22;
const DEFAULT_USER = "dcn-ha";
/** knet has no more links. */
const MAX_NETWORKS = 8;

/** Checks and resolves the nodes; `file` is where relative paths start. */
export function resolveNodes(group: NodeGroup, file: string, report: Report): ResolvedNode[] {
  checkNetworks(group.networks, report);
  const seen = new Map<string, string>();
  const once = (
    key: string,
    path: DocumentPath,
    fault: { code: string; text: string; who: string },
  ): void => {
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, fault.who);
    else report(fault.code, path, `${fault.text} (${earlier} has it too)`);
  };
  return group.nodes.map((node, index) => {
    const path = ["nodes", index] as const;
    const id = node.id ?? index + 1;
    once(`name ${node.name}`, [...path, "name"], {
      code: "DUPLICATE_NODE",
      text: `two nodes are called ${node.name}`,
      who: `nodes[${index}]`,
    });
    once(`id ${id}`, [...path, "id"], {
      code: "DUPLICATE_NODE",
      text: `two nodes have the id ${id}`,
      who: node.name,
    });
    checkAddresses(node, group.networks, path, report);
    for (const [network, address] of Object.entries(node.addresses)) {
      const fault = {
        code: "DUPLICATE_ADDRESS",
        text: `the address ${address} stands twice`,
        who: `${node.name} on ${network}`,
      };
      once(`address ${address.toLowerCase()}`, [...path, "addresses", network], fault);
    }
    const identity = identityOf(node);
    // Of two nodes with one name, hostname and kernel argument are one too: that is said once.
    const named = group.nodes.findIndex(({ name }) => name === node.name) === index;
    for (const [what, value] of named ? recognisedBy(identity) : []) {
      const fault = { code: "DUPLICATE_IDENTITY", text: `the ${what} ${value} stands twice`, who: node.name };
      once(`${what} ${value.toLowerCase()}`, [...path, "identity"], fault);
    }
    checkAttributes(node, [...path, "attributes"], report);
    const attributes = Object.fromEntries(
      Object.entries(node.attributes ?? {}).map(([key, value]) => [key, String(value)]),
    );
    return {
      name: node.name,
      id,
      addresses: { ...node.addresses },
      ssh: resolveSsh(node, group, file),
      attributes,
      identity,
      ...(node.capacity === undefined ? {} : { capacity: node.capacity }),
    };
  });
}

/** Attributes of a node with which Pacemaker itself does something, for as long as they stand there. */
const SWITCHES: ReadonlyMap<string, string> = new Map([
  ["standby", "Pacemaker runs nothing on it"],
  ["maintenance", "Pacemaker leaves all on it as it is"],
  ["terminate", "Pacemaker fences it again and again"],
]);

function checkAttributes({ name, attributes = {} }: NodeText, path: DocumentPath, report: Report): void {
  for (const [attribute, value] of Object.entries(attributes)) {
    const effect = SWITCHES.get(attribute);
    if (effect === undefined || ["false", "off", "no", "0"].includes(String(value).toLowerCase())) continue;
    const text = `for as long as the profile says ${attribute} of ${name}, ${effect}`;
    const hint = `remove it; for a moment of work: dcn-ha node standby GROUP ${name}`;
    report("HEALING_SWITCHED_OFF", [...path, attribute], text, { hint });
  }
}

function identityOf({ name, identity = {} }: NodeText): NodeIdentity {
  const { hostname = name, mac = [], serial, kernelArgument = name } = identity;
  const macs = [mac].flat().map((one) => one.toLowerCase());
  return { hostname, macs, ...(serial === undefined ? {} : { serial }), kernelArgument };
}

/** What a device is recognised by, with the words for it. */
export function recognisedBy({ hostname, macs, serial, kernelArgument }: NodeIdentity): [string, string][] {
  return [
    ["hostname", hostname],
    ...macs.map((mac): [string, string] => ["MAC address", mac]),
    ...(serial === undefined ? [] : [["serial number", serial] as [string, string]]),
    ["kernel argument", kernelArgument],
  ];
}

function checkNetworks(networks: readonly string[], report: Report): void {
  if (networks.length > MAX_NETWORKS) {
    report(
      "TOO_MANY_NETWORKS",
      ["networks"],
      `${networks.length} networks, but knet has at most ${MAX_NETWORKS} links`,
    );
  }
  for (const [index, network] of networks.entries()) {
    if (networks.indexOf(network) < index)
      report("DUPLICATE_NETWORK", ["networks", index], `the network ${network} stands twice`);
  }
}

function checkAddresses(
  node: NodeText,
  networks: readonly string[],
  path: DocumentPath,
  report: Report,
): void {
  for (const network of networks) {
    if (Object.hasOwn(node.addresses, network)) continue;
    report(
      "MISSING_ADDRESS",
      [...path, "addresses"],
      `${node.name} has no address in the network ${network}`,
    );
  }
  for (const network of Object.keys(node.addresses)) {
    if (networks.includes(network)) continue;
    const options = { hint: hintFor(network, networks), atKey: true };
    report("UNKNOWN_NETWORK", [...path, "addresses", network], `there is no network ${network}`, options);
  }
}

/** The way to the host of the quorum device; undefined without one. */
export function resolveQuorumDeviceHost(group: NodeGroup, file: string): SshHost | undefined {
  const device = group.quorumDevice;
  if (device === undefined) return undefined;
  return { name: device.address, ssh: sshOf(device.ssh, group, { file, address: device.address }) };
}

function resolveSsh(node: NodeText, group: NodeGroup, file: string): ResolvedSsh {
  return sshOf(node.ssh, group, { file, address: node.addresses[group.networks[0] ?? ""] ?? "" });
}

function sshOf(
  own: NodeText["ssh"],
  group: NodeGroup,
  place: { readonly file: string; readonly address: string },
): ResolvedSsh {
  const { file } = place;
  const merged = { ...group.ssh, ...own };
  const { identityFile, knownHosts, hostKey, adminUser } = merged;
  return {
    address: own?.address ?? place.address,
    port: merged.port ?? SSH_PORT,
    user: merged.user ?? DEFAULT_USER,
    ...(adminUser === undefined ? {} : { adminUser }),
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(knownHosts === undefined ? {} : { knownHostsFile: besideFile(file, knownHosts) }),
    ...(identityFile === undefined ? {} : { identityFile: besideFile(file, identityFile) }),
  };
}

/** A path that a file gives, seen from where the file's own path starts. */
export function besideFile(file: string, path: string): string {
  if (path.startsWith("/") || path.startsWith("~/")) return path;
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
  return `${folder}${path.replace(/^(\.\/)+/, "")}`;
}
