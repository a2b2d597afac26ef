// A good cluster to break: three nodes, a fence device each, two workloads; and the way to a broken one.
import type {
  AttributeSet,
  ClusterConfiguration,
  ClusterModel,
  Constraint,
  CorosyncSection,
  Operation,
  Primitive,
} from "../../src/cluster/index.js";
import { lintCluster, type Promises } from "../../src/lint/index.js";

/** A set of attributes. */
export function set(id: string, values: Readonly<Record<string, string>>): AttributeSet[] {
  return [
    { id, pairs: Object.entries(values).map(([name, value]) => ({ id: `${id}-${name}`, name, value })) },
  ];
}

/** A section of corosync.conf. */
export function section(
  name: string,
  entries: Readonly<Record<string, string>>,
  sections: readonly CorosyncSection[] = [],
): CorosyncSection {
  return { name, entries: Object.entries(entries), sections };
}

/** An operation. */
export function op(name: string, interval: string, more: Partial<Operation> = {}): Operation {
  return { id: `${name}-${interval}`, name, interval, timeout: "20s", ...more };
}

/** A workload that is monitored. */
export function workload(id: string, more: Partial<Primitive> = {}): Primitive {
  return {
    kind: "primitive",
    id,
    agent: { class: "ocf", provider: "pacemaker", type: "Dummy" },
    instanceAttributes: [],
    metaAttributes: [],
    operations: [op("monitor", "10s"), op("start", "0s"), op("stop", "0s")],
    ...more,
  };
}

/** The BMC of a node. */
export function bmc(node: string, values: Readonly<Record<string, string>> = {}): Primitive {
  const own = { ip: `10.0.0.${node.slice(-1)}`, pcmk_host_list: node, password_script: "/x", ...values };
  return workload(`fence-${node}`, {
    agent: { class: "stonith", type: "fence_redfish" },
    instanceAttributes: set(`fence-${node}-attributes`, own),
  });
}

/** A constraint that keeps a resource off a node. */

/** The same by IPMI. */
export const ipmi = (node: string, values: Readonly<Record<string, string>>): Primitive => ({
  ...bmc(node, values),
  agent: { class: "stonith", type: "fence_ipmilan" },
});

export function never(resource: string, node: string): Constraint {
  return { kind: "location", id: `never-${resource}-${node}`, resource, node, score: "-INFINITY" };
}

export const PROPERTIES = {
  "stonith-enabled": "true",
  "no-quorum-policy": "stop",
  "start-failure-is-fatal": "false",
  "load-threshold": "10000%",
  "dc-deadtime": "2s",
};
export const TOTEM = {
  transport: "knet",
  crypto_cipher: "aes256",
  token: "1000",
  token_coefficient: "0",
  consensus: "1200",
};
export const LINK = section("interface", {
  linknumber: "0",
  knet_ping_interval: "250",
  knet_ping_timeout: "500",
});

/** A good cluster of so many nodes; parts of its model are replaced. */
export function cluster(
  count: number,
  more: {
    configuration?: Partial<ClusterConfiguration>;
    model?: Partial<ClusterModel>;
    quorum?: CorosyncSection;
    totem?: CorosyncSection;
  } = {},
): ClusterModel {
  const names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
  const quorum = {
    provider: "corosync_votequorum",
    wait_for_all: "0",
    ...(count === 2 ? { two_node: "1" } : {}),
  };
  return {
    name: "good",
    secrets: [],
    gateGraceMs: 60_000,
    corosync: {
      totem: more.totem ?? section("totem", TOTEM, [LINK]),
      quorum: more.quorum ?? section("quorum", quorum),
      logging: section("logging", { to_syslog: "yes" }),
      nodes: names.map((name, index) => ({
        id: index + 1,
        name,
        addresses: [`10.1.0.${index + 1}`, `10.2.0.${index + 1}`],
      })),
    },
    configuration: {
      properties: set("p", PROPERTIES),
      nodes: names.map((name, index) => ({ id: index + 1, name, attributes: [] })),
      resources: [
        ...names.map((name, index) => bmc(name, count === 2 && index === 0 ? { pcmk_delay_base: "5s" } : {})),
        workload("a"),
        workload("b"),
      ],
      constraints: names.map((name) => never(`fence-${name}`, name)),
      fencingLevels: [],
      resourceDefaults: set("d", { "migration-threshold": "3", "failure-timeout": "4h" }),
      operationDefaults: [],
      ...more.configuration,
    },
    ...more.model,
  };
}

/** What lint says, as `severity CODE subject`. */
export function said(model: ClusterModel, promises?: Promises): string[] {
  return lintCluster(model, promises).map(
    ({ severity, code, subject }) => `${severity} ${code} ${subject ?? ""}`,
  );
}

/** Two on one node, or with a negative score apart. */
export const together = (resource: string, other: string, score = "INFINITY") =>
  ({ kind: "colocation", id: `${resource}-${other}-${score}`, resource, with: other, score }) as const;

/** One before the other. */
export const order = (first: string, then: string) =>
  ({ kind: "order", id: `${first}-${then}`, first, then }) as const;

/** A device that somebody disabled. */
export const disabled = (device: Primitive, role = "Stopped"): Primitive => ({
  ...device,
  metaAttributes: set(`${device.id}-meta`, { "target-role": role }),
});
