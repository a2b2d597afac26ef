// Codes about fencing (pacemaker-fenced(7), fence-agents, sbd(8)).
import { type Explanations, entry } from "./explanation.js";

export const fencingCodes: Explanations = {
  MISSING_FENCE: entry(
    "Nobody can switch this node off.",
    "When it falls silent nobody knows whether it still runs its workloads, so that they may not start elsewhere.",
    "Give it a BMC, switched outlets, a hypervisor, or a watchdog.",
    "fence: { redfish: { address: 10.40.0.11, username: dcn, password: { secret: bmc/dcn1 } } }",
  ),
  FENCE_DISABLED: entry(
    "Somebody has disabled this fence device: its target-role is Stopped.",
    "Pacemaker leaves it out: it fences nobody, and a fencing level that names it fails.",
    "Enable it, or take it away with the levels that name it.",
    "pcs stonith enable fence-dcn1",
  ),
  FENCE_ON_OWN_NODE: entry(
    "The only node that may run a fence device is the one that it fences.",
    "Just when it is needed, nobody can run it.",
    "Keep the device off that node instead: location with -INFINITY there.",
  ),
  FENCE_SAME_POWER: entry(
    "Two nodes have the same fence device and the same system there, be it by two agents.",
    "Fencing one switches off the other: the lost node lives on, the good one dies.",
    "Give each node the address, outlet or name of its own.",
  ),
  FENCE_ADDRESS_OF_NODE: entry(
    "A fence device has the address of a node of the group.",
    "With the node its fence device is gone: a lost node is never fenced, and its workloads stay down.",
    "The address of the board itself (ipmitool lan print), which answers while the node is off.",
    "fence: { redfish: { address: 10.40.0.11, username: dcn, password: { secret: bmc/dcn1 } } }",
  ),
  FENCE_SINGLE_POINT: entry(
    "All nodes are fenced through one device.",
    "While that is away no lost node can be fenced, and nothing heals.",
    "A second way for each node, as a level.",
    "fence: { redfish: {…}, pdu: {…} }",
  ),
  RACE_WITHOUT_DELAY: entry(
    "In a pair both fence devices act at the same moment.",
    "When the nodes lose sight of each other, both go down.",
    "A delay before the fencing of one of them; leave raceDelay to be computed.",
    "fencing: { offTime: 3s }",
  ),
  RACE_DELAY_USELESS: entry(
    "Fencing waits although no race is possible.",
    "Each outage is longer by the delay.",
    "Remove raceDelay and pcmk_delay_*.",
  ),
  PRIORITY_DELAY_SHORT: entry(
    "priority-fencing-delay is shorter than twice the static delay.",
    "The place in the list decides a race, not what runs.",
    "Twice the longest pcmk_delay_base.",
  ),
  PRIORITY_DELAY_WITHOUT_PRIORITY: entry(
    "priority-fencing-delay is set and no workload has a priority.",
    "All nodes weigh nothing: the delay decides nothing.",
    "Give workloads a priority.",
    "resourceDefaults: { priority: 1 }",
  ),
  WATCHDOG_SHORT_FOR_DEVICE: entry(
    "The watchdog fires before corosync-qdevice's sync_timeout is over.",
    "A node that only waits for the device's vote resets itself, and with it all of them.",
    "Leave the watchdog's timeout to be computed: 35 s, or sync_timeout and 5 s.",
    "fencing: { watchdog: { device: /dev/watchdog0, timeout: 35s } }",
  ),
  SBD_CONFIG_DIFFERS: entry(
    "The profile says other times for sbd than the nodes run with.",
    "sbd takes new ones only when it starts, with the cluster; until then the CIB would count on times that do not hold.",
    "Keep the times as they are, or form the cluster anew when the workloads may stop.",
  ),
  UNKNOWN_FENCE_DEVICE: entry(
    "A fencing level names a device that is not there.",
    "This level always fails.",
    "Correct the name, or remove the level.",
  ),
  WATCHDOG_NOT_IN_LEVELS: entry(
    "Nodes have a watchdog, and the fencing levels of one of them do not name it.",
    "Pacemaker counts on the watchdog by itself only where a node has no levels: when all levels fail, nobody takes the node for gone.",
    "A last level with the device watchdog, which Pacemaker makes itself.",
    "pcs stonith level add 3 dcn1 watchdog --force",
  ),
  FENCING_LEVEL_UNCLEAR: entry(
    "Nobody but Pacemaker can tell which fencing levels a node has.",
    "A target-pattern is one that only Pacemaker reads, or several patterns and attributes fit the node, and it takes those of one. dcn-ha prove counts the node as one that nobody fences.",
    "Levels with target: for each node, which hide all others from it; or a simpler pattern.",
    "pcs stonith level add 1 dcn1 fence-dcn1",
  ),
  FENCING_LEVEL_INDEX: entry(
    "A fencing level has a number outside of 1 to 9.",
    "Pacemaker 3 drops it.",
    "1 to 9.",
  ),
  FENCE_NOT_MONITORED: entry(
    "A fence device has no recurring monitor.",
    "Nobody learns that it is broken until a node must be fenced.",
    "A monitor every minute.",
    "fencing: { monitorInterval: 60s }",
  ),
  SECRET_IN_CIB: entry(
    "A fence device has its password in the CIB.",
    "Every node, every backup and every report holds it.",
    "password: { secret: bmc/dcn1 }, which the agent reads by its script parameter.",
  ),
  SECRET_IN_CLEAR: entry(
    "A secret is written as a plain parameter, of a fence device or of a workload's agent, or in a URL.",
    "It would stand in Git, in the CIB and on every node.",
    "A reference in its place: among secrets of a fence device, else { secret: NAME } instead of the value.",
    "agent: { name: fence_raritan, secrets: { password: { secret: pdu/dcn1 } } }",
  ),
  SECRET_NEEDS_SCRIPT: entry(
    "This agent cannot ask a program for that secret.",
    "It could only stand in the CIB, which we do not do.",
    "Another agent or another login; for SNMP version 3 with a user.",
    "pdu: { username: dcn, password: { secret: pdu/dcn1 }, outlets: [{ pdu: 10.40.0.21, outlet: 3 }] }",
  ),
  BAD_FENCE: entry(
    "The parts of a fence entry do not fit together.",
    "The device would never work, or never be tried.",
    "See the text; each kind listed in levels must be there, and each once.",
  ),
  FENCE_PLUG: entry(
    "The node's name at a fence device cannot be handed over as it is.",
    "Pacemaker would split it, so that the node is not covered, or the device is told to switch off something else.",
    "Hand it over in the agent's own parameter, without plug:.",
    "agent: { name: fence_ours, parameters: { pcmk_host_argument: port, port: '2:8' } }",
  ),
  UNKNOWN_FENCE_AGENT: entry(
    "An agent that is not in the table of fence-agents 4.12.",
    "Its parameters could not be checked; a mistyped one is ignored in silence.",
    "Check the name; where it is an agent of your own, try it: fence_NAME -o metadata.",
  ),
  UNKNOWN_FENCE_PARAMETER: entry(
    "The agent has no such parameter.",
    "It ignores it in silence, or fails just when it is needed.",
    "Take the nearest name; all are listed by the agent itself.",
    "fence_ipmilan -o metadata",
  ),
  RENAMED_FENCE_PARAMETER: entry(
    "An older spelling of a parameter.",
    "It works today and is gone in a later release.",
    "Take the new name.",
  ),
  MISSING_FENCE_PARAMETER: entry(
    "The agent does not work without this parameter.",
    "Every fencing would fail.",
    "Add it.",
    "fence_raritan -o metadata",
  ),
  WATCHDOG_MISSING: entry(
    "stonith-watchdog-timeout is set and no node has a watchdog by this profile.",
    "Pacemaker does not start, or lost nodes count as gone while they run on: two copies.",
    "Let the policy name the watchdog.",
    "fencing: { watchdog: { device: /dev/watchdog0 } }",
  ),
  WATCHDOG_TIMEOUT_SHORT: entry(
    "stonith-watchdog-timeout is not longer than the watchdog itself.",
    "A node would count as gone before its watchdog fired; Pacemaker refuses to start.",
    "Twice the watchdog's timeout, which is what dcn-ha computes.",
  ),
  WATCHDOG_NEEDS_QUORUM: entry(
    "Watchdog fencing in a pair that decides alone.",
    "With two_node a lone node keeps quorum: it never resets itself, and both run everything.",
    "A third node, or a quorum device.",
  ),
  SBD_DISKS_NOT_APPLIED: entry(
    "The group needs shared disks for sbd, which this release does not prepare.",
    "A cluster without them would look whole and could not fence.",
    "Choose BMCs or outlets, or the watchdog alone.",
    "policy: diskless-sbd",
  ),
  SBD_MISSING: entry(
    "The policy fences by watchdog, and a node has no sbd.",
    "A node that lost its quorum would run on: two copies.",
    "Put the package sbd into the node's image.",
  ),
  NODE_WITHOUT_WATCHDOG: entry(
    "The watchdog that the policy names is not there on a node.",
    "Without it the node cannot reset itself, and the others would count it as gone.",
    "See which there are (wdctl), load the driver of the hardware's own, and name it in the policy.",
    "fencing: { watchdog: { device: /dev/watchdog0 } }",
  ),
};
