import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { renderConfiguration, withSecretValues } from "../../src/cib/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { parseDocuments, type ResolvedGroup, resolveGroup } from "../../src/profile/index.js";
import { createScriptedTransport, type ScriptedCall, type Transport } from "../../src/transport/index.js";
import { type Imported, importGroup } from "../../src/workflows/index.js";
import { childOf, parseXml, writeXml } from "../../src/xml/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.js";

const CIB = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="4" num_updates="0" admin_epoch="0" have-quorum="1">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-cluster-name" name="cluster-name" value="line-4"/>
      </cluster_property_set>
    </crm_config>
    <nodes>
      <node id="1" uname="n1"/>
      <node id="2" uname="n2"/>
    </nodes>
    <resources>
      <primitive id="f" class="stonith" type="fence_ipmilan">
        <instance_attributes id="f-instance_attributes">
          <nvpair id="f-instance_attributes-passwd" name="passwd" value="hunter2"/>
        </instance_attributes>
      </primitive>
    </resources>
    <constraints/>
  </configuration>
  <status/>
</cib>
`;
const CONF = `totem {
    version: 2
    cluster_name: line-4
    transport: knet
    token: 3000
}

nodelist {
    node {
        ring0_addr: 10.1.0.1
        name: n1
        nodeid: 1
    }
    node {
        ring0_addr: 10.1.0.2
        name: n2
        nodeid: 2
    }
}

quorum {
    provider: corosync_votequorum
    two_node: 1
}

