// Votes: pairs of settings that exclude each other, and promises that the arithmetic of votes cannot keep (votequorum(5)).
import { decidesEvenSplit, type QuorumRules, quorumVotes, survivableLosses } from "../cluster/index.js";
import { numberOf } from "./corosync-rules.js";
import { type ClusterView, entryOf, type Rule } from "./view.js";

const SUBJECT = "corosync.conf";

/** What corosync.conf says about votes. */
export function quorumRulesOf({ model, nodes }: ClusterView): QuorumRules {
  const { quorum } = model.corosync;
  const device = quorum.sections.find((section) => section.name === "device");
  const votes = model.corosync.nodes.map((node) =>
    Number(node.entries?.find(([key]) => key === "quorum_votes")?.[1] ?? 1),
  );
  return {
    nodes: votes.reduce((sum, one) => sum + one, 0),
    // Without `votes` votequorum gives the device one vote less than there are nodes.
    deviceVotes: device === undefined ? 0 : (numberOf(device, "votes") ?? nodes.length - 1),
    twoNode: entryOf(quorum, "two_node") === "1",
    autoTieBreaker: entryOf(quorum, "auto_tie_breaker") === "1",
  };
}

/** Settings that exclude each other. */
export const votes: Rule = (view, add) => {
  const { quorum, nodes } = view.model.corosync;
  const rules = quorumRulesOf(view);
  const device = quorum.sections.find((section) => section.name === "device");
  const fault = (code: string, text: string, hint: string): void => {
    add("error", code, { subject: SUBJECT, text, hint });
  };
  if (rules.twoNode && device !== undefined) {
    fault(
      "TWO_NODE_WITH_DEVICE",
      "two_node and a quorum device together: corosync ends at its start",
      "remove two_node",
    );
  }
  if (rules.twoNode && nodes.length !== 2) {
    const text = `two_node with ${nodes.length} nodes: every partition of one node would have quorum`;
    fault("TWO_NODE_COUNT", text, "remove two_node");
  }
  if (rules.autoTieBreaker && (device !== undefined || rules.twoNode)) {
    const other = device === undefined ? "two_node" : "a quorum device";
    fault(
      "TIE_BREAKER_CONFLICT",
      `auto_tie_breaker and ${other} exclude each other`,
      "remove auto_tie_breaker",
    );
  }
  const expected = numberOf(quorum, "expected_votes");
  if (expected !== undefined && expected !== rules.nodes + rules.deviceVotes) {
    const text = `expected_votes is ${expected}, but nodes and device have ${rules.nodes + rules.deviceVotes} votes`;
    fault("EXPECTED_VOTES_DIFFER", text, "remove expected_votes: corosync counts the nodelist itself");
  }
  const host = device?.sections.find((section) => section.name === "net");
  const address = host === undefined ? undefined : entryOf(host, "host");
  const on = nodes.find((node) => address !== undefined && [node.name, ...node.addresses].includes(address));
  if (on !== undefined) {
    const text = `the quorum device ${address ?? ""} is the node ${on.name}: it dies with it and votes for it`;
    fault("QUORUM_DEVICE_ON_NODE", text, "a host outside of the cluster");
  }
};

/** Even numbers of nodes, and what may be lost. */
export const losses: Rule = (view, add) => {
  const rules = quorumRulesOf(view);
  if (!decidesEvenSplit(rules)) {
    const text = `cut into two halves of ${rules.nodes / 2}, neither half has quorum: everything stops`;
    const hint = "quorum: { autoTieBreaker: true } in the policy, a quorumDevice, or one node more or less";
    // Without a disk, sbd resets every node that has no quorum: all of them at once.
    const severity = view.model.watchdog?.disks.length === 0 ? "error" : "warning";
    add(severity, "EVEN_WITHOUT_TIE_BREAKER", { subject: SUBJECT, text, hint });
  }
  const { survive } = view;
  const possible = survivableLosses(rules);
  if (survive === undefined || survive <= possible) return;
  const total = rules.nodes + rules.deviceVotes;
  const text = `${survive} lost nodes are promised to be survived, but ${total} votes need ${quorumVotes(rules)}: ${possible} may be lost at once`;
  add("error", "SURVIVE_WITHOUT_QUORUM", { subject: "survive", text, hint: "more nodes, or a quorumDevice" });
};
