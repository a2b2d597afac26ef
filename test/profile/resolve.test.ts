import { describe, expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { InvariantError } from "../../src/errors/index.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import { check, GROUP, library } from "./group.js";

const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };

function resolved(text: string, more: Parameters<typeof check>[1] = []): ResolvedGroup {
  const { group, findings } = check(text, more);
  expect(findings.filter((finding) => finding.severity === "error")).toEqual([]);
  if (group === undefined) throw new InvariantError("no group");
  return group;
}
const cib = (group: ResolvedGroup): string => renderCib(group.model.configuration, VERSION);
const withWorkloads = (workloads: string, constraints = "[]"): string =>
  `${GROUP.slice(0, GROUP.indexOf("workloads:"))}workloads:\n${workloads}\nconstraints: ${constraints}\n`;

const PAIR = GROUP.replace(/ {2}- name: dcn3[\s\S]*workloads:/, "workloads:").replace(
  "edge-three-node",
  "edge-two-node",
);

test("nodes have ids in their order, addresses by network, and a login with defaults", () => {
  const group = resolved(GROUP);
  expect(group.nodes.map(({ name, id }) => [name, id])).toEqual([
    ["dcn1", 1],
    ["dcn2", 2],
    ["dcn3", 3],
  ]);
  expect(group.nodes[1]?.addresses).toEqual({ site: "10.20.0.12", process: "10.30.0.12" });
  expect(group.nodes[1]?.ssh).toEqual({ address: "10.20.0.12", port: 22, user: "dcn-ha" });
});

test("the group's login is the default of each node's, and paths start at the file", () => {
  const text = GROUP.replace(
    "nodes:",
    "ssh: { user: edge, identityFile: ./keys/id, knownHosts: /etc/known }\nnodes:",
  ).replace(
    "  - name: dcn1\n",
    '  - name: dcn1\n    ssh: { address: 10.77.0.11, port: 2222, adminUser: root, hostKey: "ssh-ed25519 AAAA" }\n',
  );
  const { findings, group } = check(text);
  expect(findings).toEqual([]);
  const login = { user: "edge", identityFile: "keys/id", knownHostsFile: "/etc/known" };
  const own = { address: "10.77.0.11", port: 2222, adminUser: "root", hostKey: "ssh-ed25519 AAAA" };
  expect(group?.nodes.map((node) => node.ssh)).toEqual([
    { ...login, ...own },
    { ...login, address: "10.20.0.12", port: 22 },
    { ...login, address: "10.20.0.13", port: 22 },
  ]);
});

test("timing is what corosync will run with", () => {
  const group = resolved(GROUP);
  expect(group.timing).toMatchObject({
    tokenMs: 1_000,
    consensusMs: 1_200,
    knetPingIntervalMs: 250,
    knetPingTimeoutMs: 500,
    fencingDelayMs: 0,
    fencingDelayMsByNode: { dcn1: 0, dcn2: 0, dcn3: 0 },
    gateGraceMs: 60_000,
  });
  expect(group.model.gateGraceMs).toBe(60_000);
});

test("in a pair exactly one fencing waits, and corosync knows that they are two", () => {
  const group = resolved(PAIR);
  expect(group.timing.fencingDelayMsByNode).toEqual({ dcn1: 5_000, dcn2: 0 });
  expect(cib(group).match(/name="pcmk_delay_base" value="5s"/g)).toHaveLength(1);
  expect(cib(group)).toContain('id="fence-dcn1-instance_attributes-pcmk_delay_base"');
  expect(group.model.corosync.quorum.entries).toEqual([
    ["provider", "corosync_votequorum"],
    ["two_node", "1"],
    ["wait_for_all", "1"],
  ]);
});

test("three nodes do not wait for all, and are no pair", () => {
  expect(resolved(GROUP).model.corosync.quorum.entries).toEqual([
    ["provider", "corosync_votequorum"],
    ["wait_for_all", "0"],
  ]);
});

