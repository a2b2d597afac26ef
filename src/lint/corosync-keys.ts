// Keys of corosync.conf by section (corosync.conf(5), votequorum(5), corosync-qdevice(8)): corosync takes a mistyped one in silence.

// cluster_uuid is pcs's: corosync keeps it in its cmap and does not read it.
const TOTEM =
  "version clear_node_high_bit crypto_hash crypto_cipher crypto_model secauth keyfile key link_mode rrp_mode netmtu transport cluster_name " +
  "config_version token_warning token token_coefficient token_retransmit hold token_retransmits_before_loss_const join send_join consensus " +
  "merge downcheck fail_recv_const seqno_unchanged_const heartbeat_failures_allowed max_network_delay window_size max_messages " +
  "miss_count_const knet_pmtud_interval knet_mtu knet_compression_model knet_compression_threshold knet_compression_level " +
  "block_unlisted_ips cancel_token_hold_on_retransmit ip_version ip_dscp allow_knet_handle_fallback nodeid threads cluster_uuid";
const INTERFACE =
  "ringnumber linknumber knet_link_priority knet_ping_interval knet_ping_timeout knet_ping_precision knet_pong_count knet_transport " +
  "bindnetaddr broadcast mcastaddr mcastport ttl";
const LOGGING =
  "fileline function_name timestamp to_stderr to_logfile to_syslog logfile logfile_priority syslog_facility syslog_priority debug tags " +
  "blackbox format";
const QUORUM =
  "provider expected_votes two_node wait_for_all last_man_standing last_man_standing_window auto_tie_breaker auto_tie_breaker_node " +
  "allow_downscale expected_votes_tracking votes";
const DEVICE = "model votes timeout sync_timeout master_wins";
const NET =
  "tls host port algorithm tie_breaker connect_timeout force_ip_version keep_active_partition_tie_breaker";
const HEURISTICS = "mode interval timeout sync_timeout";

/** Known keys by the path of a section, as `quorum.device.net`. */
export const COROSYNC_KEYS: Readonly<Record<string, readonly string[]>> = {
  totem: TOTEM.split(" "),
  "totem.interface": INTERFACE.split(" "),
  quorum: QUORUM.split(" "),
  "quorum.device": DEVICE.split(" "),
  "quorum.device.net": NET.split(" "),
  "quorum.device.heuristics": HEURISTICS.split(" "),
  logging: LOGGING.split(" "),
  "logging.logger_subsys": [..."subsys".split(" "), ...LOGGING.split(" ")],
  node: ["name", "nodeid", "quorum_votes"],
  system: "qb_ipc_type sched_rr priority move_to_root_cgroup allow_knet_handle_fallback state_dir".split(" "),
};

/** True for a key that is made of a fixed part and what the user chose: `exec_NAME`, `ring0_addr`. */
export function isPatternKey(section: string, key: string): boolean {
  return section === "quorum.device.heuristics"
    ? key.startsWith("exec_")
    : section === "node" && /^ring[0-7]_addr$/.test(key);
}
