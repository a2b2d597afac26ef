// What a running corosync does with a changed key of corosync.conf (corosync.conf(5), votequorum(5), corosync-cfgtool(8) -R); most rows were tried on real clusters.

/** How a change reaches running nodes: all at once without a stop, one node after the other, or with the whole cluster down. */
export type CorosyncWay = "reload" | "restart" | "full-stop";

const HARDNESS: Readonly<Record<CorosyncWay, number>> = { reload: 0, restart: 1, "full-stop": 2 };

/** The hardest of several ways; undefined where there is none. */
export function hardestWay(ways: readonly CorosyncWay[]): CorosyncWay | undefined {
  return [...ways].sort((left, right) => HARDNESS[right] - HARDNESS[left])[0];
}

/** One row: the way of a key, why, and the corosync versions on which a reload with this key changed was really tried. */
export interface CorosyncKey {
  readonly way: CorosyncWay;
  readonly reason: string;
  readonly tried: readonly string[];
}

const BOTH = ["3.1.7", "3.1.9"] as const;
const NONE = [] as const;

const row = (way: CorosyncWay, tried: readonly string[], reason: string): CorosyncKey => ({
  way,
  reason,
  tried,
});

const timing = row("reload", BOTH, "corosync takes its times over in a reload");
const knet = row("reload", BOTH, "a reload changes it on the live links");
const crypto = row("reload", BOTH, "kronosnet changes over while it runs, all nodes in the same reload");
const readOnly = row("restart", BOTH, "corosync says that it cannot be changed at run-time");
const atStart = row("restart", BOTH, "votequorum reads it only when corosync starts");
const apart = "nodes with the old and the new value do not hear each other";
const logging = row("reload", BOTH, "it concerns only what corosync writes down");
const device = row("reload", BOTH, "after the reload corosync-qdevice has to be restarted on each node");

/**
 * By path without link numbers and the like: `totem.interface.knet_ping_timeout`. A path that ends in `.*` stands for
 * everything below it that has no row of its own.
 */
