import { describe, expect, test } from "vitest";
import { mergeOwned, renderConfiguration } from "../../src/cib/index.js";
import { jsonSchema } from "../../src/profile/index.js";
import { childOf, element, parseXml, writeXml } from "../../src/xml/index.js";
import { check, GROUP, lines } from "./group.js";

const ALONE = "kind: NodeGroup\nname: g\nnetworks: []\nnodes: []\n";

/** The rendered section of a group whose `cib:` is this YAML (indented by two). */
function section(name: string, cib: string, head = ALONE): string {
  const { group, findings } = check(`${head}cib:\n${cib}\n`);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  if (group === undefined) throw new Error("no group");
  const found = childOf(renderConfiguration(group.model.configuration), name);
  return found === undefined ? "" : writeXml(found, { compact: true });
}

describe("cib: says what the CIB says", () => {
  test("a primitive, short: ids are those that pcs chooses", () => {
    const text = `  resources:
    - primitive: vip
      agent: ocf:heartbeat:IPaddr2
      attributes: { ip: 10.0.0.5, cidr_netmask: 24 }
      meta: { resource-stickiness: 100 }
      operations: [{ name: monitor, interval: 10s }]`;
    expect(section("resources", text)).toBe(
      '<resources><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">' +
        '<instance_attributes id="vip-instance_attributes"><nvpair id="vip-instance_attributes-ip" name="ip" value="10.0.0.5"/>' +
        '<nvpair id="vip-instance_attributes-cidr_netmask" name="cidr_netmask" value="24"/></instance_attributes>' +
        '<meta_attributes id="vip-meta_attributes"><nvpair id="vip-meta_attributes-resource-stickiness" name="resource-stickiness" value="100"/></meta_attributes>' +
        '<operations><op id="vip-monitor-interval-10s" name="monitor" interval="10s"/></operations></primitive></resources>',
    );
  });

  test("values keep their text: no number, truth or date is made of them", () => {
    const text = "  crm_config: { a: 010, b: 1.0, c: yes, d: true, e: 1e3, f: 0x1F, g: 2026-11-21, h: ~x }";
    const values = [...section("crm_config", text).matchAll(/name="[a-h]" value="([^"]*)"/g)].map(
      (one) => one[1],
    );
    expect(values).toEqual(["010", "1.0", "yes", "true", "1e3", "0x1F", "2026-11-21", "~x"]);
  });

  test("several sets with rules, explicit ids, references", () => {
    const text = `  rsc_defaults:
    - { id: day, score: 2, rule: { expressions: [{ date_expression: { operation: date_spec, date_spec: { hours: 8-16 } } }] }, pairs: { resource-stickiness: { id: s, value: INFINITY } } }
    - { id: else, pairs: [{ name: resource-stickiness, value: 0 }, { id-ref: s }] }
    - { id-ref: day }`;
    expect(section("rsc_defaults", text)).toBe(
      '<rsc_defaults><meta_attributes id="day" score="2"><rule id="day-rule"><date_expression id="day-rule-expr" operation="date_spec">' +
        '<date_spec id="day-rule-expr-datespec" hours="8-16"/></date_expression></rule><nvpair id="s" name="resource-stickiness" value="INFINITY"/></meta_attributes>' +
        '<meta_attributes id="else"><nvpair id="else-resource-stickiness" name="resource-stickiness" value="0"/><nvpair id-ref="s"/></meta_attributes>' +
        '<meta_attributes id-ref="day"/></rsc_defaults>',
    );
  });

  test("a primitive from a template is no template", () => {
    const text = "  resources: [{ template: t, agent: 'systemd:x' }, { primitive: p, template: t }]";
    expect(section("resources", text)).toContain('<primitive id="p" template="t"/>');
  });
});

