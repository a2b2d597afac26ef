// What the keys of corosync.conf take (corosync.conf(5), votequorum(5), corosync-qdevice(8)): corosync passes many a wrong value in silence.

type Shape =
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "text"; readonly pattern: RegExp; readonly words: string };

const HIGHEST = 2_147_483_647;
const number = (min = 0, max = HIGHEST): Shape => ({ kind: "number", min, max });
const choice = (values: string): Shape => ({ kind: "choice", values: values.split(" ") });
const yes = choice("yes no on off");
const on = choice("on off yes no");
const bit = choice("1 0");
const priority = choice("emerg alert crit err warning notice info debug");

const LOGGING: Readonly<Record<string, Shape>> = {
  fileline: on,
  function_name: on,
  timestamp: choice("on off hires"),
  to_stderr: yes,
  to_logfile: yes,
  to_syslog: yes,
  logfile: { kind: "text", pattern: /^\//, words: "an absolute path" },
  logfile_priority: priority,
  syslog_priority: priority,
  syslog_facility: choice("daemon local0 local1 local2 local3 local4 local5 local6 local7"),
  debug: choice("on off trace"),
  blackbox: on,
};

/** Shapes by the path of a section and key. A key that is not here takes any text. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  totem: {
    version: choice("2"),
    clear_node_high_bit: yes,
    secauth: on,
    crypto_model: choice("nss openssl"),
    crypto_cipher: choice("none aes256 aes192 aes128"),
    crypto_hash: choice("none md5 sha1 sha256 sha384 sha512"),
    link_mode: choice("passive active rr"),
    transport: choice("knet udp udpu"),
    cluster_name: { kind: "text", pattern: /^.{1,256}$/, words: "a name of at most 256 characters" },
    config_version: number(),
    netmtu: number(0, 65_535),
    token: number(30),
    token_warning: number(0, 100),
    token_coefficient: number(),
    token_retransmit: number(30),
    hold: number(30),
    token_retransmits_before_loss_const: number(1),
    join: number(30),
    send_join: number(),
    consensus: number(30),
    merge: number(30),
    downcheck: number(30),
    fail_recv_const: number(),
    seqno_unchanged_const: number(),
    heartbeat_failures_allowed: number(),
    max_network_delay: number(),
    window_size: number(1),
    max_messages: number(1),
    miss_count_const: number(1),
    knet_pmtud_interval: number(1),
    knet_mtu: number(0, 65_535),
    knet_compression_model: choice("none zlib lz4 lz4hc lzo2 lzma bzip2 zstd"),
    knet_compression_threshold: number(),
    knet_compression_level: number(-HIGHEST),
    block_unlisted_ips: yes,
    cancel_token_hold_on_retransmit: yes,
    allow_knet_handle_fallback: yes,
    ip_version: choice("ipv4 ipv6 ipv4-6 ipv6-4"),
    ip_dscp: number(0, 63),
  },
  "totem.interface": {
    linknumber: number(0, 7),
    ringnumber: number(0, 7),
    knet_link_priority: number(0, 255),
    knet_ping_interval: number(),
    knet_ping_timeout: number(),
    knet_ping_precision: number(),
    knet_pong_count: number(1, 255),
    knet_transport: choice("udp sctp"),
    broadcast: yes,
    mcastport: number(1, 65_535),
    ttl: number(0, 255),
  },
  quorum: {
    provider: choice("corosync_votequorum"),
    expected_votes: number(1),
    two_node: bit,
    wait_for_all: bit,
    last_man_standing: bit,
    last_man_standing_window: number(),
    auto_tie_breaker: bit,
    allow_downscale: bit,
    expected_votes_tracking: bit,
  },
  "quorum.device": {
    model: choice("net"),
    votes: number(),
    timeout: number(),
    sync_timeout: number(),
    master_wins: bit,
  },
  "quorum.device.net": {
    tls: choice("required on off"),
    port: number(1, 65_535),
    algorithm: choice("ffsplit lms 2nodelms test"),
    connect_timeout: number(1_000, 120_000),
    force_ip_version: choice("0 4 6"),
    keep_active_partition_tie_breaker: on,
  },
  "quorum.device.heuristics": {
    mode: choice("on off sync"),
    interval: number(1_000, 3_600_000),
    timeout: number(0, 120_000),
    sync_timeout: number(0, 120_000),
  },
  logging: LOGGING,
  "logging.logger_subsys": LOGGING,
  node: { nodeid: number(1, 4_294_967_295), quorum_votes: number() },
};

/** What is wrong with a value, in words; undefined where corosync does what it says. `section` as `totem.interface`. */
export function corosyncValueFault(section: string, key: string, value: string): string | undefined {
  const heuristic = section === "quorum.device.heuristics" && key.startsWith("exec_");
  if (heuristic) return value.startsWith("/") ? undefined : "must be a command with an absolute path";
  const shape = SHAPES[section]?.[key];
  if (shape === undefined) return undefined;
  if (shape.kind === "choice")
    return shape.values.includes(value)
      ? undefined
      : `must be one of ${shape.values.join(", ")}, not ${value}`;
  if (shape.kind === "text") return shape.pattern.test(value) ? undefined : `must be ${shape.words}`;
  const fits = /^-?\d+$/.test(value) && Number(value) >= shape.min && Number(value) <= shape.max;
  return fits ? undefined : `must be a whole number from ${shape.min} to ${shape.max}, not ${value}`;
}

/** How corosync spells true and false for a key. */
export function corosyncBoolean(section: string, key: string, value: boolean): string {
  const shape = SHAPES[section]?.[key];
  const words = shape?.kind === "choice" && shape.values.length >= 2 ? shape.values : ["yes", "no"];
  return (value ? words[0] : words[1]) ?? "";
}
