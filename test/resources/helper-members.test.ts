// What the helper does to who is in a running cluster: a standby and whose it is, and a machine that leaves.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { HelperAnswer, HelperFrame } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox, type Sandbox, type SandboxNode } from "../sandbox/sandbox.js";

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

function open(): SandboxNode {
  sandbox = createSandbox(["dcn1"]);
  const node = sandbox.node("dcn1");
  node.write(
    "live.xml",
    `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
  <configuration><crm_config/><nodes><node id="2" uname="dcn2"/></nodes><resources/><constraints/></configuration><status/></cib>`,
  );
  return node;
}

async function ask(frame: HelperFrame): Promise<HelperAnswer | undefined> {
  if (sandbox === undefined) throw new Error("no sandbox");
  return (await callHelper(sandbox.transport, "dcn1", [frame]))[0];
}

/** The standby and the mark of the node, as the CIB has them. */
const pairs = (node: SandboxNode): string[] =>
  [...(node.read("live.xml") ?? "").matchAll(/name="((?:dcn-ha-)?standby)" value="([^"]*)"/g)].map(
    ([, name, value]) => `${name}=${value}`,
  );

describe.skipIf(!have("crm_attribute", "cibadmin"))("a standby", { timeout: 60_000 }, () => {
  const payload = "dcn2 apply";

  test("that cannot be set leaves no mark, one that came after all keeps it", async () => {
    const node = open();
    const stub = node.read("stubs/crm_attribute") ?? "";
    const failing = (way: string): void =>
      node.write(
        "stubs/crm_attribute",
        stub.replace("exec ", `case "$*" in *'--name standby --update'*) ${way} ;; esac; exec `),
      );
    failing("exit 124");
    expect((await ask({ verb: "set-standby", payload }))?.exitCode).toBe(124);
    expect(pairs(node)).toEqual([]);
    failing('/usr/sbin/crm_attribute "$@"; exit 124');
    expect((await ask({ verb: "set-standby", payload }))?.exitCode).toBe(124);
    expect(pairs(node)).toEqual(["dcn-ha-standby=apply", "standby=on"]);
  });

  test("is ended by whose it is, and by a person, and by nobody else", async () => {
    const node = open();
    await ask({ verb: "set-standby", payload: "dcn2 drill" });
    expect(await ask({ verb: "clear-standby", payload })).toMatchObject({
      exitCode: 0,
      stdout: "no standby of apply\n",
    });
    expect(pairs(node)).toEqual(["dcn-ha-standby=drill", "standby=on"]);
    // A person's, who took it over.
    await ask({ verb: "set-standby", payload: "dcn2 -" });
    expect((await ask({ verb: "clear-standby", payload: "dcn2 drill" }))?.exitCode).toBe(0);
    expect(pairs(node)).toEqual(["standby=on"]);
    expect((await ask({ verb: "clear-standby", payload: "dcn2 -" }))?.exitCode).toBe(0);
    expect(pairs(node)).toEqual([]);
    await ask({ verb: "set-standby", payload: "dcn2 drill" });
    expect((await ask({ verb: "clear-standby", payload: "dcn2 -" }))?.exitCode).toBe(0);
    expect(pairs(node)).toEqual([]);
  });

  test("that somebody else ended leaves a mark, which goes with the next end", async () => {
    const node = open();
    await ask({ verb: "set-standby", payload });
    node.write("live.xml", (node.read("live.xml") ?? "").replace(/<nvpair [^>]*name="standby"[^>]*>/, ""));
    node.remove("live.xml.sig");
    expect(pairs(node)).toEqual(["dcn-ha-standby=apply"]);
    expect((await ask({ verb: "clear-standby", payload }))?.exitCode).toBe(0);
    expect(pairs(node)).toEqual([]);
  });
});

test.skipIf(!have("cibadmin"))(
  "a machine that leaves keeps no secret and no configuration of the group",
  async () => {
    const node = open();
    const held = [
      "etc/corosync/authkey",
      "etc/dcn-ha/secrets/bmc-dcn1",
      "var/lib/pacemaker/cib/cib.xml",
      "var/lib/pacemaker/lrm/secrets/app/passwd",
      "var/lib/dcn-ha/guard/01234567",
      "var/lib/dcn-ha/set-aside/0.7-3.20.0/cib.xml",
    ];
    for (const path of held) node.write(path, "canary");
    node.write("var/lib/dcn-ha/denied-images", "");
    expect((await ask({ verb: "leave-cluster" }))?.exitCode).toBe(0);
    expect(held.filter((path) => existsSync(join(node.root, path)))).toEqual([]);
    // What is about the machine stays.
    expect(node.read("var/lib/dcn-ha/denied-images")).toBe("");
  },
);