describe("cib: beside the rest of a group", () => {
  const cib = `cib:
  crm_config: { stonith-enabled: false, enable-acl: true }
  nodes: [{ node: dcn1, id: 1, attributes: { rack: x } }]
  resources: [{ primitive: extra, agent: 'systemd:extra' }]
`;
  const { group } = check(GROUP + cib);

  test("joins it: properties win over the policy's, nodes are one node each, resources stand after ours", () => {
    const configuration = renderConfiguration(group?.model.configuration ?? never());
    const text = writeXml(configuration, { compact: true });
    expect(text.match(/name="stonith-enabled" value="[^"]*"/g)).toEqual([
      'name="stonith-enabled" value="false"',
    ]);
    expect(text).toContain('name="enable-acl" value="true"');
    expect(text.match(/<cluster_property_set id="cib-bootstrap-options"/g)).toHaveLength(1);
    expect(text.match(/uname="dcn1"/g)).toHaveLength(1);
    expect(childOf(configuration, "resources")?.children.at(-1)?.attributes.id).toBe("extra");
  });

  test("the node's attributes and capacity stand in one set with its", () => {
    const own = GROUP.replace("name: dcn1\n", "name: dcn1\n    attributes: { cabinet: a }\n");
    const { group: both, findings } = check(own + cib);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const text = writeXml(renderConfiguration(both?.model.configuration ?? never()), { compact: true });
    expect(text).toContain(
      '<instance_attributes id="nodes-1"><nvpair id="nodes-1-cabinet" name="cabinet" value="a"/><nvpair id="nodes-1-rack" name="rack" value="x"/></instance_attributes>',
    );
    expect(text.match(/ id="nodes-1"/g)).toHaveLength(1);
  });

  test("is ours: the mark lists it, and it goes when the profile no longer has it", () => {
    const desired = group?.model.configuration ?? never();
    const live = element("cib", {}, [renderConfiguration(desired), element("status")]);
    expect(mergeOwned(live, desired).changes).toEqual([]);
    const without = check(GROUP).group?.model.configuration ?? never();
    const gone = mergeOwned(live, without).changes.filter(({ action }) => action === "removed");
    expect(gone.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["extra", "nodes-1", "cib-bootstrap-options-enable-acl"]),
    );
  });

  test("a place for every id of it", () => {
    expect(group?.origins.get("extra")?.position).toMatchObject({ file: "g.yaml", line: 23 });
  });

  test("fence devices in it count", () => {
    const unfenced = GROUP.replaceAll(/ {4}fence: .*\n/g, "");
    expect(lines(unfenced).join("\n")).toContain("MISSING_FENCE");
    const own =
      "cib: { resources: [{ primitive: f, agent: 'stonith:fence_xvm', attributes: { pcmk_host_list: dcn1 dcn2 dcn3 } }] }\n";
    expect(lines(unfenced + own).join("\n")).not.toContain("MISSING_FENCE");
  });
});

describe("a set with a rule beside the policy's defaults", () => {
  const rule = "rule: { expressions: [{ op_expression: { name: monitor } }] }";
  const withSet = (name: string, set: string) => check(`${GROUP}cib:\n  ${name}:\n    - { ${set} }\n`);

  test.each([
    ["op_defaults", rule],
    ["rsc_defaults", "score: 5"],
  ])("has no id by itself in %s: a finding at its line", (name, condition) => {
    const { findings } = withSet(name, `${condition}, pairs: { timeout: 9s }`);
    expect(findings.filter(({ severity }) => severity === "error")).toMatchObject([
      {
        code: "DUPLICATE_ID",
        position: { line: GROUP.split("\n").length + 2 },
        hint: `id: ${name}-meta_attributes-rule, or another of its own`,
      },
    ]);
  });

  test("stands beside them with an id of its own", () => {
    const { group, findings } = withSet("op_defaults", `id: mine, ${rule}, pairs: { timeout: 9s }`);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const all = childOf(renderConfiguration(group?.model.configuration ?? never()), "op_defaults");
    expect(all?.children.map(({ attributes, children }) => [attributes.id, children[0]?.name])).toEqual([
      ["op_defaults-meta_attributes", "nvpair"],
      ["mine", "rule"],
    ]);
  });
});

describe("a group that is wholly cib:", () => {
  test("needs no policy, and nothing of ours is in its CIB but the mark", () => {
    const { group } = check(`${ALONE}cib: { resources: [] }\n`);
    const text = writeXml(renderConfiguration(group?.model.configuration ?? never()), { compact: true });
    expect(text).toBe(
      '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value=""/></cluster_property_set></crm_config>' +
        "<nodes/><resources/><constraints/></configuration>",
    );
  });

  test("is judged, and can be rendered all the same", () => {
    const text = `kind: NodeGroup\nname: g\nnetworks: [site]\nnodes: [{ name: a.example.com, addresses: { site: 10.0.0.1 } }, { name: b, addresses: { site: 10.0.0.2 } }]
cib:
  crm_config: { no-quorum-policy: ignore }
  resources: [{ primitive: x, agent: 'systemd:x' }]
  constraints: [{ rsc_location: l, rsc: y, node: a.example.com, score: 1 }]
`;
    const { group, findings } = check(text);
    expect(group).toBeDefined();
    const said = new Map(findings.map(({ code, severity }) => [code, severity]));
    for (const code of ["QUORUM_IGNORED", "MISSING_FENCE", "NOT_MONITORED"])
      expect(said.get(code)).toBe("warning");
  });
});

