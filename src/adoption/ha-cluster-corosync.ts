// Names, nodes and corosync.conf out of variables of ha_cluster (cluster_name, node_options, transport, totem, quorum).
import { isRecord, type LeftOut, pairsOf, recordsOf, type Variables, wordOf } from "./ha-cluster-values.js";

/** Keys of the NodeGroup document that they make. */
export function haClusterCorosync(variables: Variables, left: LeftOut): Record<string, unknown> {
  const name = wordOf(variables["cluster_name"]);
  const nodes = nodesOf(variables["node_options"], left);
  const links = Math.max(0, ...nodes.map(({ addresses }) => Object.keys(addresses).length));
  const corosync = {
    ...given("totem", totemOf(variables, left)),
    ...given("quorum", quorumOf(variables["quorum"], left)),
  };
  return {
    ...(name === "" ? {} : { name }),
    networks: Array.from({ length: links }, (_, link) => `link${link}`),
    nodes,
    ...(Object.keys(corosync).length === 0 ? {} : { corosync }),
  };
}

function given(key: string, values: Record<string, unknown>): Record<string, unknown> {
  return Object.keys(values).length === 0 ? {} : { [key]: values };
}

/** What other parts convert, or name. */
const NODE_KEYS = new Set(["node_name", "corosync_addresses", "attributes", "utilization"]);

function nodesOf(value: unknown, left: LeftOut) {
  return recordsOf(value).map((node, index) => {
    for (const key of Object.keys(node))
      if (key === "pcs_address") left(["node_options", index, key], "dcn-ha does without pcsd");
      else if (!NODE_KEYS.has(key) && !key.startsWith("sbd_"))
        left(["node_options", index, key], "it is no part of node_options that we know");
    const addresses = Array.isArray(node["corosync_addresses"]) ? node["corosync_addresses"] : [];
    return {
      name: wordOf(node["node_name"]),
      id: index + 1,
      addresses: Object.fromEntries(addresses.map((address, link) => [`link${link}`, wordOf(address)])),
    };
  });
}

const TRANSPORT_KEYS = new Set(["type", "options", "links", "compression", "crypto"]);
/** pcs's names of crypto and compression, and corosync's. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crypto: { cipher: "crypto_cipher", hash: "crypto_hash", model: "crypto_model" },
  compression: {
    model: "knet_compression_model",
    level: "knet_compression_level",
    threshold: "knet_compression_threshold",
  },
};
const OF_LINK: Readonly<Record<string, string>> = {
  link_priority: "knet_link_priority",
  ping_interval: "knet_ping_interval",
  ping_timeout: "knet_ping_timeout",
  ping_precision: "knet_ping_precision",
  pong_count: "knet_pong_count",
  transport: "knet_transport",
};

function totemOf(variables: Variables, left: LeftOut): Record<string, unknown> {
  const totem = Object.fromEntries(
    pairsOf(isRecord(variables["totem"]) ? variables["totem"]["options"] : undefined).map(typed),
  );
  const transport = variables["transport"];
  if (!isRecord(transport)) return totem;
  for (const key of Object.keys(transport))
    if (!TRANSPORT_KEYS.has(key)) left(["transport", key], "it is no part of transport that we know");
  if (transport["type"] !== undefined) totem["transport"] = wordOf(transport["type"]);
  for (const [name, value] of pairsOf(transport["options"])) totem[name] = typed([name, value])[1];
  for (const part of ["crypto", "compression"])
    for (const [name, value] of pairsOf(transport[part]))
      totem[RENAMED[part]?.[name] ?? name] = typed([name, value])[1];
  const links = Array.isArray(transport["links"]) ? transport["links"] : [];
  if (links.length > 0)
    totem["interface"] = links.map((link, index) => {
      const pairs = pairsOf(link).map(([name, value]) => typed([OF_LINK[name] ?? name, value]));
      return { linknumber: index, ...Object.fromEntries(pairs) };
    });
  return totem;
}

function quorumOf(value: unknown, left: LeftOut): Record<string, unknown> {
  if (!isRecord(value)) return {};
  for (const key of Object.keys(value))
    if (key !== "options" && key !== "device") left(["quorum", key], "it is no part of quorum that we know");
  const quorum = Object.fromEntries(pairsOf(value["options"]).map(typed));
  const { device } = value;
  // As pcs does: what is computed for two nodes alone would keep corosync from starting.
  const alone =
    isRecord(device) || quorum["auto_tie_breaker"] === 1 ? { two_node: null, wait_for_all: null } : {};
  return { ...alone, ...quorum, ...(isRecord(device) ? { device: deviceOf(device) } : {}) };
}

function deviceOf(device: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options = (key: string) => Object.fromEntries(pairsOf(device[key]).map(typed));
  const model = wordOf(device["model"]);
  const ofModel = options("model_options");
  return {
    model,
    // pcs writes them for this algorithm, which does not start without, and for no other one.
    ...(ofModel["algorithm"] === "ffsplit" ? { votes: 1 } : {}),
    ...options("generic_options"),
    ...given(model, ofModel),
    ...given("heuristics", options("heuristics_options")),
  };
}

function typed([name, value]: readonly [string, string]): [string, unknown] {
  return [name, /^(0|[1-9]\d{0,9})$/.test(value) ? Number(value) : value];
}
