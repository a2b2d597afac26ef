// Kinds of wrong profile: what is wrong, and which text of the right group becomes which.

/** One wrong profile. */
export type Change = readonly [what: string, from: string | RegExp, to: string];

/** All of them. */
export const WRONG: readonly Change[] = [
  ["unknown key, near one that is known", "networks:", "netwroks:"],
  [
    "unknown key deep inside",
    "username: dcn, password: { secret: bmc/dcn2 }",
    "usrname: dcn, username: dcn, password: { secret: bmc/dcn2 }",
  ],
  ["unknown kind of fencing", "redfish: { address: 10.40.0.11", "redfsh: { address: 10.40.0.11"],
  ["wrong type", "networks: [site, process]", "networks: site"],
  [
    "number instead of text",
    "username: dcn, password: { secret: bmc/dcn1 }",
    "username: 7, password: { secret: bmc/dcn1 }",
  ],
  ["missing key", "policy: edge-three-node\n", ""],
  ["bad unit", "period: 50ms", "period: 50msec"],
  ["number instead of a duration", "period: 50ms", "period: 50"],
  ["bad address", "10.20.0.12,", "10.20.0.256,"],
  ["address without prefix", "10.20.0.50/24", "10.20.0.50"],
  ["duplicate node", "name: dcn2", "name: dcn1"],
  ["duplicate address", "site: 10.20.0.12", "site: 10.20.0.11"],
  ["address missing for a network", "{ site: 10.20.0.12, process: 10.30.0.12 }", "{ site: 10.20.0.12 }"],
  ["address in an unknown network", "process: 10.30.0.12", "procces: 10.30.0.12"],
  ["nine networks", "[site, process]", "[a, b, c, d, e, f, g, site, process]"],
  ["network twice", "[site, process]", "[site, process, site]"],
  ["duplicate workload", "name: address, profile", "name: control, profile"],
  ["unknown policy", "policy: edge-three-node", "policy: edge-tree-node"],
  ["unknown profile", "profile: heartbeat", "profile: hartbeat"],
  ["unknown workload in a constraint", "[control, address]", "[control, adress]"],
  ["unknown node in a preference", "together: [control, address]", "prefer: control, nodes: { dcn9: 100 }"],
  ["missing parameter", "with: { address: 10.20.0.50/24 }", "with: {}"],
  ["unknown parameter", "period: 50ms", "perid: 50ms"],
  ["node that nobody can fence", /\n {4}fence: .*dcn3.*\n/, "\n"],
  ["bad name", "name: dcn2", "name: 2nd node"],
  ["no nodes", /nodes:\n[\s\S]*workloads:/, "nodes: []\nworkloads:"],
  ["one node", / {2}- name: dcn2[\s\S]*workloads:/, "workloads:"],
  ["duplicate key", "policy: edge-three-node", "policy: edge-three-node\npolicy: edge-two-node"],
  ["broken YAML", "networks: [site, process]", "networks: [site, process"],
  ["tab for indentation", "  - name: dcn2", "\t- name: dcn2"],
  [
    "image without digest",
    "profile: heartbeat, with: { period: 50ms }",
    "profile: container, with: { image: registry.site/c:latest }",
  ],
  ["secret as a value", "password: { secret: bmc/dcn1 }", "password: hunter2"],
  ["secret outside of its folder", "secret: bmc/dcn1", "secret: ../../etc/shadow"],
  [
    "NUL in a value",
    "username: dcn, password: { secret: bmc/dcn1 }",
    'username: "d\\0n", password: { secret: bmc/dcn1 }',
  ],
  ["key of JavaScript's own", "name: cabinet-7", "name: cabinet-7\n__proto__: { polluted: true }"],
  ["unknown kind", "kind: NodeGroup", "kind: NodeGruop"],
  ["no kind", "kind: NodeGroup\n", ""],
  ["no map", /^[\s\S]*$/, "- kind: NodeGroup\n"],
  [
    "two constraints in one",
    "{ together: [control, address] }",
    "{ together: [control, address], apart: [control, address] }",
  ],
  ["empty constraint", "{ together: [control, address] }", "{}"],
  ["networks empty", "[site, process]", "[]"],
  ["tier: unknown section", "constraints:", "cib: { resource: [] }\nconstraints:"],
  ["tier: unknown kind of resource", "constraints:", "cib: { resources: [{ primtive: x }] }\nconstraints:"],
  [
    "tier: unknown attribute of an operation, deep inside",
    "constraints:",
    "cib: { resources: [{ group: g, members: [{ primitive: x, agent: 'systemd:x', operations: [{ name: monitor, interval: 10s, on_fail: fence }] }] }] }\nconstraints:",
  ],
  [
    "tier: value that the schema does not have",
    "constraints:",
    "cib: { constraints: [{ rsc_order: o, first: control, then: address, kind: Mandatry }] }\nconstraints:",
  ],
  [
    "tier: agent that is none",
    "constraints:",
    "cib: { resources: [{ primitive: x, agent: IPaddr2 }] }\nconstraints:",
  ],
  [
    "tier: ids missing",
    "constraints:",
    "cib: { crm_config: [{ pairs: {} }, { pairs: {} }], tags: [{ tag: t, objects: x }] }\nconstraints:",
  ],
  [
    "tier: id that stands twice in it",
    "constraints:",
    "cib: { resources: [{ primitive: x, agent: 'systemd:x' }, { primitive: x, agent: 'systemd:y' }] }\nconstraints:",
  ],
  [
    "tier: id of a workload",
    "constraints:",
    "cib: { resources: [{ primitive: address, agent: 'systemd:x' }] }\nconstraints:",
  ],
  [
    "tier: secret outside of its folder",
    "constraints:",
    "cib: { resources: [{ primitive: x, agent: 'ocf:heartbeat:mysql', attributes: { test_passwd: { secret: ../x } } }] }\nconstraints:",
  ],
  ["same workload twice in a constraint", "[control, address]", "[control, control]"],
  ["bad score", "together: [control, address]", "prefer: control, nodes: { dcn1: high }"],
  ["port out of range", "address: 10.40.0.11,", "address: 10.40.0.11, port: 70000,"],
  ["id of a workload that we need", "name: control, profile", "name: fence-dcn1, profile"],
  [
    "bad alias",
    "username: dcn, password: { secret: bmc/dcn1 }",
    "username: *nobody, password: { secret: bmc/dcn1 }",
  ],
  ["unknown tag", "name: cabinet-7", "name: !!js/function cabinet-7"],
  ...workload("no profile and no members", "{ name: w }"),
  ...workload(
    "profile and members",
    "{ name: w, profile: heartbeat, members: [{ name: a, profile: heartbeat }] }",
  ),
  ...workload("leader on every node", "{ name: w, profile: heartbeat, leader: true, one-per-node: true }"),
  ...workload(
    "leader with a probe",
    "{ name: w, profile: heartbeat, leader: true, probe: { tcp: { port: 1 } } }",
  ),
  ...workload("probe that asks nothing", "{ name: w, profile: heartbeat, probe: { every: 5s } }"),
  ...workload(
    "probe that asks two things",
    "{ name: w, profile: heartbeat, probe: { command: x, tcp: { port: 1 } } }",
  ),
  ...workload(
    "probe with a port that is none",
    "{ name: w, profile: heartbeat, probe: { tcp: { port: 99999 } } }",
  ),
  ...workload(
    "probe with a URL that is none",
    "{ name: w, profile: heartbeat, probe: { http: { url: localhost } } }",
  ),
  ...workload("probe that never looks", "{ name: w, profile: heartbeat, probe: { command: x, every: 0s } }"),
  ...workload(
    "two members of one name",
    "{ name: w, members: [{ name: a, profile: heartbeat }, { name: a, profile: heartbeat }] }",
  ),
  ...workload("member of an unknown profile", "{ name: w, members: [{ name: a, profile: hartbeat }] }"),
  ...workload(
    "recovery with an unknown start",
    "{ name: w, profile: heartbeat, recovery: { start: automatc } }",
  ),
  ...workload(
    "moving back in an unknown way",
    "{ name: w, profile: heartbeat, recovery: { moveBack: { prefers: 5 } } }",
  ),
  ...workload("moving back on a whim", "{ name: w, profile: heartbeat, recovery: { moveBack: sometimes } }"),
  ...workload("no tries", "{ name: w, profile: heartbeat, recovery: { triesBeforeMove: 0 } }"),
  ...workload("size in unknown units", "{ name: w, profile: heartbeat, capacity: { memory: 512MB } }"),
  ...workload("capacity that no node has", "{ name: w, profile: heartbeat, capacity: { memory: 512MiB } }"),
  ...workload("unknown key of a workload", "{ name: w, profile: heartbeat, one_per_node: true }"),
  ...constraint("word of a workload nobody knows", "{ avoid: contrl, nodes: [dcn1] }"),
  ...constraint("unknown constraint", "{ togehter: [control, address] }"),
  ...constraint("constraint with a foreign key", "{ order: [control, address], ifPossible: true }"),
  ...constraint("prefer without nodes", "{ prefer: control }"),
  ...constraint(
    "prefer with nodes and where",
    "{ prefer: control, nodes: { dcn1: 1 }, where: { cabinet: a } }",
  ),
  ...constraint("attribute that no node has", "{ prefer: control, where: { cabnet: a } }"),
  ...constraint("spread over nothing", "{ spread: [control, address] }"),
  ...constraint("spread over an attribute that no node has", "{ spread: [control, address], over: cabinet }"),
  ...constraint("network that is none", "{ needs-network: control, network: proces }"),
  ...constraint("needs-network without network", "{ needs-network: control }"),
  ...constraint("keep-running of something that runs once", "{ keep-running: control, count: 2 }"),
  ...constraint("keep-running without a number", "{ keep-running: control }"),
  ...constraint("survive nothing", "{ survive: {} }"),
  ...constraint("survive something unknown", "{ survive: { node: 1 } }"),
  ...constraint("survive all networks", "{ survive: { networks: 2 } }"),
  ...constraint("survive cabinets that nobody knows", "{ survive: { cabinets: 1 } }"),
  ...constraint("unknown constraint profile", "{ profile: spred, with: {} }"),
  ...constraint("role without a workload", "{ profile: control-with-history, with: { control: control } }"),
  ...constraint(
    "unknown role",
    "{ profile: control-with-history, with: { control: control, history: address, hist: address } }",
  ),
  ...constraint("only-on with scores", "{ only-on: control, nodes: { dcn1: 5 } }"),
  ...workload(
    "address of another workload",
    "{ name: w, profile: floating-address, with: { address: 10.20.0.50/24 } }",
  ),
  ...workload(
    "address of a node",
    "{ name: w, profile: floating-address, with: { address: 10.20.0.12/24 } }",
  ),
  ...workload(
    "address that nobody can have",
    "{ name: w, profile: floating-address, with: { address: 10.20.0.255/24 } }",
  ),
  ...workload(
    "address on every node",
    "{ name: w, profile: floating-address, with: { address: 10.20.0.60/24 }, one-per-node: true }",
  ),
  ...workload("unit that has a slip in it", unit("historian.sevice")),
  ...workload("unit that quadlet makes of a file", unit("soft-control.container")),
  ...workload("unit without an instance", unit("historian@.service")),
  ...workload("unit of a kind that is not started", unit("multi-user.target")),
  ...workload("unit of another workload", `${unit("h")}\n  - ${unit("h.service").replace("w,", "v,")}`),
  ...workload("probe with a port in its URL that is none", probe("http://127.0.0.1:80800/health")),
  ...workload("probe with a password in its URL", probe("http://plc:hunter2@127.0.0.1/health")),
  ["board that is a node", "address: 10.40.0.12,", "address: 10.20.0.12,"],
  ["board that is another node", "address: 10.40.0.12,", "address: 10.20.0.13,"],
  [
    "board of another node, by another agent",
    "password: { secret: bmc/dcn2 } }",
    "password: { secret: bmc/dcn2 } }, ipmi: { address: 10.40.0.13, username: d, password: { secret: b } }",
  ],
  [
    "node in standby for good",
    "{ site: 10.20.0.12, process: 10.30.0.12 }",
    '{ site: 10.20.0.12, process: 10.30.0.12 }\n    attributes: { standby: "on" }',
  ],
  ...constraint(
    "network that is told by a node of the group",
    "{ needs-network: control, network: process, targets: [10.30.0.1, 10.30.0.12] }",
  ),
  ["base that is not there", "name: cabinet-7", "name: cabinet-7\nbase: cabinet"],
  ["value for a base that is not there", "name: cabinet-7", "name: cabinet-7\nwith: { x: [1] }"],
];

/** The first workload is another one. */
function workload(what: string, text: string): [Change] {
  return [
    [
      what,
      "{ name: control, profile: heartbeat, with: { period: 50ms } }",
      `${text}\n  - { name: control, profile: heartbeat }`,
    ],
  ];
}

function unit(name: string): string {
  return `{ name: w, profile: systemd-service, with: { unit: ${name} } }`;
}

function probe(url: string): string {
  return `{ name: w, profile: heartbeat, probe: { http: { url: "${url}" } } }`;
}

/** The constraint is another one. */
function constraint(what: string, text: string): [Change] {
  return [[what, "{ together: [control, address] }", text]];
}
