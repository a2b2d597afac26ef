// Codes about what only one may have at a time, and what stands in two places (Pacemaker Explained, "Clones"; ocf:heartbeat agents).
import { type Explanations, entry } from "./explanation.js";

export const sharingCodes: Explanations = {
  USED_TWICE: entry(
    "Two workloads have the same disk, virtual machine, unit or address.",
    "Pacemaker starts both, on two nodes if it likes: a file system that is mounted twice loses its data, an address is answered twice, and two that share a unit stop each other.",
    "Give one of them its own, or make both members of one workload, which is on one node.",
    "members: [{ name: data, profile: filesystem, with: {…} }, { name: plc, profile: container, with: {…} }]",
  ),
  NOT_FOR_EVERY_NODE: entry(
    "A workload runs on every node, and what it takes is for one at a time.",
    "xfs and ext4 are destroyed when two nodes mount them, a virtual machine would write to its disk twice, and an address would be answered by all.",
    "Without one-per-node; or a file system that is made for it, as nfs or gfs2.",
  ),
  ADDRESS_OF_NODE: entry(
    "A floating address is the own address of a node.",
    "When it moves, the cluster takes that node's address away, or two computers have it.",
    "An address of the same network that no computer has.",
    "with: { address: 10.20.0.50/24 }",
  ),
  ADDRESS_UNUSABLE: entry(
    "A floating address that no computer can have: a loopback, a network's own, its broadcast.",
    "Nobody would reach the workload there.",
    "An address of the network that is free.",
    "with: { address: 10.20.0.50/24 }",
  ),
  IN_TWO_GROUPS: entry(
    "A node has the address, or the board, of a node in another group.",
    "One computer would be made a node of two clusters, and each would fence the other's.",
    "Correct one of them; often a number in with: was copied with the rest.",
    "with: { number: 13 }",
  ),
};
