// Codes about taking over what exists: a CIB, a corosync.conf, another tool's variables.
import { type Explanations, entry } from "./explanation.js";

export const adoptionCodes: Explanations = {
  NO_NETWORKS: entry(
    "The group has no networks, and its nodes have no addresses.",
    "corosync.conf cannot be made, and nodes cannot be reached. A document imported from a CIB alone is like that.",
    "Add networks, and an address of each node in each of them.",
    "networks: [site]",
  ),
  NOT_IMPORTABLE: entry(
    "The source has something that a NodeGroup document cannot represent.",
    "Nothing is imported: leaving it out in silence could change what the cluster does.",
    "Take it out of a copy of the source if you can do without it, and report it to us.",
  ),
  COMMENT_LEFT_OUT: entry(
    "The source has a comment, which no key of the document can hold.",
    "What it says is known to nobody who reads the document alone.",
    "Write it as a YAML comment beside the place that it is about.",
  ),
  NOT_CONVERTED: entry(
    "A variable of the Ansible role ha_cluster is not taken over, and the text says why.",
    "What nobody carries over by hand is missing in the group.",
    "Do what the text says; or let the role make the cluster, and import its CIB and corosync.conf.",
  ),
  SECRET_EXISTS: entry(
    "A secret was found, and its file is there already.",
    "Overwriting it could lose the right one.",
    "Name an empty folder with --secrets-dir, or remove the file.",
  ),
};
