// Codes about votes and timeouts (corosync.conf(5), votequorum(5), corosync-qdevice(8)).
import { type Explanations, entry } from "./explanation.js";

export const quorumCodes: Explanations = {
  TWO_NODE_WITH_DEVICE: entry(
    "corosync.conf has two_node and a quorum device.",
    "corosync ends at its start, on every node, and no cluster runs.",
    "Remove two_node; the device's vote replaces it.",
    "quorumDevice: { address: 10.20.9.9, algorithm: ffsplit }",
  ),
  TWO_NODE_COUNT: entry(
    "two_node is set in a group that has not two nodes.",
    "Every single node would have quorum: after a cut each part runs everything.",
    "Remove two_node.",
  ),
  TIE_BREAKER_CONFLICT: entry(
    "auto_tie_breaker stands beside two_node or a quorum device.",
    "They decide the same question in different ways; corosync refuses or ignores one.",
    "Keep the device, or keep the tie breaker.",
  ),
  EXPECTED_VOTES_DIFFER: entry(
    "expected_votes is not the sum of the votes of nodes and device.",
    "Too low: two parts may both have quorum. Too high: the cluster stops with fewer losses than planned.",
    "Remove expected_votes; corosync counts the nodelist itself.",
  ),
  QUORUM_DEVICE_ON_NODE: entry(
    "The quorum device's host is a node of the cluster.",
    "It dies together with its node, and then two votes are gone at once.",
    "Run corosync-qnetd on a third computer.",
    "quorumDevice: { address: 10.20.9.9, algorithm: ffsplit }",
  ),
  QUORUM_DEVICE_MISSING: entry(
    "The policy counts on a quorum device and the group has none.",
    "Two nodes without it need another way to decide a race.",
    "Name the device, or choose a policy without one.",
    "quorumDevice: { address: 10.20.9.9, algorithm: ffsplit }",
  ),
  QUORUM_DEVICE_FORBIDDEN: entry(
    "The policy is for groups without a quorum device.",
    "Its delays and its waiting are chosen for nodes that decide alone; with a device they only cost time.",
    "Choose a policy for a group with a device.",
    "policy: edge-two-node-qdevice",
  ),
  QDEVICE_MISSING: entry(
    "The group has a quorum device, and corosync-qdevice is not installed on a node.",
    "That node would never count the device's vote.",
    "Put the package corosync-qdevice into the node's image.",
  ),
  QUORUM_DEVICE_NO_VOTE: entry(
    "The cluster runs and its quorum device gives no vote.",
    "The group works, and does not survive what it was built for: the loss of a node.",
    "Is corosync-qnetd running on its host, and TCP port 5403 open from the nodes? Then the same command again.",
    "journalctl -u corosync-qdevice",
  ),
  QNETD_WITHOUT_AUTHORITY: entry(
    "The host of the quorum device has no certificate authority.",
    "Nobody can sign the nodes' certificates.",
    "Look at /etc/corosync/qnetd/nssdb on that host; an empty folder is filled by the same command again.",
  ),
  EVEN_WITHOUT_TIE_BREAKER: entry(
    "An even number of nodes, and nobody decides when they are cut in half.",
    "Neither half has quorum: everything stops, on all nodes; with watchdog fencing all reset.",
    "Let the policy break ties, add a quorum device, or one node.",
    "quorum: { autoTieBreaker: true }",
  ),
  SURVIVE_WITHOUT_QUORUM: entry(
    "More losses are promised than votes allow.",
    "After that many losses the rest has no quorum and stops.",
    "More nodes, a quorum device, or a smaller promise.",
    "constraints: [{ survive: { nodes: 1 } }]",
  ),
  CANNOT_SURVIVE: entry(
    "The group cannot keep its promise to survive losses.",
    "When it happens, the rest stops or a workload finds no node.",
    "More nodes, fewer constraints, or a smaller promise.",
  ),
  UNKNOWN_COROSYNC_KEY: entry(
    "corosync.conf has a key that corosync does not know.",
    "corosync takes the file and does nothing with it; `corosync -t` is silent too.",
    "Correct the spelling; see corosync.conf(5).",
  ),
  CONSENSUS_TOO_SHORT: entry(
    "consensus is shorter than 1.2 times the token.",
    "corosync does not start.",
    "Leave it to dcn-ha, which computes it.",
  ),
  TOKEN_TOO_LONG: entry(
    "The token timeout is longer than half a minute.",
    "A dead node is noticed only after 2.2 times that, and its workloads are away for as long.",
    "1 s to 10 s.",
    "timing: { token: 5s }",
  ),
  TOKEN_TOO_SHORT: entry(
    "The token timeout is too short for knet's shortest pings.",
    "A dead link is left too late: the node counts as lost although the second network works.",
    "At least 800 ms.",
    "timing: { token: 1s }",
  ),
  TOKEN_BELOW_PINGS: entry(
    "A dead link is noticed after the token is lost.",
    "The second network never helps: each broken cable ends in a fencing.",
    "knet_ping_interval + knet_ping_timeout below the token.",
  ),
  TRANSPORT_DEPRECATED: entry(
    "The cluster uses udp or udpu.",
    "No encryption, one link; corosync is about to drop it.",
    "transport: knet",
  ),
  UNENCRYPTED: entry(
    "Cluster traffic is not encrypted.",
    "Whoever reaches the network reads it, and may speak to the cluster.",
    "crypto_cipher: aes256, crypto_hash: sha256",
  ),
  ONE_NETWORK: entry(
    "The nodes see each other over one network only.",
    "A switch that restarts looks like dead nodes: workloads move or stop.",
    "A second network, or a policy with a longer token.",
    "networks: [site, process]",
  ),
  COROSYNC_SYNTAX: entry(
    "A corosync.conf cannot be read.",
    "What cannot be read cannot be compared, and is not changed.",
    "Correct the line; corosync wants a line break after every brace.",
  ),
  BAD_COROSYNC_VALUE: entry(
    "A key of corosync.conf has a value that corosync does not take, or takes for something else.",
    "Many such values pass corosync's own check and change what a lost node means.",
    "Take a value that the text of the finding allows; man corosync.conf says what each does.",
  ),
  NOT_FOR_PACEMAKER_3: entry(
    "A configuration says something that Pacemaker 3 drops, refuses or understands otherwise.",
    "Pacemaker 3 takes such parts away at its start, without asking.",
    "Change it while the nodes still run version 2.1; what to write instead works there too.",
  ),
  COROSYNC_LIMIT: entry(
    "A corosync.conf is longer or deeper than any real one.",
    "A file made to keep the reader busy would stop the controller.",
    "Look at the file on the node that the finding names.",
  ),
  COROSYNC_NODE: entry(
    "A node of a corosync.conf lacks its id or its addresses.",
    "corosync could not tell which node it is.",
    "nodeid from 1, and ring0_addr, ring1_addr … without a gap.",
  ),
};
