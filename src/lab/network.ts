// Networks of a lab: one bridge per network on the host, one namespace per node, a veth pair between them (ip-netns(8), veth(4)).
import { onHost, tryHost } from "./host.js";
import {
  addressOf,
  bmcAddressOf,
  bridgeOf,
  hostByte,
  interfacePrefix,
  type LabNode,
  type LabSpec,
  namespaceOf,
  namespacePrefix,
  outletsAddressOf,
  vethOf,
} from "./spec.js";

/** Makes bridges and namespaces with all addresses. The host has an address in the management network only. */
export async function createNetworks(spec: LabSpec): Promise<void> {
  const lines: string[] = [];
  for (const network of spec.networks) {
    const bridge = bridgeOf(spec, network.number);
    lines.push(`link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`, `link set ${bridge} up`);
  }
  const management = bridgeOf(spec, 0);
  lines.push(`addr add ${addressOf(spec, 0, hostByte)}/24 dev ${management}`);
  for (const node of spec.nodes) {
    const length = node.own?.bmc === undefined ? 24 : 32;
    if (node.role === "node") lines.push(`addr add ${bmcAddressOf(spec, node)}/${length} dev ${management}`);
    if (node.outlets === true) lines.push(`addr add ${outletsAddressOf(spec, node)}/24 dev ${management}`);
    lines.push(`netns add ${namespaceOf(spec, node)}`);
  }
  await onHost(["ip", "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
  for (const node of spec.nodes) await connectNode(spec, node);
}

async function connectNode(spec: LabSpec, node: LabNode): Promise<void> {
  const namespace = namespaceOf(spec, node);
  const host = spec.networks.flatMap((network) => {
    const outside = vethOf(spec, node, network.number);
    return [
      `link add ${outside} type veth peer name ${network.name} netns ${namespace}`,
      `link set ${outside} master ${bridgeOf(spec, network.number)}`,
    ];
  });
  await onHost(["ip", "-batch", "-"], { stdin: `${host.join("\n")}\n` });
}

/**
 * Brings a machine's network to what a machine has that was just switched on: its own addresses and no others. A
 * namespace outlives the power of its machine; a floating address that stayed in it would be a lie.
 */
export async function plugIn(spec: LabSpec, node: LabNode): Promise<void> {
  const inside = spec.networks.flatMap((network) => [
    `addr flush dev ${network.name}`,
    `addr add ${node.own?.addresses[network.name] ?? addressOf(spec, network.number, node.host)}/24 dev ${network.name}`,
    `link set ${network.name} up`,
  ]);
  // BMCs that have addresses of their site are reached through the management network all the same.
  const far = spec.nodes.flatMap(({ own }) => (own?.bmc === undefined ? [] : [own.bmc.address]));
  if (node.own !== undefined) inside.push(...far.map((address) => `route replace ${address}/32 dev mgmt`));
  await onHost(["ip", "-n", namespaceOf(spec, node), "-batch", "-"], {
    stdin: `link set lo up\n${inside.join("\n")}\n`,
  });
  await setCables(spec, node, "up");
}

/** Takes the machine's network away, as a power cut does: its namespace would go on answering pings. */
export async function setCables(spec: LabSpec, node: LabNode, state: "up" | "down"): Promise<void> {
  const lines = spec.networks.map((network) => `link set ${vethOf(spec, node, network.number)} ${state}`);
  await onHost(["ip", "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
}

/** Names of the namespaces that a lab has now. */
export async function existingNamespaces(labName: string): Promise<string[]> {
  const text = (await tryHost(["ip", "netns", "list"])).stdout;
  return text
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => name.startsWith(namespacePrefix(labName)));
}

/** Names of the host-side interfaces that a slot has now. */
export async function existingInterfaces(slot: number): Promise<string[]> {
  const text = (await tryHost(["ip", "-o", "link", "show"])).stdout;
  const names = text.split("\n").map((line) => line.split(": ")[1]?.split("@")[0] ?? "");
  return names.filter((name) => name.startsWith(interfacePrefix(slot)));
}

/** Removes namespaces and interfaces, whichever are there. */
export async function removeNetworks(labName: string, slot: number | undefined): Promise<void> {
  for (const name of await existingNamespaces(labName)) await tryHost(["ip", "netns", "delete", name]);
  if (slot === undefined) return;
  for (const name of await existingInterfaces(slot)) await tryHost(["ip", "link", "delete", name]);
}
