// A model with every kind of thing that pcs has words for, and some that it has none for.
import type {
  ClusterModel,
  Constraint,
  Group,
  OrderConstraint,
  Primitive,
  Resource,
} from "../../src/cluster/index.js";
import { modelWith, primitive, set } from "./models.js";

const OPERATIONS: Primitive["operations"] = [
  {
    id: "web-monitor-interval-10s",
    name: "monitor",
    interval: "10s",
    timeout: "20s",
    role: "Started",
    onFail: "restart",
  },
  {
    id: "deep",
    name: "monitor",
    interval: "60s",
    instanceAttributes: [set("deep-instance_attributes", { OCF_CHECK_LEVEL: "20" })],
  },
  { id: "web-start-interval-0s", name: "start", interval: "0s", timeout: "90s", startDelay: "1s" },
];

const web: Primitive = {
  ...primitive("web", { command: "a $(b) 'c' \"d\"", label: "-x é \u202Eabc" }),
  metaAttributes: [set("web-meta_attributes", { "migration-threshold": "3", priority: "10" })],
  operations: OPERATIONS,
  utilization: [set("web-utilization", { memory: "512" })],
};

const group: Group = {
  kind: "group",
  id: "plant",
  members: [primitive("plant-a"), primitive("plant-b", { x: "1" })],
  metaAttributes: [set("plant-meta_attributes", { "resource-stickiness": "INFINITY" })],
};

const fence = (id: string): Primitive => ({
  ...primitive(id, { ip: "10.0.0.9", username: "dcn" }),
  agent: { class: "stonith", type: "fence_redfish" },
});

/** An agent that is on no machine of ours. */
const absent = (id: string): Primitive => ({
  ...primitive(id, { peers: "a=1 b=2" }),
  agent: { class: "ocf", provider: "nobody", type: "absent" },
  metaAttributes: [set(`${id}-meta_attributes`, { priority: "1" })],
  utilization: [set(`${id}-utilization`, { memory: "1" })],
});

const resources: readonly Resource[] = [
  fence("fence-1"),
  fence("fence-2"),
  web,
  group,
  {
    kind: "clone",
    id: "everywhere",
    member: absent("probe"),
    metaAttributes: [set("everywhere-meta_attributes", { interleave: "true" })],
  },
  { kind: "clone", id: "bare-clone", member: primitive("bare"), metaAttributes: [] },
  {
    kind: "clone",
    id: "led",
    member: primitive("leader"),
    metaAttributes: [set("led-meta_attributes", { notify: "true", promotable: "true", "promoted-max": "1" })],
  },
  {
    kind: "clone",
    id: "teams",
    member: { ...group, id: "team", members: [absent("team-a"), primitive("team-b")], metaAttributes: [] },
    metaAttributes: [set("teams-meta_attributes", { interleave: "true" })],
  },
  { ...primitive("told"), description: "pcs has no word for this" },
  { ...primitive("idle"), operations: [] },
  {
    ...primitive("then"),
    id: "then",
    operations: [{ id: "then-monitor", name: "monitor", interval: "10s" }],
  },
];

function order(id: string, first: string, then: string): OrderConstraint {
  return { kind: "order", id, first, then };
}

