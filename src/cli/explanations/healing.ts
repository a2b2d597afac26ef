// Codes about properties, failures, operations, places and room (Pacemaker Explained).
import { type Explanations, entry } from "./explanation.js";

export const healingCodes: Explanations = {
  UNKNOWN_PROPERTY: entry(
    "Pacemaker has no such property.",
    "It ignores it in silence, and crm_verify does too.",
    "Correct the spelling; names from 3.0.2 on (fencing-…) are written stonith-…, which every Pacemaker knows.",
  ),
  NEWER_PROPERTY_NAME: entry(
    "A name that Pacemaker has only since 3.0.2.",
    "An older node ignores it: fencing-enabled=false would leave fencing on.",
    "Write the older name, which both know.",
    "stonith-enabled: true",
  ),
  BAD_TIME: entry(
    "A text that Pacemaker cannot read as a time.",
    "It takes a default without a word.",
    "A number with ms, s, min or h.",
    "20s",
  ),
  FENCING_DISABLED: entry(
    "stonith-enabled is false.",
    "A silent node cannot be told from a dead one: two copies of a workload, or an outage until somebody comes.",
    "Switch it on and give every node a fence device.",
  ),
  QUORUM_IGNORED: entry(
    "no-quorum-policy is ignore.",
    "A node that lost sight of the others starts everything: two copies.",
    "no-quorum-policy: stop",
  ),
  STARTUP_FENCING_OFF: entry(
    "startup-fencing is false.",
    "A node that was never seen may run a workload that is started a second time.",
    "startup-fencing: true, with the boot gate.",
  ),
  START_FAILURE_IS_FATAL: entry(
    "One failed start bans a workload from the node.",
    "After a bad moment on every node it stays stopped until somebody cleans up.",
    "Switch it off; tries and forgetting decide instead.",
    "properties: { start-failure-is-fatal: false }",
  ),
  HEALING_SWITCHED_OFF: entry(
    "The profile says for good what people say for a moment: maintenance, standby, nothing started, failures ignored.",
    "Nothing is started again, for as long as the profile says so.",
    "Remove it; for a moment of work use standby.",
    "dcn-ha node standby cabinet-7.yaml dcn2",
  ),
  NODE_STAYS_OFF: entry(
    "Fenced nodes are switched off and not on again.",
    "Each fencing costs a node until somebody comes.",
    "stonith-action: reboot",
  ),
  HEALING_THROTTLED: entry(
    "Pacemaker slows healing down while a node has much to do.",
    "Above twice load-threshold per core on one node, the whole cluster takes one action at a time for every two nodes: a workload waits until fence devices have moved.",
    "Set it out of reach; node-action-limit still holds each node to two actions per core.",
    "properties: { load-threshold: 10000% }",
  ),
  REMOVED_VALUE: entry(
    "A value that newer Pacemaker no longer knows.",
    "After the next update the whole property may be void.",
    "Take the value that the hint names.",
  ),
  DC_DEADTIME_WITHOUT_GATE: entry(
    "A short dc-deadtime, and nodes do not wait for each other at boot.",
    "After each power cut the fast nodes fence the slow ones.",
    "A grace time for the gate, or 20 s.",
    "gate: { grace: 60s }",
  ),
  FAILURES_NEVER_FORGOTTEN: entry(
    "Failures are counted and never forgotten.",
    "With time every node is banned, and the workload stays stopped.",
    "Forget them after hours.",
    "recovery: { forgetFailuresAfter: 4h }",
  ),
  FAILURE_TIMEOUT_SHORT: entry(
    "Failures are forgotten faster than an operation may take.",
    "The counter never reaches the limit: the workload is tried on a bad node for ever.",
    "Hours, always longer than the longest timeout.",
  ),
  FAILURE_BLOCKS: entry(
    "on-fail: block.",
    "After one failure nothing happens until somebody comes.",
    "restart, or fence for stop.",
  ),
  FAILURE_IGNORED: entry("on-fail: ignore.", "A dead workload counts as running.", "restart"),
  STOP_FAILURE_BLOCKS: entry(
    "Without fencing a failed stop blocks the workload.",
    "It may run on, so that it can start nowhere else.",
    "Fencing: then the node is switched off and the workload moves.",
  ),
  NOT_MANAGED: entry(
    "Pacemaker is told not to manage this workload.",
    "It is watched, and neither restarted nor moved.",
    "Remove is-managed=false or maintenance=true.",
  ),
  STARTS_UNFENCED: entry(
    "The workload starts before a lost node is known to be off.",
    "Two copies may run.",
    "Remove requires, unless two copies are harmless.",
  ),
  NOT_MONITORED: entry(
    "No recurring monitor.",
    "A crash is never noticed.",
    "monitor every ten seconds.",
    "operations: { monitor: { interval: 10s, timeout: 20s } }",
  ),
  INTERVAL_MEANINGLESS: entry(
    "A start, stop, promote or demote with an interval.",
    "Pacemaker ignores the operation, its timeout too.",
    "No interval, or 0s.",
  ),
  INTERVAL_TOO_SHORT: entry(
    "A monitor more often than every second.",
    "A small computer does little else, and load makes it fail.",
    "10s",
  ),
  INTERVAL_TWICE: entry(
    "Two monitors with the same interval.",
    "Pacemaker tells them by name and interval: one of them never runs.",
    "Let them differ, as 10s and 11s.",
  ),
  TIMEOUT_ZERO: entry(
    "An operation without any time.",
    "It fails whenever it runs.",
    "As long as the slowest node ever needed, twice.",
  ),
  UNKNOWN_RESOURCE: entry(
    "A constraint names a resource that is not there.",
    "It does nothing.",
    "Correct the name.",
  ),
  TOGETHER_AND_APART: entry(
    "Two workloads must be on one node and must not.",
    "One of them never runs.",
    "Remove one of the constraints, or make one a wish.",
    "{ apart: [a, b], ifPossible: true }",
  ),
  COLOCATION_CYCLE: entry(
    "Workloads that follow each other in a circle.",
    "Pacemaker breaks the circle somewhere; where is chance.",
    "Let one lead; in together it is the first.",
  ),
  ORDER_CYCLE: entry(
    "Workloads that wait for each other in a circle.",
    "None ever starts.",
    "Remove one of the orders.",
  ),
  PREFERRED_IN_VAIN: entry(
    "A workload prefers a node that another constraint keeps it off.",
    "The preference does nothing: one of the two is not as it was meant.",
    "Remove one of them.",
    "{ prefer: hmi, nodes: { dcn2: 100 } }",
  ),
  TARGET_IS_NODE: entry(
    "An address that tells whether a network is there is one of the group's own nodes.",
    "That node reaches itself whatever is cut; for the others the network is lost with that node.",
    "Name something that is no node, as the gateway, or no targets: then the other nodes are asked.",
    "{ needs-network: control, network: process, targets: [10.30.7.1] }",
  ),
  NOWHERE_TO_RUN: entry("No node is left for a workload.", "It never runs.", "Loosen only-on or avoid."),
  ONE_NODE_ONLY: entry(
    "One node is left for a workload.",
    "When that node is lost, the workload is lost: nothing heals.",
    "prefer instead of only-on.",
    "{ prefer: hmi, nodes: { dcn2: 100 } }",
  ),
  COPIES_NEED_NODES: entry(
    "only-on leaves one node to a workload that is mirrored.",
    "Its copies may run nowhere else: there is one, and no mirror.",
    "prefer instead of only-on, or name all nodes that have a copy.",
    "{ only-on: history, nodes: [dcn1, dcn2] }",
  ),
  APART_NEEDS_NODES: entry(
    "More workloads must be apart than nodes, or places to spread over, are there for them: at once, or after a loss.",
    "Those that find no place stay down; after a loss that the group promises to survive this is an error.",
    "A wish instead, one node more, or one node more in only-on.",
    "{ apart: [a, b, c], ifPossible: true }",
  ),
  KEEP_NEEDS_NODES: entry(
    "More copies are to be kept running than nodes are left.",
    "After the loss there are fewer copies than promised.",
    "More nodes, or fewer copies.",
  ),
  ROOM_NOT_COUNTED: entry(
    "Workloads say what they need, and nobody counts it.",
    "A node takes more than it can carry.",
    "Let Pacemaker count.",
    "properties: { placement-strategy: balanced }",
  ),
  NO_ROOM_AFTER_LOSS: entry(
    "After a loss there is not enough room for all workloads.",
    "Some stay stopped; which is decided by priority.",
    "Larger nodes, fewer workloads, or priorities.",
  ),
  NO_ROOM: entry(
    "There is not enough room for the workloads.",
    "Some of them never run, or not after a loss.",
    "Larger nodes, fewer or smaller workloads.",
  ),
};