export const corosyncKeys: Readonly<Record<string, CorosyncKey>> = {
  "totem.version": row("full-stop", NONE, "it says how the whole file is to be read"),
  "totem.config_version": row("reload", BOTH, "it is a number for people and tools"),
  "totem.cluster_name": row(
    "full-stop",
    BOTH,
    "corosync says that it cannot be changed at run-time, and nodes of another name count as another cluster",
  ),
  "totem.cluster_uuid": row("reload", NONE, "it is an id for pcs, and corosync does nothing with it"),
  "totem.transport": row(
    "full-stop",
    BOTH,
    `corosync says that it cannot be changed at run-time, and ${apart}`,
  ),
  "totem.nodeid": row("full-stop", NONE, "a node with another id is another node"),
  "totem.clear_node_high_bit": row("full-stop", NONE, "it makes other node ids"),
  "totem.secauth": row("full-stop", NONE, apart),
  "totem.crypto_model": crypto,
  "totem.crypto_cipher": crypto,
  "totem.crypto_hash": crypto,
  "totem.keyfile": row(
    "reload",
    ["3.1.9"],
    "kronosnet changes over while it runs, all nodes in the same reload",
  ),
  "totem.key": row("full-stop", NONE, "nodes with different keys do not hear each other"),
  "totem.ip_version": readOnly,
  "totem.netmtu": readOnly,
  "totem.threads": readOnly,
  "totem.rrp_mode": readOnly,
  "totem.link_mode": row(
    "restart",
    BOTH,
    "a reload takes the value, and the links keep the old mode until corosync starts again",
  ),
  "totem.token": timing,
  "totem.token_warning": timing,
  "totem.token_coefficient": timing,
  "totem.token_retransmit": timing,
  "totem.token_retransmits_before_loss_const": timing,
  "totem.hold": timing,
  "totem.join": timing,
  "totem.send_join": timing,
  "totem.consensus": timing,
  "totem.merge": timing,
  "totem.downcheck": timing,
  "totem.fail_recv_const": timing,
  "totem.seqno_unchanged_const": timing,
  "totem.heartbeat_failures_allowed": timing,
  "totem.max_network_delay": timing,
  "totem.window_size": timing,
  "totem.max_messages": timing,
  "totem.miss_count_const": timing,
  "totem.cancel_token_hold_on_retransmit": timing,
  "totem.block_unlisted_ips": row("reload", BOTH, "a reload changes whom corosync listens to"),
  "totem.knet_compression_model": knet,
  "totem.knet_compression_threshold": knet,
  "totem.knet_compression_level": knet,
  "totem.knet_pmtud_interval": knet,
  "totem.knet_mtu": knet,
  "totem.interface.knet_link_priority": knet,
  "totem.interface.knet_ping_interval": knet,
  "totem.interface.knet_ping_timeout": knet,
  "totem.interface.knet_ping_precision": knet,
  "totem.interface.knet_pong_count": knet,
  "totem.interface.mcastport": knet,
  "quorum.provider": row(
    "full-stop",
    BOTH,
    "a reload without it ends votequorum on all nodes, and none has quorum",
  ),
  "quorum.two_node": row(
    "reload",
    BOTH,
    "votequorum takes it over in a reload; the wait_for_all that it implies counts from each node's next start",
  ),
  "quorum.expected_votes": row("reload", BOTH, "votequorum counts anew in a reload"),
  "quorum.votes": row("reload", NONE, "votequorum counts anew in a reload"),
  "quorum.wait_for_all": row(
    "reload",
    BOTH,
    "a reload is enough: it is about starts only, and counts from each node's next one",
  ),
  "quorum.last_man_standing": atStart,
  "quorum.last_man_standing_window": atStart,
  "quorum.auto_tie_breaker": atStart,
  "quorum.auto_tie_breaker_node": atStart,
  "quorum.allow_downscale": atStart,
  "quorum.expected_votes_tracking": row("restart", NONE, "votequorum reads it only when corosync starts"),
  "quorum.device.*": device,
  "logging.debug": row(
    "reload",
    BOTH,
    "a reload turns it over; with all of its output corosync was so busy in a trial that the nodes lost each other",
  ),
  "logging.*": logging,
  "system.*": readOnly,
  "resources.*": row("restart", NONE, "corosync opens the watchdog and its probes when it starts"),
  "nozzle.*": row(
    "restart",
    ["3.1.7"],
    "a reload makes the virtual interface, and corosync did not run smoothly after it in a trial",
  ),
  "uidgid.*": row("reload", ["3.1.9"], "corosync looks there when a program connects"),
  "nodelist.node.quorum_votes": row("reload", BOTH, "votequorum counts anew in a reload"),
};

/** Keys of nodes and links, which are no plain values. */
export const corosyncNodeKeys = {
  nodeAdded: row(
    "reload",
    BOTH,
    "the members learn of the new node in a reload; quorum counts it from then on, so it starts next",
  ),
  nodeRemoved: row(
    "reload",
    BOTH,
    "the members forget the node in a reload; its cluster has to be stopped before, or the others lose it as by a fault",
  ),
  nodeRenamed: row("full-stop", NONE, "Pacemaker knows a node by its name from its start to its end"),
  linkAdded: row("reload", BOTH, "a reload opens the link; the others carry the cluster meanwhile"),
  linkRemoved: row("reload", BOTH, "a reload closes the link; the others carry the cluster"),
  linkMoved: row(
    "reload",
    ["3.1.7"],
    "in two reloads: corosync refuses to change a link, so it is taken out first and put back as new; the other links carry the cluster meanwhile",
  ),
  onlyLinkMoved: row(
    "full-stop",
    NONE,
    "it is the only link, and corosync does not change a link that it uses",
  ),
} as const;