test("recovery becomes meta attributes with pcs's ids", () => {
  const text = withWorkloads(
    "  - { name: w, profile: heartbeat, recovery: { start: manual, triesBeforeMove: 2, forgetFailuresAfter: 90min, moveBack: never } }",
  );
  expect(resolved(text).model.configuration.resources.at(-1)?.metaAttributes).toEqual([
    {
      id: "w-meta_attributes",
      pairs: [
        { id: "w-meta_attributes-failure-timeout", name: "failure-timeout", value: "5400s" },
        { id: "w-meta_attributes-migration-threshold", name: "migration-threshold", value: "2" },
        { id: "w-meta_attributes-resource-stickiness", name: "resource-stickiness", value: "INFINITY" },
      ],
    },
  ]);
});

test("the heartbeat's parameters have their defaults", () => {
  const group = resolved(withWorkloads("  - { name: w, profile: heartbeat }"));
  expect(group.workloads).toEqual([
    {
      name: "w",
      profile: "heartbeat",
      resourceId: "w",
      primitives: ["w"],
      copies: [],
      parameters: { directory: "/run/dcn-ha-truth", period: "50ms", "period.ms": "50" },
      form: "single",
      start: "automatic",
      needs: [],
    },
  ]);
  expect(cib(group)).toContain('class="ocf" provider="dcn-ha" type="heartbeat"');
  expect(cib(group)).toContain('name="period_ms" value="50"');
});

describe("a container", () => {
  const image = `registry.site/c@sha256:${"0".repeat(64)}`;
  test("with an address is a group, the address first", () => {
    const group = resolved(
      withWorkloads(
        `  - { name: c, profile: container, with: { image: "${image}", address: "fd00::5/64" } }`,
      ),
    );
    expect(group.workloads[0]?.primitives).toEqual(["c-address", "c-container"]);
    expect(cib(group)).toContain('name="ip" value="fd00::5"');
    expect(cib(group)).toContain('name="cidr_netmask" value="64"');
  });
  test("without one is a primitive, and options that nobody gave are left out", () => {
    const group = resolved(
      withWorkloads('  - { name: c, profile: container, with: { image: "localhost/c" } }'),
    );
    expect(group.workloads[0]).toMatchObject({ resourceId: "c", primitives: ["c"] });
    expect(cib(group)).not.toMatch(/run_opts|run_cmd|monitor_cmd/);
  });
});

test.each([
  ["historian.service", "historian"],
  ["historian", "historian"],
  ["backup.timer", "backup.timer"],
  ["getty@tty1.service", "getty@tty1"],
])("the unit %s is the resource type %s", (unit, type) => {
  const group = resolved(withWorkloads(`  - { name: s, profile: systemd-service, with: { unit: ${unit} } }`));
  expect(cib(group)).toContain(`class="systemd" type="${type}"`);
});

test("constraints have pcs's ids and scores", () => {
  const three = ["a", "b", "c"].map((name) => `  - { name: ${name}, profile: heartbeat }`).join("\n");
  const text = withWorkloads(
    three,
    `[{ together: [a, b, c] }, { apart: [a, b, c], ifPossible: true }, { order: [a, b, c] }, { prefer: a, nodes: { dcn2: 100, dcn3: -INFINITY } }]`,
  );
  const ours = resolved(text).model.configuration.constraints.filter((one) => !one.id.includes("fence-"));
  expect(ours.map((one) => one.id)).toEqual([
    "colocation-b-a-INFINITY",
    "colocation-c-a-INFINITY",
    "colocation-b-a--1000",
    "colocation-c-a--1000",
    "colocation-c-b--1000",
    "order-a-b-mandatory",
    "order-b-c-mandatory",
    "location-a-dcn2-100",
    "location-a-dcn3--INFINITY",
  ]);
});

test("workloads that must be apart on as many nodes as there are get a warning", () => {
  const two = ["a", "b"].map((name) => `  - { name: ${name}, profile: heartbeat }`).join("\n");
  const pair = PAIR.slice(0, PAIR.indexOf("workloads:"));
  const { findings, group } = check(`${pair}workloads:\n${two}\nconstraints: [{ apart: [a, b] }]\n`);
  expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["warning APART_NEEDS_NODES"]);
  expect(group).toBeDefined();
});

test("a constraint profile is filled with the group's workloads", () => {
  const two = ["plc", "log"].map((name) => `  - { name: ${name}, profile: heartbeat }`).join("\n");
  const group = resolved(
    withWorkloads(two, "[{ profile: control-with-history, with: { control: plc, history: log } }]"),
  );
  const ids = group.model.configuration.constraints.map((one) => one.id);
  expect(ids).toEqual(expect.arrayContaining(["colocation-log-plc-INFINITY", "order-log-plc-mandatory"]));
});

