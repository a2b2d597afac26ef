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
  /** Where the address may be that of a router, which forwards this port. */
  readonly port?: unknown;
  /** A board has an address that is no computer's; others may be one. */
  readonly isBoard: boolean;
}

/** Whose an address is, and whether it is only where one logs in. */
interface Owner {
  readonly name: string;
  readonly isLogin: boolean;
}

const SSH_PORT = 22;
/** In the chipset of the node itself: it answers at the node's address, with the node off (Intel AMT). */
const IN_CHIPSET = /^fence_amt(_ws)?$/;

/** Reports fence devices at the address of the node that they are for, and boards at that of any other. */
export function checkPlaces(group: NodeGroup, report: Report): void {
  const owners = ownersOf(group);
  for (const [index, { name, fence }] of group.nodes.entries()) {
    for (const { address, path, isBoard, port } of placesOf(fence ?? {})) {
      const { name: owner, isLogin = false } = owners.get(canonicalAddress(address)) ?? {};
      if (owner === undefined || (isLogin && port !== undefined) || (owner !== name && !isBoard)) continue;
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
function ownersOf(group: NodeGroup): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { name, addresses, ssh } of group.nodes) {
    // Behind another port there may be another computer, as where ports are forwarded.
    const isNode = (ssh?.port ?? group.ssh?.port ?? SSH_PORT) === SSH_PORT;
    if (isNode && ssh?.address !== undefined)
      owners.set(canonicalAddress(ssh.address), { name, isLogin: true });
    for (const address of Object.values(addresses))
      owners.set(canonicalAddress(address), { name, isLogin: false });
  }
  return owners;
}

function placesOf({ redfish, ipmi, libvirt, pdu, agent }: FenceText): Place[] {
  const ip = IN_CHIPSET.test(agent?.name ?? "") ? undefined : agent?.parameters?.["ip"];
  const at = (
    address: string | undefined,
    path: DocumentPath,
    more: { readonly isBoard: boolean; readonly port?: unknown },
  ): Place[] => (address === undefined ? [] : [{ address, path, ...more }]);
  return [
    ...at(redfish?.address, ["redfish", "address"], { isBoard: true, port: redfish?.port }),
    ...at(ipmi?.address, ["ipmi", "address"], { isBoard: true, port: ipmi?.port }),
    ...at(libvirt?.address, ["libvirt", "address"], { isBoard: false }),
    ...(pdu?.outlets ?? []).flatMap((outlet, index) =>
      at(outlet.pdu, ["pdu", "outlets", index, "pdu"], { isBoard: false }),
    ),
    ...at(ip === undefined ? undefined : String(ip), ["agent", "parameters", "ip"], { isBoard: false }),
  ];
}
