import { describe, expect, test } from "vitest";
import { adoptHaCluster, groupDocument } from "../../src/adoption/index.js";
import { type RulePlace, ruleOfPcs } from "../../src/adoption/pcs-rule.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { library } from "../profile/group.js";
import { VARIABLES } from "./ha-cluster-variables.js";

const parts = adoptHaCluster("vars.yml", VARIABLES);
const findings = parts.flatMap((part) => part.findings);

test("what has no place is named at its line with what takes its place, and no secret is", () => {
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(findings.map(({ position, text }) => `${position?.line ?? 0} ${text}`)).toMatchSnapshot();
  expect(JSON.stringify([findings, groupDocument(parts)])).not.toContain("never-shown");
});

describe("the document", () => {
  const document = groupDocument(parts);
  const { documents, findings: parsed } = parseDocuments([{ file: "f", text: document }, ...library()]);
  const resolved = resolveGroup(documents, "line-4");
  const errors = [...parsed, ...resolved.findings].filter(({ severity }) => severity === "error");

  test("is right", () => {
    expect(errors, document).toEqual([]);
  });

  test("has the corosync.conf of the variables", () => {
    const conf = resolved.group === undefined ? "" : renderCorosyncConf(resolved.group.model);
    for (const wanted of [
      "cluster_name: line-4\n",
      "link_mode: active\n",
      "crypto_cipher: aes128\n",
      "crypto_hash: sha512\n",
      "token: 5000\n",
      "knet_link_priority: 20\n",
      "ring1_addr: 10.2.0.2\n",
      "wait_for_all: 1\n",
    ])
      expect(conf).toContain(wanted);
  });
});

