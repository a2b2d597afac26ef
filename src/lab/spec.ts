// What a lab consists of: names, numbers and addresses, all derived from its name, its slot and its options.
import { DcnError } from "../errors/index.js";

/** A distribution that lab nodes can run. */
export type LabOs = "debian12" | "debian13";

const labOses: readonly LabOs[] = ["debian12", "debian13"];

/** Reads a comma list of distributions. Throws DcnError `usage` for an unknown one. */
export function parseOses(text: string): LabOs[] {
  return text.split(",").map((word) => {
    const os = labOses.find((known) => known === word.trim());
    if (os !== undefined) return os;
    throw new DcnError("usage", "LAB_OS", `“${word}” is no distribution of the lab`, {
      hint: `one of: ${labOses.join(", ")}`,
    });
  });
}

/** Roles of lab machines besides cluster nodes. */
export type LabRole = "node" | "qdevice" | "remote" | "client";

/** One machine of the lab. */
export interface LabNode {
  readonly name: string;
  readonly role: LabRole;
  readonly os: LabOs;
  /** Last byte of its addresses, the same in every network. */
  readonly host: number;
  /** Whether its power can be switched at its outlets too, behind the back of its BMC. */
  readonly outlets?: true;
  /** A device that boots a published image has what its group says instead of what the lab would give it. */
  readonly own?: {
    readonly hostname: string;
    readonly group: string;
    /** Of its image in the repository. */
    readonly ref: string;
    /** By network. */
    readonly addresses: Readonly<Record<string, string>>;
    readonly bmc?: { readonly address: string; readonly username: string };
  };
}

/** A network of the lab; number 0 is the management network. */
export interface LabNetwork {
  readonly name: string;
  readonly number: number;
}

/** Everything that `lab up` decided once; written to lab.json before anything is created. */
export interface LabSpec {
  readonly version: 1;
  readonly name: string;
  /** Keeps labs that run at the same time apart: it is part of every address and interface name. */
  readonly slot: number;
  readonly bare: boolean;
  /** How long the firmware of a node takes at every boot; absent: none, a container boots at once. */
  readonly firmwareSeconds?: number;
  readonly nodes: readonly LabNode[];
  readonly networks: readonly LabNetwork[];
  /** The group that the lab was made for, and what of it writes heartbeats; absent where the lab has its own. */
  readonly guest?: { readonly group: string; readonly heartbeats: readonly string[] };
  /** Where its devices pull their images from: the folder of a repository, and the keys that sign in it. */
  readonly images?: { readonly repository: string; readonly keys?: string };
}

const networkNames = ["mgmt", "site", "process", "third"];

/** What a lab must have for a group that was made for other hardware. */
export interface GuestShape {
  readonly group: string;
  readonly nodes: readonly { readonly name: string; readonly outlets: boolean }[];
  readonly networks: readonly string[];
  readonly quorumDevice: boolean;
  readonly heartbeats: readonly string[];
}

/** What a lab must have for devices that boot published images. */
export interface BornShape {
  readonly os: LabOs;
  readonly nodes: readonly (NonNullable<LabNode["own"]> & { readonly name: string })[];
  readonly networks: readonly string[];
  /** The first group. */
  readonly group: string;
  readonly heartbeats: readonly string[];
  readonly images: NonNullable<LabSpec["images"]>;
}

/** The options of `lab up` after their grammar was checked. */
export interface LabShape {
  readonly name: string;
  readonly slot: number;
  readonly nodes: number;
  readonly oses: readonly LabOs[];
  readonly networks: number;
  readonly bare: boolean;
  readonly qdevice: boolean;
  readonly remote: boolean;
  readonly client: boolean;
  readonly firmwareSeconds?: number | undefined;
  /** Instead of `nodes` and `networks`. */
  readonly guest?: GuestShape;
  readonly born?: BornShape;
}