test("fence devices know their secret by reference, and never run on the node that they fence", () => {
  const text = GROUP.replace(
    "secret: bmc/dcn1 }",
    "secret: bmc/dcn1 }, systemsUri: /redfish/v1/Systems/1, tls: insecure, port: 8443",
  );
  const group = resolved(text);
  expect(group.model.secrets[0]).toEqual({ name: "bmc-dcn1", reference: "bmc/dcn1" });
  const device = group.model.configuration.resources[0];
  const pairs = device?.kind === "primitive" ? device.instanceAttributes.flatMap((set) => set.pairs) : [];
  expect(Object.fromEntries(pairs.map(({ name, value }) => [name, value]))).toEqual({
    disable_timeout: "false",
    login_timeout: "15",
    power_timeout: "15",
    shell_timeout: "15",
    ip: "10.40.0.11",
    ipport: "8443",
    username: "dcn",
    password_script: "/usr/local/lib/dcn-ha/fence-secret bmc-dcn1",
    systems_uri: "/redfish/v1/Systems/1",
    ssl_insecure: "1",
    pcmk_host_list: "dcn1",
  });
  const location = group.model.configuration.constraints[0];
  expect(location).toMatchObject({
    kind: "location",
    resource: "fence-dcn1",
    node: "dcn1",
    score: "-INFINITY",
  });
});

test("two secrets whose file names would be the same are refused", () => {
  const text = GROUP.replace("bmc/dcn1", "a/b").replace("bmc/dcn2", "a-b");
  expect(check(text).findings.map((finding) => finding.code)).toEqual(["DUPLICATE_ID"]);
});

test("a document of one's own wins over the library's, and two of one's own are one too many", () => {
  const policy = library().find(({ text }) => text.includes("name: edge-three-node"))?.text ?? "";
  const own = { file: "p.yaml", text: policy.replace(/token: 1s/, "token: 2s") };
  expect(resolved(GROUP, [own]).timing.tokenMs).toBe(2_000);
  const codes = check(GROUP, [own, { ...own, file: "q.yaml" }]).findings.map((finding) => finding.code);
  expect(codes).toEqual(["DUPLICATE_DOCUMENT"]);
});

test("a token too short for knet is refused, a broken policy is not called missing", () => {
  const policy = library().find(({ text }) => text.includes("name: edge-three-node"))?.text ?? "";
  const own = (text: string) => [{ file: "p.yaml", text }];
  expect(
    check(GROUP, own(policy.replace("token: 1s", "token: 500ms"))).findings.map(({ code }) => code),
  ).toEqual(["TOKEN_TOO_SHORT"]);
  const broken = check(GROUP, own(policy.replace("min: 3", "min: three")));
  expect(broken.findings.map(({ code }) => code)).toEqual(["WRONG_TYPE"]);
  expect(broken.group).toBeUndefined();
});

test("a policy by the path of its file, seen from the group's", () => {
  const text = GROUP.replace("policy: edge-three-node", "policy: policies/mine.yaml");
  const policy = library().find((source) => source.text.includes("name: edge-three-node"))?.text ?? "";
  const mine = { file: "policies/mine.yaml", text: policy.replace("name: edge-three-node", "name: mine") };
  expect(resolved(text, [mine]).policyName).toBe("mine");
});

test("a name that Pacemaker would ignore in silence is refused, where it stands", () => {
  const policy = library().find(({ text }) => text.includes("name: edge-three-node"))?.text ?? "";
  const text = policy
    .replace("stonith-enabled: true", "fencing-enabled: true")
    .replace("failure-timeout: 4h", "failure-timout: 4h");
  const { findings, group } = check(GROUP, [{ file: "p.yaml", text }]);
  expect(findings.map(({ code, position, hint }) => [code, position?.file, hint?.split("?")[0]])).toEqual([
    ["UNKNOWN_PROPERTY", "p.yaml", expect.stringContaining("known: batch-limit")],
    ["UNKNOWN_PROPERTY", "p.yaml", "did you mean failure-timeout"],
  ]);
  expect(group).toBeUndefined();
});
