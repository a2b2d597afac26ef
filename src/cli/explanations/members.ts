// Codes about members, links, keys and the quorum device of a running cluster (docs/nodes.md).
import { type Explanations, entry } from "./explanation.js";

const AGAIN = "See dcn-ha status; the same command again goes on from there.";

export const memberCodes: Explanations = {
  NOT_RUNNING: entry(
    "No node of the group runs its cluster.",
    "These commands change a running one.",
    "Form it, or start it.",
    "dcn-ha apply GROUP",
  ),
  NODE_OFFLINE: entry(
    "A node that belongs to the cluster does not run now.",
    "It would miss the change and could not come back. Offline is not removed: nothing is reconfigured for that.",
    "Bring it back; or remove or replace it, if it is gone for good.",
    "dcn-ha node remove GROUP NODE",
  ),
  NODE_NOT_IN_PROFILE: entry(
    "The profile does not list the node.",
    "Commands bring the cluster to what the profile says.",
    "Add it to nodes; to take it out, name the file before the edit.",
    "dcn-ha node remove GROUP NODE --was BEFORE",
  ),
  NODE_STILL_IN_PROFILE: entry(
    "A node that is to leave is in the profile.",
    "The next apply would want it back.",
    "Take it out of nodes first.",
  ),
  NODE_IS_ANOTHER: entry(
    "The cluster has a node of this name, and this machine was never in it.",
    "Perhaps the old one still exists.",
    "Make sure that it is gone; then replace it.",
    "dcn-ha node replace GROUP NODE",
  ),
  NODE_NOT_GONE: entry(
    "A node that is to leave may still run, and nobody can log in to stop it.",
    "It would run on with the group's key and its workloads.",
    "Name the file before the edit, or power the node off.",
    "dcn-ha node remove GROUP NODE --was BEFORE",
  ),
  NO_SUCH_MEMBER: entry(
    "The running cluster has no node of this name.",
    "There is nothing to put in standby.",
    "See dcn-ha status for the names.",
  ),
  REMOVE_WOULD_LOSE_QUORUM: entry(
    "Without the node the others would have no quorum.",
    "All workloads would stop.",
    "Bring back the nodes that are down first.",
  ),
  CIB_FROM_EARLIER_LIFE: entry(
    "A node brings the configuration of an earlier life.",
    "Pacemaker takes the newest one that any node brings: the running one could be lost.",
    "Remove it there if nothing in it is needed any more.",
    "rm /var/lib/pacemaker/cib/cib*",
  ),
  CLUSTER_CHANGED: entry(
    "Members, corosync.conf or keys changed between this command's look and its lock: another command did it, or a node came or went.",
    "What this one was about to write was made from what was there before.",
    "Nothing was changed by it: the same command again looks first.",
    "dcn-ha status GROUP",
  ),
  RESTART_PENDING: entry(
    "A node's corosync has yet to start anew for an earlier change of corosync.conf.",
    "A reload after another change would count it as done, and nobody would restart the node.",
    "Finish the apply first, with the profile as it was for that; or restart corosync and Pacemaker on that node.",
    "dcn-ha apply GROUP",
  ),
  OTHER_CHANGES: entry(
    "The profile also changes what another command is for.",
    "Nothing is to happen by the way.",
    "One thing at a time, each by its own command.",
  ),
  FULL_STOP_NEEDED: entry(
    "corosync takes this change only with all nodes stopped.",
    "Everything that runs would stop.",
    "In a time when it may: allow it.",
    "--allow-full-stop",
  ),
  MEMBERS_DIFFER: entry(
    "The profile lists other nodes than the running cluster, or a node under another id.",
    "An apply changes what the nodes are configured to do; who is in the cluster changes one node at a time, with keys, fencing and what runs there.",
    "The finding names the command.",
    "dcn-ha node add GROUP dcn4",
  ),
  QUORUM_DEVICE_DIFFERS: entry(
    "The profile has another quorum device than the running cluster, or one of the two has none.",
    "The device's host signs certificates for the nodes, and its service has to run on each of them.",
    "The finding names the command.",
    "dcn-ha qdevice add GROUP",
  ),
  NO_ROOM_TO_RESTART: entry(
    "A change of corosync.conf needs each node's cluster restarted once, and some workload could go nowhere else meanwhile.",
    "The scheduler was asked what it would do with each node in standby: the workload would stop.",
    "Give it another node, or stop it yourself in a time when it may be; then the same apply.",
    "dcn-ha plan GROUP",
  ),
  WORSE_AFTER_RESTART: entry(
    "After a node was restarted with the new corosync.conf, something is worse than before.",
    "The row ends there, so that the other nodes stay as they were.",
    "See what it is; the same apply goes on with the next node.",
    "dcn-ha status GROUP",
  ),
  CONFIRM_NOT_COVERED: entry(
    "This change of corosync.conf cannot go back by itself.",
    "Nodes alone take back what a reload changes. To go back node by node, or after a full stop, somebody has to watch them.",
    "Bring corosync.conf in without --confirm-within, and the rest of the profile with it afterwards.",
    "dcn-ha apply GROUP",
  ),
  RELOAD_NOT_TAKEN: entry(
    "corosync did not take the new file over.",
    "The node runs with the old one until its next start.",
    "See its journal; then the same command again.",
    "journalctl -u corosync",
  ),
  KEY_NOT_TAKEN: entry(
    "A node holds another key than the new one.",
    "It could not come back after a restart.",
    "The same command again goes on with the same new key.",
  ),
  NOT_DRAINED: entry(
    "Something still runs on a node that is to be empty.",
    "It is not stopped before.",
    AGAIN,
  ),
  NOT_JOINED: entry("A node did not come into the cluster in time.", "Nothing more is done before.", AGAIN),
  STILL_MEMBER: entry(
    "corosync still counts a node that has left.",
    "Pacemaker must not forget it before.",
    AGAIN,
  ),
};