/** Lays out a lab. With fewer distributions than nodes, the last one repeats. */
export function layOutLab(shape: LabShape): LabSpec {
  if (shape.born !== undefined) return layOutBorn(shape, shape.born);
  const nodes: LabNode[] = [];
  const wanted =
    shape.guest?.nodes ??
    Array.from({ length: shape.nodes }, (_, index) => ({ name: `dcn${index + 1}`, outlets: false }));
  for (const [index, { name, outlets }] of wanted.entries()) {
    const os = shape.oses[Math.min(index, shape.oses.length - 1)] ?? "debian12";
    nodes.push({ name, role: "node", os, host: 11 + index, ...(outlets ? { outlets } : {}) });
  }
  const extraOs = shape.oses[0] ?? "debian12";
  if (shape.qdevice || shape.guest?.quorumDevice === true)
    nodes.push({ name: "qnetd", role: "qdevice", os: extraOs, host: 21 });
  if (shape.remote) nodes.push({ name: "remote1", role: "remote", os: extraOs, host: 31 });
  if (shape.client) nodes.push({ name: "client", role: "client", os: extraOs, host: 41 });
  const names =
    shape.guest === undefined ? networkNames.slice(0, shape.networks + 1) : ["mgmt", ...shape.guest.networks];
  const networks = names.map((name, number) => ({ name, number }));
  const { name, slot, bare, guest } = shape;
  const made = guest === undefined ? {} : { guest: { group: guest.group, heartbeats: guest.heartbeats } };
  return { version: 1, name, slot, bare, nodes, networks, ...made, ...bootOf(shape) };
}

function layOutBorn(shape: LabShape, { os, images, ...born }: BornShape): LabSpec {
  const { name, slot } = shape;
  const nodes = born.nodes.map(({ name: machine, ...own }, index) => ({
    name: machine,
    role: "node" as const,
    os,
    host: 11 + index,
    own,
  }));
  const networks = ["mgmt", ...born.networks].map((network, number) => ({ name: network, number }));
  const guest = { group: born.group, heartbeats: born.heartbeats };
  return { version: 1, name, slot, bare: false, nodes, networks, guest, images, ...bootOf(shape) };
}

function bootOf({ firmwareSeconds }: LabShape): Pick<LabSpec, "firmwareSeconds"> {
  return firmwareSeconds === undefined ? {} : { firmwareSeconds };
}

/** The address of `host` in network `number` of a lab: 10.77.(slot·4 + number).host. */
export function addressOf(spec: LabSpec, number: number, host: number): string {
  return `10.77.${spec.slot * 4 + number}.${host}`;
}

/** The management address of the host itself: image repository and BMCs are reached through it. */
export const hostByte = 1;

/** The BMC of a node answers at its own address in the management network. */
export function bmcAddressOf(spec: LabSpec, node: LabNode): string {
  return node.own?.bmc?.address ?? addressOf(spec, 0, node.host + 90);
}

/** The outlets of a node are switched at an address of their own. */
export function outletsAddressOf(spec: LabSpec, node: LabNode): string {
  return addressOf(spec, 0, node.host + 170);
}

/** An address in the first cluster network that no machine has, for floating addresses in tests. */
export function floatingAddressOf(spec: LabSpec): string {
  return addressOf(spec, 1, 50);
}

/** Name of the network namespace of a machine. */
export function namespaceOf(spec: LabSpec, node: LabNode): string {
  return `${namespacePrefix(spec.name)}${node.name}`;
}

/** What all network namespaces of a lab begin with. */
export function namespacePrefix(labName: string): string {
  return `dcn-ha-lab-${labName}-`;
}

/** Host-side interface names; at most 15 characters (netdevice(7)). */
export function bridgeOf(spec: LabSpec, number: number): string {
  return `${interfacePrefix(spec.slot)}b${number}`;
}

export function vethOf(spec: LabSpec, node: LabNode, number: number): string {
  return `${interfacePrefix(spec.slot)}h${node.host}n${number}`;
}

/** What all host-side interfaces of a slot begin with; the trailing letter keeps slot 1 and slot 10 apart. */
export function interfacePrefix(slot: number): string {
  return `dcl${slot}x`;
}
