import { afterEach, describe, expect, test } from "vitest";
import type { HelperFrame } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox, type Sandbox, type SandboxNode } from "../sandbox/sandbox.js";

const tools = have("cibadmin");
let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

function open(): SandboxNode {
  sandbox = createSandbox(["dcn1"]);
  return sandbox.node("dcn1");
}

function ask(...frames: HelperFrame[]) {
  if (sandbox === undefined) throw new Error("no sandbox");
  return callHelper(sandbox.transport, "dcn1", frames);
}

const CIB = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
  <configuration>
    <crm_config/>
    <nodes/>
    <resources/>
    <constraints/>
  </configuration>
  <status/>
</cib>
`;

describe.skipIf(!tools)("a patch that the controller wrote", () => {
  const patchOf = (path: string, source = '<source admin_epoch="0" epoch="1"/>'): string =>
    `<diff format="2">\n  <version>\n    ${source}\n    <target admin_epoch="0" epoch="1"/>\n  </version>\n` +
    `  <change operation="create" path="${path}" position="0">\n    <primitive id="new" class="ocf" provider="pacemaker" type="Dummy"/>\n  </change>\n</diff>\n`;
  const RESOURCES = "/cib/configuration/resources";
  const begin = (text = CIB): SandboxNode => {
    const node = open();
    node.write("units/pacemaker.service.active", "");
    node.write("live.xml", text);
    return node;
  };

  test("is taken as it is, and makes one epoch", async () => {
    const node = begin();
    const [sent] = await ask({ verb: "send-patch", payload: patchOf(RESOURCES) });
    expect(sent).toMatchObject({ exitCode: 0, stdout: "0.2.0\n" });
    expect(node.read("live.xml")).toContain('id="new"');
    expect(node.read("live.xml")).toMatch(/ epoch="2"/);
  });

  test("for another epoch gives 103 with the CIB that is there, and changes nothing", async () => {
    const theirs = CIB.replace(' epoch="1"', ' epoch="4"');
    const node = begin(theirs);
    const [read] = await ask({ verb: "read-cib" });
    const [sent] = await ask({ verb: "send-patch", payload: patchOf(RESOURCES) });
    expect(sent).toMatchObject({ exitCode: 103, stdout: read?.stdout });
    expect(node.read("live.xml")).toBe(theirs);
  });

  test("that names no epoch, or touches more than the configuration, is not sent", async () => {
    const node = begin();
    for (const payload of [
      patchOf(RESOURCES, ""),
      patchOf(RESOURCES, '<source epoch="1"/>'),
      patchOf(RESOURCES, '<source admin_epoch="0" epoch="-1"/>'),
      patchOf("/cib/status"),
      patchOf("/cib"),
      "",
    ]) {
      const [sent] = await ask({ verb: "send-patch", payload });
      expect(sent, payload).toMatchObject({ exitCode: 64, stderr: "not a patch of the configuration\n" });
    }
    expect(node.read("live.xml")).toBe(CIB);
  });
});
