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
};
