// Codes of checks against a live group: what its agents say, and what its watchdogs can do (docs/checks.md).
import { type Explanations, entry } from "./explanation.js";

export const checkCodes: Explanations = {
  AGENT_MISSING: entry(
    "The agent of a resource is not installed on a node that may run the resource.",
    "A takeover to that node fails at the start, just when it is needed.",
    "Put the agent into the node's image, or keep the resource off the node. --force AGENT_MISSING goes on all the same.",
    "{ only-on: pump, nodes: [dcn1, dcn2] }",
  ),
  AGENT_SILENT: entry(
    "The agent is there, and its metadata cannot be read.",
    "Nobody can say whether its parameters are right.",
    "Run it by hand on a node: crm_resource --show-metadata AGENT.",
  ),
  AGENT_PARAMETER_UNKNOWN: entry(
    "The agent on the nodes has no parameter of this name.",
    "Most agents ignore it in silence, so that what it was meant to do does not happen.",
    "Correct the spelling; an agent that takes more than it says goes with --force AGENT_PARAMETER_UNKNOWN.",
  ),
  AGENT_PARAMETER_MISSING: entry(
    "A parameter without which the agent does not work is not set.",
    "The resource fails at its start, on every node.",
    "Set it; crm_resource --show-metadata AGENT on a node says what it is.",
  ),
  AGENT_PARAMETER_VALUE: entry(
    "A value is not of the kind that the agent says it takes.",
    "The agent refuses to start, or takes a default.",
    "Write a value that fits; where the agent's own word is wrong, --force AGENT_PARAMETER_VALUE.",
  ),
  AGENT_PARAMETER_DEPRECATED: entry(
    "The agent calls this parameter outdated.",
    "A later release of the agent may not know it any more, and then ignores it.",
    "Use the name that stands in the hint.",
  ),
  AGENT_ACTION_UNKNOWN: entry(
    "An operation, or the role of a clone, needs an action that the agent does not have.",
    "The action fails whenever it is run; a promotable clone never gets a leader.",
    "Remove the operation, or take an agent that has the action.",
  ),
  AGENT_TIMEOUT_SHORT: entry(
    "An operation gets less time than its agent advises.",
    "A good start or stop that takes longer counts as failed, and a failed stop gets the node fenced.",
    "Longer timeouts; shorter ones are right where they were measured.",
  ),
  NODE_NOT_FENCED: entry(
    "Every other node that may fence this node lacks the fence agent.",
    "When the node is lost nobody can fence it, and nothing that ran there starts elsewhere.",
    "Put the fence agents into the image of the other nodes.",
    "apt-get install fence-agents",
  ),
  TAG_MEMBER_UNKNOWN: entry(
    "A tag holds the id of something that is not there any more.",
    "Constraints on the tag do less than they say.",
    "Take the id out of the tag.",
    "pcs tag update TAG remove ID",
  ),
  SBD_NOT_RUNNING: entry(
    "Pacemaker counts on sbd to reset a node, and sbd does not run there.",
    "The others take the node for dead after the time, while it lives: two copies.",
    "Enable sbd there, and restart the cluster on that node.",
    "systemctl enable sbd",
  ),
  SBD_TIMEOUT_TOO_LONG: entry(
    "The watchdog of sbd on a node bites later than Pacemaker believes.",
    "The others start its workloads while it still runs; Pacemaker refuses to start there.",
    "stonith-watchdog-timeout at least twice SBD_WATCHDOG_TIMEOUT of every node.",
  ),
  WATCHDOG_RANGE: entry(
    "The watchdog's hardware cannot do the time that the policy wants.",
    "Sbd does not start there, and with it neither does the cluster.",
    "Another watchdogTimeout in the policy, within what the driver can do.",
  ),
  WATCHDOG_SOFTWARE: entry(
    "The watchdog is the kernel's softdog.",
    "It cannot reset a node whose kernel hangs, so that fencing by it is no guarantee.",
    "Load the driver of the board's own watchdog.",
    "wdctl",
  ),
  NODE_HELD: entry(
    "The boot gate of a node holds it back: it brings the configuration of an earlier life, or one that not all can read.",
    "Its cluster does not start until that is mended; the other nodes run without it.",
    "Its journal says why; mostly its old configuration is to be removed.",
    "journalctl -u dcn-ha-gate",
  ),
  CHECKS_UNKNOWN: entry(
    "A node did not say what its agents take and what its watchdog can do.",
    "A missing agent there would not be noticed before a takeover.",
    "Give it the helper of this release; see the words of the finding.",
  ),
  INSPECT_FAILED: entry(
    "The on-node helper could not say what the agents of a node take.",
    "The checks of that node are left out.",
    "See the words of the helper.",
  ),
};
