// Nodes and timing of a group → corosync's configuration (corosync.conf(5), votequorum(5)).
import { type CorosyncConfiguration, type CorosyncSection, deviceVotes } from "../cluster/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { QuorumDeviceText } from "./node-group.js";
import type { ResolvedNode } from "./resolved.js";
import type { TotemTiming } from "./totem-timing.js";

/** What corosync's configuration is made of. */
export interface CorosyncInput {
  readonly nodes: readonly ResolvedNode[];
  readonly networks: readonly string[];
  readonly timing: TotemTiming;
  readonly quorumDevice?: QuorumDeviceText | undefined;
}

/** corosync's configuration: one encrypted knet link per network, timeouts written out, so that nothing depends on defaults. */
export function corosyncModel(
  name: string,
  group: CorosyncInput,
  policy: ClusterPolicy,
): CorosyncConfiguration {
  const { nodes, networks } = group;
  return {
    totem: totem(name, networks, group.timing),
    nodes: nodes.map(({ id, name: node, addresses }) => ({
      id,
      name: node,
      addresses: networks.map((network) => addresses[network] ?? ""),
    })),
    quorum: quorum(group, policy),
    logging: section("logging", [
      ["to_stderr", "no"],
      ["to_logfile", "no"],
      ["to_syslog", "yes"],
    ]),
  };
}

/** two_node, a tie breaker and a quorum device exclude each other: corosync stops at some of the pairs, and takes others in silence. */
function quorum(group: CorosyncInput, policy: ClusterPolicy): CorosyncSection {
  const { quorumDevice } = group;
  const count = group.nodes.length;
  const twoNodes = count === 2 && quorumDevice === undefined;
  const waitForAll = twoNodes || policy.quorum?.waitForAll === true;
  const breaksTies =
    quorumDevice === undefined && count > 2 && count % 2 === 0 && policy.quorum?.autoTieBreaker === true;
  const entries = [
    ["provider", "corosync_votequorum"],
    ...(twoNodes ? ([["two_node", "1"]] as const) : []),
    ["wait_for_all", waitForAll ? "1" : "0"],
    ...(breaksTies
      ? ([
          ["auto_tie_breaker", "1"],
          ["auto_tie_breaker_node", "lowest"],
        ] as const)
      : []),
  ] as const;
  const device = quorumDevice === undefined ? [] : [deviceSection(quorumDevice, count, group.timing)];
  return { name: "quorum", entries, sections: device };
}

function deviceSection(device: QuorumDeviceText, nodes: number, timing: TotemTiming): CorosyncSection {
  const { address, port, algorithm, tls = "required", tieBreaker = "lowest" } = device;
  const net = section("net", [
    ["host", address],
    ...(port === undefined ? [] : ([["port", String(port)]] as const)),
    ["algorithm", algorithm],
    ["tls", tls],
    ["tie_breaker", tieBreaker],
  ]);
  const votes = String(deviceVotes(algorithm, nodes));
  return {
    name: "device",
    entries: [
      ["model", "net"],
      ["votes", votes],
      ...(timing.deviceTimeoutMs === undefined
        ? []
        : ([["timeout", String(timing.deviceTimeoutMs)]] as const)),
    ],
    sections: [net],
  };
}

function totem(name: string, networks: readonly string[], timing: TotemTiming): CorosyncSection {
  const links = networks.map((_, link) =>
    section("interface", [
      ["linknumber", String(link)],
      ["knet_ping_interval", String(timing.knetPingIntervalMs)],
      ["knet_ping_timeout", String(timing.knetPingTimeoutMs)],
      ["knet_pong_count", "2"],
    ]),
  );
  const entries = [
    ["version", "2"],
    ["cluster_name", name],
    ["transport", "knet"],
    ["link_mode", "passive"],
    ["crypto_cipher", "aes256"],
    ["crypto_hash", "sha256"],
    ["token", String(timing.tokenMs)],
    ["token_coefficient", "0"],
    ["consensus", String(timing.consensusMs)],
  ] as const;
  return { name: "totem", entries, sections: links };
}

function section(name: string, entries: CorosyncSection["entries"]): CorosyncSection {
  return { name, entries, sections: [] };
}
