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
  OPERATING_STATE: entry(
    "The cluster was imported in a state of operation: a standby, a maintenance, a ban, a move, or a resource kept stopped or unmanaged.",
    "The document has it as configuration, so that every apply would bring it back after somebody ended it.",
    "Take it out of the document at the line that the warning names, unless it is meant to stay.",
  ),
  NOT_CONVERTED: entry(
    "A variable of the Ansible role ha_cluster is not taken over, and the text says why.",
    "What nobody carries over by hand is missing in the group.",
    "Do what the text says; or let the role make the cluster, and import its CIB and corosync.conf.",
  ),
  ANSIBLE_EXPRESSION: entry(
    "A variable of ha_cluster is an expression of Ansible ({{ … }} or {% … %}), or has one in it.",
    "Only Ansible knows what it makes of it, from the inventory and the vault; taken as it stands it would be a wrong value.",
    "Write the value in its place; or import the cluster that the role made.",
    "dcn-ha import --host root@10.20.0.11 > cabinet-7.yaml",
  ),
  HOST_WITHOUT_CLUSTER: entry(
    "Pacemaker does not run on the host that import --host names, so that it cannot tell its CIB.",
    "Only a running cluster knows its configuration for sure.",
    "Name a host where it runs; or copy cib.xml and corosync.conf and give the files.",
    "dcn-ha import --cib cib.xml --corosync corosync.conf",
  ),
  HOST_NOT_READABLE: entry(
    "The login of import --host may read neither CIB nor corosync.conf: not as itself, not with sudo, not by dcn-ha's helper.",
    "There is nothing to import.",
    "Log in as root or as a member of the group haclient, or let sudo run the two commands that the message names.",
  ),
  SECRET_EXISTS: entry(
    "A secret was found, and its file is there already.",
    "Overwriting it could lose the right one.",
    "Name an empty folder with --secrets-dir, or remove the file.",
  ),
};
