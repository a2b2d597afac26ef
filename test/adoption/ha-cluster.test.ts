import { describe, expect, test } from "vitest";
import { adoptHaCluster, groupDocument } from "../../src/adoption/index.js";
import { renderCib } from "../../src/cib/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { childOf, parseXml, writeXml } from "../../src/xml/index.js";
import { library } from "../profile/group.js";

const VARIABLES = `ha_cluster_cluster_name: line-4
ha_cluster_hacluster_password: never-shown
ha_cluster_node_options:
  - { node_name: n1, corosync_addresses: [10.1.0.1, 10.2.0.1], attributes: [{ attrs: [{ name: rack, value: a }] }] }
  - { node_name: n2, corosync_addresses: [10.1.0.2, 10.2.0.2] }
ha_cluster_transport:
  type: knet
  options: [{ name: link_mode, value: active }]
  links:
    - [{ name: link_priority, value: 10 }]
    - [{ name: link_priority, value: 20 }]
  crypto: [{ name: cipher, value: aes128 }, { name: hash, value: sha512 }]
ha_cluster_totem: { options: [{ name: token, value: 5000 }, { name: consensus, value: 6000 }] }
ha_cluster_quorum:
  options: [{ name: wait_for_all, value: 1 }]
ha_cluster_cluster_properties:
  - attrs: [{ name: stonith-enabled, value: true }, { name: no-quorum-policy, value: freeze }]
ha_cluster_resource_primitives:
  - id: fence1
    agent: stonith:fence_xvm
    instance_attrs: [{ attrs: [{ name: pcmk_host_list, value: "n1 n2" }] }]
  - id: app
    agent: ocf:pacemaker:Dummy
    meta_attrs: [{ attrs: [{ name: resource-stickiness, value: 1 }] }]
    operations: [{ action: monitor, attrs: [{ name: interval, value: 30s }, { name: timeout, value: 20s }] }]
  - { id: db, agent: "systemd:db" }
  - { id: web, agent: "systemd:web" }
ha_cluster_resource_groups: [{ id: front, resource_ids: [db, web] }]
ha_cluster_resource_clones: [{ resource_id: app, promotable: true }]
ha_cluster_resource_defaults: { meta_attrs: [{ id: dd, attrs: [{ name: priority, value: 1 }] }] }
ha_cluster_stonith_levels: [{ level: 1, target: n1, resource_ids: [fence1] }]
ha_cluster_constraints_location: [{ resource: { id: front }, node: n1, options: [{ name: score, value: 50 }] }]
ha_cluster_constraints_colocation:
  - { resource_follower: { id: front }, resource_leader: { id: app-clone, role: Promoted } }
  - { resource_sets: [{ resource_ids: [front, app-clone] }] }
ha_cluster_constraints_order: [{ resource_first: { id: app-clone, action: promote }, resource_then: { id: front } }]
ha_cluster_acls: { acl_roles: [{ id: r }] }
ha_cluster_typo: 1
`;

const parts = adoptHaCluster("vars.yml", VARIABLES);
const findings = parts.flatMap((part) => part.findings);

test("what has no place is named at its line, and no secret is", () => {
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  const told = findings.map(({ position, text }) => `${position?.line ?? 0} ${text.split(" ")[0] ?? ""}`);
  expect(told).toEqual(
    expect.arrayContaining([
      "2 ha_cluster_hacluster_password",
      "4 ha_cluster_node_options.0.attributes",
      "35 ha_cluster_constraints_colocation.1",
      "37 ha_cluster_acls",
      "38 ha_cluster_typo",
    ]),
  );
  expect(told).toHaveLength(5);
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

  test("has the resources, constraints and levels of the variables", () => {
    const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
    const xml =
      resolved.group === undefined ? "<a/>" : renderCib(resolved.group.model.configuration, version);
    const configuration = childOf(parseXml(xml, { file: "c" }), "configuration");
    const text = configuration === undefined ? "" : writeXml(configuration);
    for (const wanted of [
      /name="no-quorum-policy" value="freeze"/,
      /<clone id="app-clone">\s*<primitive id="app" class="ocf" provider="pacemaker" type="Dummy"/,
      /<op (?=[^>]*name="monitor")(?=[^>]*interval="30s")(?=[^>]*timeout="20s")/,
      /name="promotable" value="true"/,
      /<group id="front">\s*<primitive id="db"[^>]*\/>\s*<primitive id="web"/,
      /<rsc_location (?=[^>]*rsc="front")(?=[^>]*node="n1")(?=[^>]*score="50")/,
      /<rsc_colocation (?=[^>]*with-rsc="app-clone")(?=[^>]*with-rsc-role="Promoted")/,
      /<rsc_order (?=[^>]*first="app-clone")(?=[^>]*first-action="promote")/,
      /<fencing-level (?=[^>]*target="n1")(?=[^>]*devices="fence1")/,
    ])
      expect(text).toMatch(wanted);
  });
});

test("what is no YAML is refused with its place", () => {
  const [part] = adoptHaCluster("vars.yml", "a: [");
  expect(part?.findings.map(({ code, severity }) => [severity, code])).toEqual([["error", "YAML_SYNTAX"]]);
});
