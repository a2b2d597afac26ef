// Which keys of corosync.conf `pcs cluster setup` and `pcs quorum device add` can set, and under which name (pcs(8), corosync.conf(5), corosync-qdevice(8)).

/** Options of the transport knet; named as in corosync.conf. */
export const TRANSPORT_OPTIONS = ["ip_version", "knet_pmtud_interval", "link_mode"] as const;

/** Options of totem; named as in corosync.conf. */
export const TOTEM_OPTIONS = [
  "block_unlisted_ips",
  "consensus",
  "downcheck",
  "fail_recv_const",
  "heartbeat_failures_allowed",
  "hold",
  "join",
  "max_messages",
  "max_network_delay",
  "merge",
  "miss_count_const",
  "send_join",
  "seqno_unchanged_const",
  "token",
  "token_coefficient",
  "token_retransmit",
  "token_retransmits_before_loss_const",
  "window_size",
] as const;

/** Options of encryption and compression: corosync.conf puts a prefix before the name. */
export const PREFIXED_OPTIONS = [
  { keyword: "compression", prefix: "knet_compression_", names: ["level", "model", "threshold"] },
  { keyword: "crypto", prefix: "crypto_", names: ["cipher", "hash", "model"] },
] as const;

/** Options of a link: name in corosync.conf → name in pcs. */
export const LINK_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["linknumber", "linknumber"],
  ["knet_link_priority", "link_priority"],
  ["mcastport", "mcastport"],
  ["knet_ping_interval", "ping_interval"],
  ["knet_ping_precision", "ping_precision"],
  ["knet_ping_timeout", "ping_timeout"],
  ["knet_pong_count", "pong_count"],
  ["knet_transport", "transport"],
]);

/** Options of votequorum; named as in corosync.conf. */
export const QUORUM_OPTIONS = [
  "auto_tie_breaker",
  "last_man_standing",
  "last_man_standing_window",
  "wait_for_all",
] as const;

/** What pcs always writes, and nobody can tell it otherwise. */
export const PCS_LOGGING = [
  ["to_logfile", "yes"],
  ["logfile", "/var/log/corosync/corosync.log"],
  ["to_syslog", "yes"],
  ["timestamp", "on"],
] as const;

/** Encryption that pcs writes where it is told none. */
export const PCS_CRYPTO = [
  ["crypto_cipher", "aes256"],
  ["crypto_hash", "sha256"],
] as const;

/** Options of a quorum device of model net that every pcs knows. */
export const QDEVICE_NET_OPTIONS = [
  "algorithm",
  "connect_timeout",
  "force_ip_version",
  "host",
  "port",
  "tie_breaker",
] as const;