test("changes of elements without an id are seen: an image, a port", () => {
  const bundle = (image: string): string =>
    `  resources: [{ bundle: b, podman: { image: ${image} }, network: { control-port: 1 }, member: { primitive: m, agent: "ocf:pacemaker:Dummy" } }]`;
  const configurationOf = (text: string) =>
    check(`${ALONE}cib:\n${text}\n`).group?.model.configuration ?? never();
  const live = element("cib", {}, [renderConfiguration(configurationOf(bundle("one")))]);
  const { changes, cib } = mergeOwned(live, configurationOf(bundle("two")));
  expect(changes).toEqual([
    {
      action: "changed",
      kind: "podman",
      id: "b",
      before: '<podman image="one"/>',
      after: '<podman image="two"/>',
    },
  ]);
  expect(writeXml(cib)).toContain('<podman image="two"/>');
});

test("what lint says about the full-power tiers stands at their lines, with the nearest name", () => {
  const tiers = `corosync: { totem: { token: 300000 } }
cib:
  crm_config:
    no-quorum-polcy: stop
  resources:
    - { primitive: one, agent: "ocf:pacemaker:Dummy", operations: [{ name: monitor, interval: 10s }] }
    - { primitive: two, agent: "ocf:pacemaker:Dummy" }
`;
  const first = GROUP.split("\n").length;
  const said = check(`${GROUP}${tiers}`).findings.map(({ code, position, hint }) => [
    code,
    (position?.line ?? 0) - first,
    hint?.split(" known")[0],
  ]);
  expect(said).toEqual([
    ["UNKNOWN_PROPERTY", 3, "did you mean no-quorum-policy?"],
    ["TOKEN_TOO_LONG", 0, "1 s to 10 s, in milliseconds"],
    ["NOT_MONITORED", 6, "a monitor operation, as every 10s"],
  ]);
  expect(check(`${GROUP}corosync: { totem: { token: 50 } }\n`).findings).toMatchObject([
    { code: "TOKEN_TOO_SHORT", position: { line: first } },
  ]);
});

test("members of a tag are ours as a whole", () => {
  const configurationOf = (objects: string) =>
    check(`${ALONE}cib: { tags: [{ tag: t, objects: [${objects}] }] }\n`).group?.model.configuration ??
    never();
  const live = element("cib", {}, [renderConfiguration(configurationOf("a, b"))]);
  expect(mergeOwned(live, configurationOf("b")).changes).toMatchObject([
    { action: "changed", kind: "tag", id: "t", before: "a b", after: "b" },
  ]);
});

test("no value of a password is in a list of changes, whoever wrote it", () => {
  const { group } = check(
    `${ALONE}cib: { resources: [{ primitive: f, agent: 'stonith:fence_ipmilan', attributes: { passwd: hunter2 } }] }\n`,
  );
  const live = parseXml(
    "<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>",
    { file: "live" },
  );
  const { changes, cib } = mergeOwned(live, group?.model.configuration ?? never());
  expect(JSON.stringify(changes)).toContain("(secret)");
  expect(JSON.stringify(changes)).not.toContain("hunter2");
  expect(writeXml(cib)).toContain("hunter2");
});

test("what the cluster itself writes stays as it is live", () => {
  const { group } = check(`${ALONE}cib: { crm_config: { dc-version: old, stonith-enabled: true } }\n`);
  const desired = group?.model.configuration ?? never();
  const live = element("cib", {}, [renderConfiguration(desired)]);
  const upgraded = parseXml(writeXml(live).replace('value="old"', 'value="new"'), { file: "live" });
  expect(mergeOwned(upgraded, desired).changes).toEqual([]);
});

test("the JSON Schema of NodeGroup has every section and refers to nothing that it lacks", () => {
  const schema = jsonSchema("NodeGroup");
  const text = JSON.stringify(schema);
  const named = new Set([...text.matchAll(/"#\/\$defs\/([^"]+)"/g)].map((match) => match[1] ?? ""));
  const defined = Object.keys(schema["$defs"] as object);
  expect([...named].filter((name) => !defined.includes(name))).toEqual([]);
  expect(named.size).toBeGreaterThan(40);
  expect(text).toContain('"rsc_location"');
  expect(text).toContain('"fencing-topology"');
});

function never(): never {
  throw new Error("no group");
}
