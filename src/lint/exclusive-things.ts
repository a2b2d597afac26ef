// What only one computer may have at a time, as agents name it: disks, virtual machines, units and addresses (ocf:heartbeat:Filesystem, VirtualDomain, IPaddr2).
import type { Primitive } from "../cluster/index.js";
import { canonicalAddress } from "./addresses.js";
import { type PlacedPrimitive, pairValue } from "./view.js";

/** One thing of which there may be one user. */
export interface ExclusiveThing {
  /** In words: `the device /dev/sdb1`. */
  readonly words: string;
  /** Equal for two names of one thing. */
  readonly key: string;
  /** What comes of two users at the same moment. */
  readonly harm: string;
  /** Whether every node may have one of its own, as with a unit. */
  readonly onEveryNode: boolean;
  /** Whether several on one node may have it. */
  readonly onOneNode?: true;
}

/** Kinds of file system that several nodes may mount at the same time, as the agent has them, and some newer ones. */
const SHARED_KINDS: readonly string[] =
  "nfs nfs4 efs smbfs cifs smb3 none gfs gfs2 glusterfs ceph ocfs2 overlay overlayfs tmpfs cvfs lustre 9p virtiofs beegfs gpfs".split(
    " ",
  );
/** Kinds that are never written. */
const READ_ONLY_KINDS: readonly string[] = ["iso9660", "squashfs", "erofs"];
/** Kinds that write to the disk even where they are mounted read-only. */
const JOURNALED: readonly string[] = "ext4 ext4dev ext3 reiserfs reiser4 xfs jfs".split(" ");
const YES = /^(true|yes|on|y|1)$/i;

/** What a primitive has to itself; undefined where it shares everything. */
export function exclusiveThing({ primitive, clone }: PlacedPrimitive): ExclusiveThing | undefined {
  const { class: standard, provider, type } = primitive.agent;
  if (["systemd", "service", "lsb"].includes(standard)) return unit(type);
  if (standard !== "ocf" || provider !== "heartbeat") return undefined;
  switch (type) {
    case "Filesystem":
      return device(primitive);
    case "VirtualDomain":
      return machine(primitive);
    case "IPaddr":
    case "IPaddr2":
      return YES.test(pairValue(clone?.metaAttributes ?? [], "globally-unique") ?? "")
        ? undefined
        : address(primitive);
    default:
      return undefined;
  }
}

/** The address that a primitive takes up on its node; undefined where it is no such agent, or the address is for the node alone. */
export function floatingAddress({ agent, instanceAttributes }: Primitive): string | undefined {
  if (agent.provider !== "heartbeat" || !["IPaddr", "IPaddr2"].includes(agent.type)) return undefined;
  // On the loopback it answers to nobody: so do the real servers behind a load balancer.
  if (/^lo\b/.test(pairValue(instanceAttributes, "nic") ?? "")) return undefined;
  if (YES.test(pairValue(instanceAttributes, "lvs_support") ?? "")) return undefined;
  return pairValue(instanceAttributes, "ip");
}

function unit(type: string): ExclusiveThing {
  const name = type.replace(/\.service$/, "");
  const harm = "each takes the other's process for its own, so that they stop and start each other";
  return { words: `the unit ${name}`, key: `unit ${name}`, harm, onEveryNode: true };
}

function device({ instanceAttributes }: Primitive): ExclusiveThing | undefined {
  const value = (name: string): string => pairValue(instanceAttributes, name) ?? "";
  const [name, kind] = [value("device"), value("fstype").toLowerCase()];
  const options = value("options").split(",");
  const onlyRead = READ_ONLY_KINDS.includes(kind) || (options.includes("ro") && !JOURNALED.includes(kind));
  const isShared = SHARED_KINDS.includes(kind) || kind.startsWith("fuse") || options.includes("bind");
  if (name === "" || isShared || onlyRead || YES.test(value("force_clones"))) return undefined;
  const harm = `${kind === "" ? "its file system" : kind} on two nodes at once loses what is on it`;
  return { words: `the device ${name}`, key: `device ${name}`, harm, onEveryNode: false, onOneNode: true };
}

function machine({ instanceAttributes }: Primitive): ExclusiveThing | undefined {
  const config = pairValue(instanceAttributes, "config") ?? "";
  if (config === "") return undefined;
  const harm = "two copies of the machine write to one disk";
  return { words: `the machine of ${config}`, key: `machine ${config}`, harm, onEveryNode: false };
}

function address(primitive: Primitive): ExclusiveThing | undefined {
  const ip = floatingAddress(primitive);
  if (ip === undefined || ip === "") return undefined;
  const harm = "two nodes answer to it, each to some of those who ask";
  const canonical = canonicalAddress(ip);
  // A link-local address is one of its link.
  const link = /^\[?fe[89ab]/.test(canonical)
    ? ` ${pairValue(primitive.instanceAttributes, "nic") ?? ""}`
    : "";
  return { words: `the address ${ip}`, key: `address ${canonical}${link}`, harm, onEveryNode: false };
}
