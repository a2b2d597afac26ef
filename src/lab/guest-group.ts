// A NodeGroup made for other hardware as a guest of the lab: its own names, attributes, workloads, constraints and policy;
// replaced is only what the hardware dictates, and every replacement is said.
import { stringify } from "yaml";
import { DcnError } from "../errors/index.js";
import type { DocumentOf, ProfileDocument } from "../profile/index.js";
import { LabAddresses, type Replacement } from "./guest-addresses.js";
import { type GuestWorkloads, guestWorkloads } from "./guest-workloads.js";
import type { LabPaths } from "./paths.js";
import { labFencing, labSsh } from "./profile-parts.js";
import { addressOf, type GuestShape, type LabSpec } from "./spec.js";

/** What `lab up --group` starts from. */
export interface Guest {
  readonly group: DocumentOf<"NodeGroup">;
  /** The name of its policy, also where the group names a file. */
  readonly policy: string;
  /** Every profile that the group may use, the library's too. */
  readonly documents: readonly ProfileDocument[];
}

/** A guest as the lab runs it. */
export interface FittedGuest extends Pick<GuestWorkloads, "units" | "images"> {
  /** The profile's text: the group, and the user's own profiles that it may need. */
  readonly text: string;
  readonly replacements: readonly Replacement[];
}

type Group = DocumentOf<"NodeGroup">["value"];

const mostNodes = 8;
const mostNetworks = 3;
/** Length of a network interface's name (netdevice(7)); a lab's networks are called as their interfaces. */
const longestInterface = 15;
const taken: ReadonlySet<string> = new Set(["mgmt", "lo", "qnetd", "remote1", "client"]);

/** What a lab must have for this group. Throws DcnError `usage` LAB_GROUP where no lab can have it. */
export function guestShape(guest: Guest): GuestShape {
  const { value, name } = guest.group;
  const fault = (text: string): DcnError =>
    new DcnError("usage", "LAB_GROUP", `the group ${name} does not fit into a lab: ${text}`);
  if (value.nodes.length > mostNodes)
    throw fault(`${value.nodes.length} nodes, and a lab has at most ${mostNodes}`);
  if (value.networks.length > mostNetworks)
    throw fault(`${value.networks.length} networks, and a lab has at most ${mostNetworks}`);
  for (const network of value.networks) {
    if (network.length > longestInterface)
      throw fault(`the network ${network} has a name longer than ${longestInterface} letters`);
  }
  for (const word of [...value.networks, ...value.nodes.map((node) => node.name)]) {
    if (taken.has(word)) throw fault(`the name ${word} is the lab's own`);
  }
  if (value.nodes.some((node) => node.fence?.sbd !== undefined))
    throw fault("its nodes are fenced over a shared disk (sbd), which a lab does not have");
  return {
    group: name,
    nodes: value.nodes.map((node) => ({ name: node.name, outlets: methodsOf(node).length > 1 })),
    networks: value.networks,
    quorumDevice: value.quorumDevice !== undefined,
    heartbeats: guestWorkloads(value.workloads ?? [], guest.documents).heartbeats,
  };
}

/** Writes the group anew for a lab that has its shape. */
export function fitGuest(spec: LabSpec, paths: LabPaths, guest: Guest): FittedGuest {
  const { value } = guest.group;
  const work = guestWorkloads(value.workloads ?? [], guest.documents);
  const addresses = new LabAddresses(spec, value);
  const device = spec.nodes.find((node) => node.role === "qdevice");
  const replacements: Replacement[] = [
    ...value.nodes.map((node) => ({
      at: `fence of ${node.name}`,
      was: methodsOf(node).join(", then "),
      now:
        methodsOf(node).length > 1
          ? "the lab's Redfish BMC, then the lab's outlets"
          : "the lab's Redfish BMC",
    })),
    { at: "ssh", was: "as the group says", now: "the lab's login and host keys" },
    ...work.replacements,
  ];
  const rest = addresses.rewrite({ workloads: work.workloads, constraints: value.constraints ?? [] });
  const quorumDevice =
    value.quorumDevice === undefined || device === undefined
      ? {}
      : {
          quorumDevice: {
            ...value.quorumDevice,
            address: addressOf(spec, 1, device.host),
            ssh: { address: addressOf(spec, 0, device.host) },
          },
        };
  const fitted: object = {
    kind: "NodeGroup",
    name: value.name,
    ...(value.summary === undefined ? {} : { summary: value.summary }),
    ...(value.policy === undefined
      ? {}
      : { policy: value.policy.includes("/") ? guest.policy : value.policy }),
    networks: value.networks,
    ssh: labSsh(spec, paths),
    nodes: value.nodes.map((node) => fittedNode(spec, node)),
    ...quorumDevice,
    ...rest,
    ...(value.cib === undefined ? {} : { cib: value.cib }),
  };
  if (value.quorumDevice !== undefined)
    addresses.note(`quorum device ${value.quorumDevice.address}`, "the lab's machine qnetd");
  const all = [...replacements, ...addresses.replacements];
  return { text: textOf(fitted, guest, all), replacements: all, units: work.units, images: work.images };
}

function methodsOf(node: Group["nodes"][number]): string[] {
  return Object.entries(node.fence ?? {}).flatMap(([method, text]) =>
    method === "levels" || text === undefined ? [] : [method],
  );
}

function fittedNode(spec: LabSpec, node: Group["nodes"][number]): object {
  const machine = spec.nodes.find(({ name }) => name === node.name);
  if (machine === undefined) return node;
  const { name, id, attributes, capacity } = node;
  return {
    name,
    ...(id === undefined ? {} : { id }),
    addresses: Object.fromEntries(
      spec.networks
        .filter((network) => network.number > 0)
        .map((network) => [network.name, addressOf(spec, network.number, machine.host)]),
    ),
    ...(attributes === undefined ? {} : { attributes }),
    ssh: { address: addressOf(spec, 0, machine.host) },
    fence: labFencing(spec, machine),
    ...(capacity === undefined ? {} : { capacity }),
  };
}

/** One file for all, so that `dcn-ha apply` needs no other. */
function textOf(fitted: object, guest: Guest, replacements: readonly Replacement[]): string {
  const head = [
    `# The group ${guest.group.name} as a guest of a lab. Replaced, because the lab's hardware is another:`,
    ...replacements.map(({ at, was, now }) => `#   ${at}: ${was} → ${now}`),
  ];
  const own = guest.documents.filter((document) => !document.library && document.kind !== "NodeGroup");
  const documents = [fitted, ...own.map(({ value }) => value)];
  const texts = documents.map((document) => stringify(document, { lineWidth: 120 }));
  return `${head.map((line) => line.replaceAll(/[\r\n]+/g, " ")).join("\n")}\n${texts.join("---\n")}`;
}