logging {
    to_syslog: yes
}
`;

const read = ["/usr/sbin/cibadmin", "--query"];
const cat = ["cat", "/etc/corosync/corosync.conf"];
const sudo = (argv: readonly string[]): string[] => ["sudo", "-n", ...argv];
const says = (argv: readonly string[], stdout: string): ScriptedCall => ({ argv, result: { stdout } });
const fails = (argv: readonly string[], exitCode: number, stderr: string): ScriptedCall => ({
  argv,
  result: { exitCode, stderr },
});
const noHelper = (): ScriptedCall => ({
  argv: sudo(["/usr/local/lib/dcn-ha/helper"]),
  result: { exitCode: 1, stderr: "sudo: /usr/local/lib/dcn-ha/helper: command not found" },
});

const importFrom = (transport: Transport, secretsFolder?: string): Promise<Imported> =>
  importGroup({ host: { name: "n1", user: "root", transport }, secretsFolder });

async function importScript(...calls: readonly ScriptedCall[]): Promise<Imported> {
  const transport = createScriptedTransport({ n1: calls });
  const imported = await importFrom(transport);
  transport.verify();
  return imported;
}

function resolved(document = ""): ResolvedGroup {
  const parsed = parseDocuments([{ file: "g.yaml", text: document }]);
  const { group, findings } = resolveGroup(parsed.documents, undefined, parsed.broken);
  if (group === undefined) throw new Error(`${document}${JSON.stringify([parsed.findings, findings])}`);
  return group;
}

function expectTheSame(imported: Imported): void {
  const { model } = resolved(imported.document);
  expect(renderCorosyncConf(model)).toBe(CONF);
  const elements = withSecretValues(
    model.configuration.elements ?? [],
    new Map(imported.secrets.map(({ reference }) => [reference, "hunter2"])),
  );
  const back = renderConfiguration({ ...model.configuration, elements });
  const live = childOf(parseXml(CIB, { file: "live" }), "configuration");
  // The mark of what is ours is all that is new.
  const unmarked = writeXml(back).replace(
    /\s*<cluster_property_set id="dcn-ha">[\s\S]*?<\/cluster_property_set>/,
    "",
  );
  expect(unmarked).toBe(live === undefined ? "" : writeXml(live));
}

describe("import from a host gives a document that renders back to the same", () => {
  test("as a login that may read both, with the group's login and without a secret in it", async () => {
    const imported = await importScript(says(cat, CONF), says(read, CIB));
    expectTheSame(imported);
    expect(imported.document).not.toContain("hunter2");
    const { nodes, name } = resolved(imported.document);
    expect([name, nodes.map(({ ssh }) => [ssh.user, ssh.address])]).toEqual([
      "line-4",
      [
        ["root", "10.1.0.1"],
        ["root", "10.1.0.2"],
      ],
    ]);
  });

  test("with sudo for what the login itself may not read", async () => {
    const imported = await importScript(
      says(cat, CONF),
      fails(read, 4, "Permission denied"),
      says(sudo(read), CIB),
    );
    expectTheSame(imported);
  });
});

test("a state of operation comes along, with a warning at its line in the document", async () => {
  const standby =
    '<node id="2" uname="n2"><instance_attributes id="nodes-2"><nvpair id="nodes-2-standby" name="standby" value="on"/></instance_attributes></node>';
  const cib = CIB.replace('<node id="2" uname="n2"/>', standby);
  const { document = "", findings } = await importScript(says(cat, CONF), says(read, cib));
  expect(findings).toMatchObject([
    { severity: "warning", code: "OPERATING_STATE", subject: "node n2", position: { file: "document" } },
  ]);
  expect(document.split("\n")[(findings[0]?.position?.line ?? 0) - 1]).toContain("standby: on");
});

test("nodes without a name in corosync.conf have those of the CIB beside it", async () => {
  const { document } = await importScript(says(cat, CONF.replaceAll(/ *name: n\d\n/g, "")), says(read, CIB));
  expect(resolved(document).nodes.map(({ name, id }) => [name, id])).toEqual([
    ["n1", 1],
    ["n2", 2],
  ]);
});

test("a secret that Ansible alone knows is to be provided, and none is written for it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-import-"));
  try {
    const [haCluster, secretsFolder] = [join(folder, "vars.yml"), join(folder, "secrets")];
    const fence = (id: string, value: string): string =>
      `  - { id: ${id}, agent: "stonith:fence_x", instance_attrs: [{ attrs: [{ name: passwd, value: "${value}" }] }] }\n`;
    const primitives = `${fence("f", "{{ vault_f }}")}${fence("g", "hunter2")}`;
    writeFileSync(
      haCluster,
      `ha_cluster_cluster_name: line-4\nha_cluster_resource_primitives:\n${primitives}`,
    );
    const imported = await importGroup({ haCluster, secretsFolder });
    expect(imported.secrets).toEqual([
      { reference: "f/passwd", subject: "passwd of f", written: false },
      { reference: "g/passwd", subject: "passwd of g", written: true },
    ]);
    expect(imported.written).toEqual([join(secretsFolder, "g/passwd")]);
    expect(existsSync(join(secretsFolder, "f/passwd"))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("a host that does not tell says why, and what helps", () => {
  test("no cluster runs there", async () => {
    const down = "Could not connect: Transport endpoint is not connected";
    await expect(
      importScript(says(cat, CONF), fails(read, 102, down), fails(sudo(read), 102, down), noHelper()),
    ).rejects.toMatchObject({ code: "HOST_WITHOUT_CLUSTER", kind: "refused", node: "n1" });
  });

  test("what a login without rights is told, which sounds as if no cluster ran, is not believed", async () => {
    const down = "Could not connect to the CIB: Transport endpoint is not connected";
    const refused = fails(sudo(read), 1, "sudo: a password is required");
    await expect(
      importScript(says(cat, CONF), fails(read, 102, down), refused, noHelper()),
    ).rejects.toMatchObject({ code: "HOST_NOT_READABLE" });
  });

  test("neither sudo nor the helper is allowed", async () => {
    const refused = "sudo: a password is required";
    const said = await importScript(
      fails(cat, 1, "cat: /etc/corosync/corosync.conf: Permission denied"),
      fails(sudo(cat), 1, refused),
      fails(read, 4, "Permission denied"),
      fails(sudo(read), 1, refused),
      noHelper(),
    ).catch((error: unknown) => error);
    expect(said).toMatchObject({
      code: "HOST_NOT_READABLE",
      hint: expect.stringContaining("/usr/sbin/cibadmin --query") as string,
      message: expect.stringContaining("sudo -n cat /etc/corosync/corosync.conf: sudo: a password") as string,
    });
  });
});

let box: Sandbox | undefined;
afterEach(() => box?.close());

describe.skipIf(!have("cibadmin"))("a node of ours", () => {
  test("tells it by its helper, to a login that may run nothing else; secrets go into files", async () => {
    box = createSandbox(["n1"]);
    const node = box.node("n1");
    node.write("units/pacemaker.service.active", "");
    node.write("live.xml", CIB);
    node.write("etc/corosync/corosync.conf", CONF);
    const folder = mkdtempSync(join(tmpdir(), "dcn-ha-import-"));
    try {
      const imported = await importFrom(box.transport, folder);
      expectTheSame(imported);
      expect(readFileSync(join(folder, "f/passwd"), "utf8")).toBe("hunter2");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
