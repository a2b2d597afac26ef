// Fence devices at the address of a computer of the group: they are gone just when they are needed.
import { canonicalAddress } from "../lint/index.js";
import type { FenceText } from "./fence-text.js";
import type { NodeGroup } from "./node-group.js";
import type { Report } from "./report.js";
import type { DocumentPath } from "./source.js";

/** An address that a method names, and where it stands below `fence`. */
interface Place {
  readonly address: string;
  readonly path: DocumentPath;
  /** A board has an address that is no computer's; others may be one. */
  readonly isBoard: boolean;
}

const SSH_PORT = 22;

/** Reports fence devices at the address of the node that they are for, and boards at that of any other. */
export function checkPlaces(group: NodeGroup, report: Report): void {
  const owners = ownersOf(group);
  for (const [index, { name, fence }] of group.nodes.entries()) {
    for (const { address, path, isBoard } of placesOf(fence ?? {})) {
      const owner = owners.get(canonicalAddress(address));
      if (owner === undefined || (owner !== name && !isBoard)) continue;
      const text =
        owner === name
          ? `${address} is ${name}'s own address: when the node is lost, nobody answers there, and it is never fenced`
          : `${address} is the address of the node ${owner}, and not of a board`;
      const hint = "the address of the node's own BMC, which answers while the node is off";
      report("FENCE_ADDRESS_OF_NODE", ["nodes", index, "fence", ...path], text, { hint });
    }
  }
}

/** Nodes by their addresses: in the networks, and where one logs in to them. */
function ownersOf(group: NodeGroup): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { name, addresses, ssh } of group.nodes) {
    // Behind another port there may be another computer, as where ports are forwarded.
    const isNode = (ssh?.port ?? group.ssh?.port ?? SSH_PORT) === SSH_PORT;
    const login = isNode && ssh?.address !== undefined ? [ssh.address] : [];
    for (const address of [...Object.values(addresses), ...login])
      owners.set(canonicalAddress(address), name);
  }
  return owners;
}

function placesOf({ redfish, ipmi, libvirt, pdu, agent }: FenceText): Place[] {
  const ip = agent?.parameters?.["ip"];
  const at = (address: string | undefined, path: DocumentPath, isBoard: boolean): Place[] =>
    address === undefined ? [] : [{ address, path, isBoard }];
  return [
    ...at(redfish?.address, ["redfish", "address"], true),
    ...at(ipmi?.address, ["ipmi", "address"], true),
    ...at(libvirt?.address, ["libvirt", "address"], false),
    ...(pdu?.outlets ?? []).flatMap((outlet, index) =>
      at(outlet.pdu, ["pdu", "outlets", index, "pdu"], false),
    ),
    ...at(ip === undefined ? undefined : String(ip), ["agent", "parameters", "ip"], false),
  ];
}
