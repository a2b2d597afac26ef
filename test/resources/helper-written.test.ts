// status-cluster of the on-node helper, asked whether the configuration that Pacemaker holds is on the disk.
import { afterEach, describe, expect, test } from "vitest";
import { callHelper } from "../../src/observe/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.js";

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const CIB = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
  <configuration><crm_config/><nodes/><resources/><constraints/></configuration>
  <status/>
</cib>
`;

describe.skipIf(!have("cibadmin"))("asked whether the configuration is written, status-cluster", () => {
  const disk = "var/lib/pacemaker/cib/cib.xml";
  async function told(kept: string | undefined, payload = "written\n"): Promise<string | undefined> {
    await sandbox?.close();
    sandbox = createSandbox(["dcn1"]);
    const node = sandbox.node("dcn1");
    node.write("units/pacemaker.service.active", "");
    node.write("live.xml", CIB.replace(' epoch="1"', ' epoch="5"'));
    if (kept !== undefined) node.write(disk, kept);
    const [answer] = await callHelper(sandbox.transport, "dcn1", [{ verb: "status-cluster", payload }]);
    expect(answer?.exitCode).toBe(0);
    expect(answer?.stdout).toContain("<pacemaker-result");
    return answer?.stderr;
  }

  test("tells both versions where the disk stays behind, and nothing where it does not", async () => {
    expect(await told(CIB)).toBe("unwritten 0.5 0.1\n");
    expect(await told(undefined)).toBe("unwritten 0.5 \n");
    expect(await told(CIB.replace(' epoch="1" num_updates="0"', ' epoch="5" num_updates="7"'))).toBe("");
    expect(await told(CIB, "")).toBe("");
  });

  test("waits for a change that is being written", async () => {
    const late = told(CIB);
    setTimeout(() => sandbox?.node("dcn1").write(disk, CIB.replace(' epoch="1"', ' epoch="5"')), 600);
    expect(await late).toBe("");
  });
});