const constraints: readonly Constraint[] = [
  { kind: "location", id: "l1", resource: "web", node: "n1", score: "-INFINITY" },
  { kind: "location", id: "l2", resource: "web", node: "n2", score: "100", resourceDiscovery: "never" },
  { kind: "location", id: "l3", resource: "web", node: "n2", score: "50" },
  { kind: "location", id: "l4", resource: "led", node: "n1", score: "7", role: "Promoted" },
  {
    kind: "location-rule",
    id: "r1",
    resource: "plant",
    rule: {
      id: "r1-rule",
      score: "-INFINITY",
      booleanOp: "or",
      expressions: [
        { id: "r1-rule-expr", attribute: "cabinet", operation: "not_defined" },
        { id: "r1-rule-expr-1", attribute: "load", operation: "gt", value: "7", type: "number" },
      ],
    },
  },
  {
    kind: "location-rule",
    id: "r2",
    resource: "led",
    rule: {
      id: "r2-rule",
      score: "5",
      role: "Promoted",
      expressions: [{ id: "r2-rule-expr", attribute: "cabinet", operation: "eq", value: "a" }],
    },
  },
  { kind: "colocation", id: "c1", resource: "web", with: "led", score: "INFINITY", withRole: "Promoted" },
  {
    kind: "colocation",
    id: "c2",
    resource: "web",
    with: "plant",
    score: "-1000",
    nodeAttribute: "cabinet",
    influence: false,
  },
  {
    kind: "colocation-sets",
    id: "c3",
    score: "INFINITY",
    sets: [
      { id: "c3_set", resources: ["told", "web"], sequential: false },
      { id: "c3_set-1", resources: ["led"], role: "Promoted" },
    ],
  },
  {
    ...order("o1", "led", "web"),
    firstAction: "promote",
    thenAction: "start",
    orderKind: "Optional",
    symmetrical: false,
  },
  order("o2", "plant", "web"),
  {
    kind: "order-sets",
    id: "o3",
    orderKind: "Mandatory",
    sets: [
      { id: "o3_set", resources: ["told", "idle"], requireAll: false, sequential: false },
      { id: "o3_set-1", resources: ["bare-clone"], action: "start" },
    ],
  },
  { kind: "ticket", id: "t1", resource: "plant", ticket: "line-1" },
  { kind: "ticket", id: "t2", resource: "led", ticket: "line-2", role: "Promoted", loss: "demote" },
  { kind: "ticket", id: "t3", resource: "web", ticket: "line-1", loss: "fence" },
];

/** Two nodes with a quorum device, a section that pcs cannot write, and the whole of a CIB. */
export function everything(): ClusterModel {
  const model = modelWith(resources, {
    properties: [
      set("cib-bootstrap-options", {
        "stonith-enabled": "true",
        "cluster-recheck-interval": "5min",
        "no-quorum-policy": "stop",
      }),
    ],
    nodes: [
      {
        id: 1,
        name: "n1",
        attributes: [set("nodes-1", { cabinet: "a", note: "a 'b' $(c)" })],
        utilization: [set("nodes-1-utilization", { memory: "4096" })],
      },
      { id: 2, name: "n2", attributes: [set("nodes-2", { cabinet: "b", note: "-a b" })] },
    ],
    constraints,
    fencingLevels: [
      { id: "fl-n1-1", target: "n1", index: 1, devices: ["fence-1"] },
      { id: "fl-n1-2", target: "n1", index: 2, devices: ["fence-2", "fence-1"] },
      { id: "fl-n1-3", target: "n1", index: 3, devices: ["watchdog"] },
      { id: "odd-level", target: "n2", index: 1, devices: ["fence-2"] },
    ],
    resourceDefaults: [
      { ...set("rsc_defaults-meta_attributes", { "resource-stickiness": "1" }), score: "5" },
    ],
    operationDefaults: [set("op_defaults-meta_attributes", { timeout: "60s" })],
  });
  const { corosync } = model;
  const net = {
    name: "net",
    entries: [
      ["algorithm", "ffsplit"],
      ["host", "q.site"],
    ] as const,
    sections: [],
  };
  const device = {
    name: "device",
    entries: [
      ["model", "net"],
      ["votes", "1"],
    ] as const,
    sections: [net],
  };
  return {
    ...model,
    corosync: {
      ...corosync,
      nodes: corosync.nodes.map((node) => ({ ...node, id: node.id + 10 })),
      quorum: { name: "quorum", entries: [["provider", "corosync_votequorum"]], sections: [device] },
      logging: { name: "logging", entries: [["to_syslog", "yes"]], sections: [] },
      others: [{ name: "system", entries: [["sched_rr", "no"]], sections: [] }],
    },
  };
}
