// Codes about plans and their files.
import { type Explanations, entry } from "./explanation.js";

export const planCodes: Explanations = {
  PLAN_STALE: entry(
    "The cluster, a node's files or the profile changed since the plan was made.",
    "What was looked at is not what would happen; nothing was changed. Monitor results and our own lock do not count.",
    "Look at a new plan: dcn-ha plan GROUP --out FILE. The message says what moved.",
  ),
  PLAN_UNREADABLE: entry(
    "The file is no plan of dcn-ha.",
    "Nothing was changed.",
    "Give the file that plan --out wrote.",
  ),
  PLAN_VERSION: entry(
    "The plan was written by a release that writes plans in another form.",
    "What this release does not know it could pass over; nothing was changed.",
    "Make the plan anew with the release that applies it.",
  ),
  PLAN_DAMAGED: entry(
    "The plan file was edited or cut short after it was made.",
    "It no longer says what was looked at; nothing was changed.",
    "Change the profile instead, and make the plan anew.",
  ),
  PLAN_OTHER_GROUP: entry(
    "The plan is for another group than the one named.",
    "Nothing was changed.",
    "Name the group that the plan was made for.",
  ),
  UPGRADE_BY_STEPS: entry(
    "A node has a Pacemaker from which a running cluster cannot go to version 3 node by node.",
    "An old and a new node would not understand each other, and the cluster would have to stop.",
    "Upgrade all nodes to 2.1 first; then look again.",
    "dcn-ha plan GROUP --for-pacemaker 3",
  ),
  PLAN_NOT_WRITTEN: entry(
    "The plan cannot be written to that file, often because there is one already.",
    "A plan that somebody may be about to carry out is not written over.",
    "Give another name, or remove the file.",
  ),
  PROOF_HAS_GAP: entry(
    "The profile promises to survive a failure, and a workload would stay down after it, or run in too few copies.",
    "It would be noticed when it happens, and nobody is there to start it. Nothing was changed.",
    "The message says what is lost, why, and the smallest change that mends it. Change the profile, or promise less (survive).",
    "dcn-ha prove GROUP",
  ),
  PROOF_NOT_WRITTEN: entry(
    "The page with the proof cannot be written to that file.",
    "The proof itself was made, and is not kept anywhere.",
    "Give another file to --html.",
  ),
  TOO_MANY_FAILURES: entry(
    "There are more sets of failures than a proof can be read with.",
    "A number of nodes that are lost at once gives very many sets in a large group.",
    "Ask for fewer at once; one and two say most.",
    "dcn-ha prove GROUP --failures 2",
  ),
  SCHEDULER_SILENT: entry(
    "Pacemaker's scheduler gave no answer to a question of a proof.",
    "What it would do is unknown, and nothing is proved.",
    "The message says why. Most often the configuration itself is not valid: crm_verify tells where.",
  ),
  SCHEDULER_MISSING: entry(
    "Neither this machine nor a node that answers has Pacemaker's scheduler.",
    "Nobody can say where workloads would go.",
    "Install crm_simulate on this machine: it needs no cluster.",
    "apt-get install pacemaker-cli-utils",
  ),
  CLUSTER_NOT_RUNNING: entry(
    "The cluster of the group runs on no node that answers.",
    "There is no live configuration to prove.",
    "Without --live the profile is proved. dcn-ha status says why no node runs the cluster.",
  ),
};
