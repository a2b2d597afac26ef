// Cluster models for the tests of pcs's commands.
import type { AttributeSet, ClusterModel, Primitive, Resource } from "../../src/cluster/index.js";

/** A set with pcs's ids. */
export function set(id: string, pairs: Readonly<Record<string, string>>): AttributeSet {
  return { id, pairs: Object.entries(pairs).map(([name, value]) => ({ id: `${id}-${name}`, name, value })) };
}

/** A primitive with a monitor and pcs's ids. */
export function primitive(id: string, attributes: Readonly<Record<string, string>> = {}): Primitive {
  return {
    kind: "primitive",
    id,
    agent: { class: "ocf", provider: "pacemaker", type: "Stateful" },
    instanceAttributes:
      Object.keys(attributes).length === 0 ? [] : [set(`${id}-instance_attributes`, attributes)],
    metaAttributes: [],
    operations: [{ id: `${id}-monitor-interval-10s`, name: "monitor", interval: "10s", timeout: "20s" }],
  };
}

/** Two nodes, one link, and these resources. */
export function modelWith(
  resources: readonly Resource[],
  rest: Partial<ClusterModel["configuration"]> = {},
): ClusterModel {
  return {
    name: "pair",
    corosync: {
      totem: {
        name: "totem",
        entries: [
          ["version", "2"],
          ["cluster_name", "pair"],
          ["transport", "knet"],
          ["crypto_cipher", "aes256"],
          ["crypto_hash", "sha256"],
        ],
        sections: [],
      },
      nodes: [
        { id: 1, name: "n1", addresses: ["10.0.0.1"] },
        { id: 2, name: "n2", addresses: ["10.0.0.2"] },
      ],
      quorum: {
        name: "quorum",
        entries: [
          ["provider", "corosync_votequorum"],
          ["two_node", "1"],
        ],
        sections: [],
      },
      logging: {
        name: "logging",
        entries: [
          ["to_logfile", "yes"],
          ["logfile", "/var/log/corosync/corosync.log"],
          ["to_syslog", "yes"],
          ["timestamp", "on"],
        ],
        sections: [],
      },
    },
    configuration: {
      properties: [],
      nodes: [],
      resources,
      constraints: [],
      fencingLevels: [],
      resourceDefaults: [],
      operationDefaults: [],
      ...rest,
    },
    secrets: [],
    gateGraceMs: 0,
  };
}