describe("votes of two nodes are as pcs sets them", () => {
  const confOf = (quorum: string): string => {
    const node = (id: number): string => `{ node_name: n${id}, corosync_addresses: [10.1.0.${id}] }`;
    const text = `ha_cluster_cluster_name: two\nha_cluster_node_options: [${node(1)}, ${node(2)}]\nha_cluster_quorum: ${quorum}\n`;
    const document = groupDocument(adoptHaCluster("vars.yml", text));
    const { documents } = parseDocuments([{ file: "f", text: document }, ...library()]);
    const { group, findings: found } = resolveGroup(documents, "two");
    expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
    const conf = group === undefined ? "" : renderCorosyncConf(group.model);
    return /quorum \{[\s\S]*?\n\}/.exec(conf)?.[0] ?? "";
  };
  const device = (algorithm: string): string =>
    `device: { model: net, model_options: [{ name: host, value: 10.9.9.9 }, { name: algorithm, value: ${algorithm} }] }`;

  test("without anything else: two_node", () => {
    expect(confOf("{ options: [] }")).toContain("two_node: 1\n");
  });

  test("with a quorum device: no two_node, and the vote without which ffsplit does not start", () => {
    const conf = confOf(`{ ${device("ffsplit")} }`);
    expect(conf).not.toMatch(/two_node|wait_for_all/);
    expect(conf).toMatch(/device \{\n +model: net\n +votes: 1\n/);
  });

  test("with lms: no votes, and a wait_for_all that is given stays", () => {
    const conf = confOf(`{ options: [{ name: wait_for_all, value: 1 }], ${device("lms")} }`);
    expect(conf).not.toMatch(/two_node|votes:/);
    expect(conf).toContain("wait_for_all: 1\n");
  });

  test("with a tie breaker: no two_node", () => {
    const conf = confOf("{ options: [{ name: auto_tie_breaker, value: 1 }] }");
    expect(conf).not.toMatch(/two_node|wait_for_all/);
    expect(conf).toContain("auto_tie_breaker: 1\n");
  });
});

describe("an expression of Ansible", () => {
  const TEXT = `ha_cluster_cluster_name: "{{ site }}-4"
ha_cluster_hacluster_password: "{{ vault_hacluster }}"
ha_cluster_node_options:
  - { node_name: n1, pcs_address: "{{ ansible_host }}", sbd_devices: ["{{ disk }}"], corosync_addresses: [10.1.0.1] }
  - node_name: n2
    corosync_addresses: ["{{ hostvars.n2.address }}"]
ha_cluster_resource_primitives:
  - id: fence1
    agent: stonith:fence_ipmilan
    instance_attrs: [{ attrs: [{ name: ip, value: 10.4.0.1 }, { name: password, value: "{{ vault_bmc }}" }] }]
    operations:
      - { action: monitor, attrs: [{ name: interval, value: "{% if slow %}60s{% endif %}" }] }
ha_cluster_resource_groups: "{{ groups_of_ours }}"
`;

  test("is an error at its line, unless it is a secret or not taken over", () => {
    const errors = adoptHaCluster("vars.yml", TEXT)
      .flatMap((part) => part.findings)
      .filter(({ severity }) => severity === "error");
    expect(errors.map(({ code, position, text }) => `${code} ${position?.line ?? 0} ${text}`)).toEqual(
      [
        "1 ha_cluster_cluster_name",
        "6 ha_cluster_node_options.1.corosync_addresses.0",
        "12 ha_cluster_resource_primitives.0.operations.0.attrs.0.value",
        "13 ha_cluster_resource_groups",
      ].map((at) => `ANSIBLE_EXPRESSION ${at} is an expression of Ansible, which cannot be evaluated here`),
    );
    expect(new Set(errors.map(({ hint }) => hint))).toEqual(
      new Set(["write the value, or import the running cluster with --host"]),
    );
  });

  test("for a secret is a reference without a value", () => {
    const [first, second] = adoptHaCluster("vars.yml", TEXT);
    expect(second?.secrets).toEqual([{ reference: "fence1/password", subject: "password of fence1" }]);
    const document = groupDocument([first, second].filter((part) => part !== undefined));
    expect(document).toContain("{ secret: fence1/password, in: cib }");
    expect(document).toContain("# secret fence1/password: password of fence1\n");
    expect(document).not.toContain("vault");
  });
});

test("what is no YAML is refused with its place", () => {
  const [part] = adoptHaCluster("vars.yml", "a: [");
  expect(part?.findings.map(({ code, severity }) => [severity, code])).toEqual([["error", "YAML_SYNTAX"]]);
});

describe("a rule in the words of pcs", () => {
  const read = (text: string, place: RulePlace = "location") => ruleOfPcs(text, { owner: "x", place });

  test.each([
    "",
    "rack",
    "rack eq",
    "rack eq a and",
    "(rack eq a",
    "rack eq a)",
    "rack eq a b",
    "date in_range 2026-01-01",
    "date in_range 2026-01-01 2026-02-01",
    "date-spec hours",
    "resource Dummy",
    "resource a:b:c:d",
  ])("%j is none", (text) => {
    expect(read(text)).toEqual(expect.any(String));
  });

  test("operators have one rank; a location merges rules of one operator, defaults keep brackets", () => {
    const leaf = (name: string, id: string) => ({
      expression: { id, attribute: name, operation: "defined" },
    });
    expect(read("defined a and (defined b and defined c)")).toEqual({
      "boolean-op": "and",
      score: "INFINITY",
      expressions: [leaf("a", "x-rule-expr"), leaf("b", "x-rule-expr-1"), leaf("c", "x-rule-expr-2")],
    });
    expect(read("defined a or defined b and defined c", "defaults")).toEqual({
      "boolean-op": "and",
      score: "INFINITY",
      expressions: [
        {
          rule: {
            id: "x-rule-rule",
            "boolean-op": "or",
            score: "0",
            expressions: [leaf("a", "x-rule-rule-expr"), leaf("b", "x-rule-rule-expr-1")],
          },
        },
        leaf("c", "x-rule-expr"),
      ],
    });
  });

  test.each([
    [
      "date gt integer 5",
      { expression: { id: "x-rule-expr", attribute: "date", operation: "gt", type: "integer", value: "5" } },
    ],
    [
      "rack eq string",
      { expression: { id: "x-rule-expr", attribute: "rack", operation: "eq", value: "string" } },
    ],
    [
      "date in_range to 2026-02-01",
      { date_expression: { id: "x-rule-expr", operation: "in_range", end: "2026-02-01" } },
    ],
    ["DATE LT 2026-02-01", { date_expression: { id: "x-rule-expr", operation: "lt", end: "2026-02-01" } }],
  ])("%j", (text, expression) => {
    expect(read(text)).toMatchObject({ expressions: [expression] });
  });
});

test("a rule that we cannot read is named, and nothing that would hold without it is made", () => {
  const found = adoptHaCluster(
    "v",
    `ha_cluster_resource_primitives: [{ id: a, agent: "systemd:a" }]
ha_cluster_resource_defaults: { meta_attrs: [{ rule: "moon full", attrs: [{ name: priority, value: 1 }] }] }
ha_cluster_constraints_location: [{ resource: { id: a }, rule: "moon full" }]
`,
  );
  const told = found.flatMap((part) => part.findings).map(({ code, position }) => [code, position?.line]);
  expect(told).toEqual([
    ["NOT_CONVERTED", 2],
    ["NOT_CONVERTED", 3],
  ]);
  expect(groupDocument(found)).not.toMatch(/priority|rsc_location/);
});

test("a value that no CIB takes is refused by the name of what has it", () => {
  const found = adoptHaCluster(
    "v",
    "ha_cluster_constraints_order: [{ resource_first: { id: a, action: run }, resource_then: { id: b } }]\n",
  );
  expect(found.flatMap((part) => part.findings)).toMatchObject([
    {
      severity: "error",
      code: "NOT_IMPORTABLE",
      subject: "v",
      text: expect.stringContaining("first-action") as string,
    },
  ]);
});
