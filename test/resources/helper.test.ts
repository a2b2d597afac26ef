import { createHash } from "node:crypto";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { encodeRequest, HELPER_ARGV, type HelperFrame, parseProbe } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
import type { CommandResult } from "../../src/transport/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox, type Sandbox, type SandboxNode } from "../sandbox/sandbox.js";

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

function open(): SandboxNode {
  sandbox = createSandbox(["dcn1"]);
  return sandbox.node("dcn1");
}

function raw(stdin: string | Uint8Array): Promise<CommandResult> {
  if (sandbox === undefined) throw new Error("no sandbox");
  return sandbox.transport.exec("dcn1", { argv: HELPER_ARGV, stdin, timeoutMs: 20_000 });
}

function ask(...frames: HelperFrame[]) {
  if (sandbox === undefined) throw new Error("no sandbox");
  return callHelper(sandbox.transport, "dcn1", frames);
}

const modeOf = (node: SandboxNode, path: string): string =>
  (statSync(join(node.root, path)).mode & 0o777).toString(8);
const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync");
const CIB = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="options">
        <nvpair id="no-fencing" name="stonith-enabled" value="false"/>
      </cluster_property_set>
    </crm_config>
    <nodes/>
    <resources/>
    <constraints/>
  </configuration>
  <status/>
</cib>
`;

describe.skipIf(!tools)("requests that are not whole or not ours are refused, and nothing is done", () => {
  const mark = "set-formation 10\nf1 started";
  test.each([
    ["no hello", `${mark}\nend 0\n`],
    ["nothing", ""],
    ["another protocol", `hello 1\n9${mark}end 0\n`],
    ["no end", `hello 1\n1${mark}`],
    ["a frame cut short", "hello 1\n1set-formation 100\nf1 started"],
    ["an unknown verb", `hello 1\n1${mark}sh 2\nidend 0\n`],
    ["a verb with a pattern", `hello 1\n1${mark}* 0\nend 0\n`],
    ["a verb with blanks around", `hello 1\n1${mark}probe;id 0\nend 0\n`],
    ["a path for a verb", `hello 1\n1${mark}/bin/sh 0\nend 0\n`],
    ["an option for a verb", `hello 1\n1${mark}--help 0\nend 0\n`],
    ["a negative length", `hello 1\n1${mark}probe -1\nend 0\n`],
    ["a length with a zero before", `hello 1\n1${mark}probe 00\nend 0\n`],
    ["an expression for a length", `hello 1\n1${mark}probe 1+1\nend 0\n`],
    ["a huge length", `hello 1\n1${mark}probe 999999999\nend 0\n`],
    ["a bad mark", `hello 1\n1${mark}probe 0 always\nend 0\n`],
    ["another hello", `hello 1\n2hello 1\n1${mark}end 0\n`],
    ["something after the end", `hello 1\n1${mark}end 0\nprobe 0\n`],
    ["garbage after the end", `hello 1\n1${mark}end 0\nxyz`],
    ["an empty line", `hello 1\n1${mark}\nend 0\n`],
    ["too many frames", `hello 1\n1${mark}${"probe 0\n".repeat(70)}end 0\n`],
  ])("%s", async (_name, stdin) => {
    const node = open();
    const result = await raw(stdin);
    expect(result).toMatchObject({ exitCode: 64, stdout: "" });
    expect(result.stderr).toContain("refused, nothing was done");
    expect(node.read("var/lib/dcn-ha/formation")).toBeUndefined();
    expect(node.read("journal.log")).toBeUndefined();
  });

  test("a payload for which the disk has no room", async () => {
    const node = open();
    node.write("stubs/head", '#!/bin/sh\ndd bs=1 count="$2" of=/dev/null 2>/dev/null\nexit 1\n');
    chmodSync(join(node.root, "stubs/head"), 0o755);
    const result = await raw(`hello 1\n1${mark}end 0\n`);
    expect(result).toMatchObject({ exitCode: 64, stdout: "" });
    expect(result.stderr).toContain("refused, nothing was done");
    expect(node.read("var/lib/dcn-ha/formation")).toBeUndefined();
  });

  test("and the same request, whole, is taken", async () => {
    const node = open();
    expect((await raw(`hello 1\n1${mark}end 0\n`)).exitCode).toBe(0);
    expect(node.read("var/lib/dcn-ha/formation")).toBe("f1 started\n");
  });
});

describe.skipIf(!tools)("files", () => {
  test("are placed with their modes and owners, binary ones too, and nothing stays in the temporary folder", async () => {
    const node = open();
    const key = Uint8Array.from({ length: 256 }, (_, index) => index);
    const prefix = new TextEncoder().encode("corosync-authkey\n");
    const answers = await ask(
      { verb: "install-file", payload: Uint8Array.from([...prefix, ...key]) },
      { verb: "install-file", payload: "secret bmc-dcn1\ncanary" },
      { verb: "install-file", payload: "corosync-conf\ntotem {\n}\n" },
      { verb: "install-file", payload: "gate-config\n{}\n" },
      { verb: "read-keys" },
    );
    expect(answers.map((answer) => answer.exitCode)).toEqual([0, 0, 0, 0, 0]);
    expect(Buffer.from(answers[4]?.stdout ?? "", "base64")).toEqual(Buffer.from(key));
    expect(modeOf(node, "etc/corosync/authkey")).toBe("400");
    expect(modeOf(node, "etc/dcn-ha/secrets/bmc-dcn1")).toBe("400");
    expect(modeOf(node, "etc/dcn-ha/secrets")).toBe("700");
    expect(modeOf(node, "etc/corosync/corosync.conf")).toBe("644");
    expect(node.read("etc/dcn-ha/secrets/bmc-dcn1")).toBe("canary");
    expect(node.read("chown.log")).toMatch(/^root:root .*etc\/corosync\//);
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(join(node.root, "run/dcn-ha"))).toEqual([]);
    expect(readdirSync(join(node.root, "etc/corosync")).sort()).toEqual(["authkey", "corosync.conf"]);
  });

  test("a parameter's secret lies as cibsecret keeps it, and the probe tells its digest", async () => {
    const node = open();
    const [answer, probe] = await ask(
      { verb: "install-file", payload: "secret app/passwd\ncanary" },
      { verb: "probe" },
    );
    expect(answer).toMatchObject({ exitCode: 0 });
    const folder = "var/lib/pacemaker/lrm/secrets";
    expect([
      modeOf(node, folder),
      modeOf(node, `${folder}/app`),
      modeOf(node, `${folder}/app/passwd`),
    ]).toEqual(["700", "700", "600"]);
    expect(node.read(`${folder}/app/passwd`)).toBe("canary");
    expect(node.read(`${folder}/app/passwd.sign`)).toBe(
      `${createHash("md5").update("canary").digest("hex")}\n`,
    );
    const digest = createHash("sha256").update("canary").digest("hex");
    expect([...parseProbe(probe?.stdout ?? "").secrets]).toEqual([["app/passwd", digest]]);
  });

  test.each([
    "secret ../../shadow",
    "secret .hidden",
    "secret -rf",
    "secret a/b/c",
    "secret a/../b",
    "secret a/.b",
    "secret /b",
    "secret a/",
    "secret a/b c",
    "secret ",
    "secret",
    "secret $(id)",
    "secret a b",
    "/etc/passwd",
    "helper",
    "sudoers",
    "",
  ])("named %j are refused", async (name) => {
    const node = open();
    const [answer] = await ask({ verb: "install-file", payload: `${name}\nx` });
    expect(answer).toMatchObject({ exitCode: 64, stderr: "no such file may be installed\n" });
    expect(node.read("etc/dcn-ha/secrets")).toBeUndefined();
  });

  test("after a verb that fails the others are skipped, independent ones are not", async () => {
    const node = open();
    const answers = await ask(
      { verb: "read-cib", independent: true },
      { verb: "install-file", payload: "nothing\n" },
      { verb: "set-formation", payload: "f1 started" },
      { verb: "read-corosync-conf", independent: true },
    );
    expect(answers.map((answer) => [answer.exitCode, answer.skipped])).toEqual([
      [102, false],
      [64, false],
      [125, true],
      [1, false],
    ]);
    expect(node.read("var/lib/dcn-ha/formation")).toBeUndefined();
  });

  test("hostile payloads stay data", async () => {
    const node = open();
    const hostile = "$(touch canary)`touch canary`;touch canary\n'\"\\\u202e -rf";
    await ask({ verb: "install-file", payload: `secret s\n${hostile}` });
    expect(node.read("etc/dcn-ha/secrets/s")).toBe(hostile);
    const [mark] = await ask({ verb: "set-formation", payload: "$(touch canary) started" });
    expect(mark?.exitCode).toBe(64);
    expect(node.read("canary")).toBeUndefined();
  });
});

describe.skipIf(!tools)("the seed of a cluster", () => {
  test("is placed once, stays when it is the same, and never replaces what lived", async () => {
    const node = open();
    const seed = async (cib: string): Promise<number | undefined> =>
      (await ask({ verb: "seed-cib", payload: cib }))[0]?.exitCode;
    expect(await seed(CIB)).toBe(0);
    expect(modeOf(node, "var/lib/pacemaker/cib/cib.xml")).toBe("600");
    expect(await seed(CIB)).toBe(0);
    const other = CIB.replace('epoch="1"', 'epoch="2"');
    expect(await seed(other)).toBe(77);
    await ask({ verb: "set-formation", payload: "f1 prepared" });
    expect(await seed(other)).toBe(0);
    node.write("var/lib/pacemaker/cib/cib.xml.sig", "x");
    expect(await seed(CIB)).toBe(77);
    expect(node.read("var/lib/pacemaker/cib/cib.xml")).toBe(other);
    node.remove("var/lib/pacemaker/cib/cib.xml");
    expect(await seed(CIB)).toBe(77);
  });

  test("that Pacemaker would not take, or into a running Pacemaker, is refused", async () => {
    const node = open();
    const [broken] = await ask({
      verb: "seed-cib",
      payload: CIB.replace("<nodes/>", "<nodes><nonsense/></nodes>"),
    });
    expect(broken?.exitCode).toBe(78);
    node.write("units/pacemaker.service.active", "");
    expect((await ask({ verb: "seed-cib", payload: CIB }))[0]?.exitCode).toBe(77);
    expect(node.read("var/lib/pacemaker/cib/cib.xml")).toBeUndefined();
  });
});

describe.skipIf(!tools)("a patch", () => {
  async function live(): Promise<{ node: SandboxNode; digest: string; xml: string }> {
    const node = open();
    node.write("units/pacemaker.service.active", "");
    node.write("live.xml", CIB);
    const [cib] = await ask({ verb: "read-cib" });
    const [digest = "", ...rest] = (cib?.stdout ?? "").split("\n");
    return { node, digest, xml: rest.join("\n") };
  }
  const wanted = (xml: string): string =>
    xml.replace('value="false"', 'value="true"').replace(' epoch="1"', ' epoch="2"');

  test("changes exactly what was read, also after monitor results came in between", async () => {
    const { node, digest, xml } = await live();
    node.write("live.xml", CIB.replace('num_updates="0"', 'num_updates="9"'));
    const [patched] = await ask({ verb: "patch-cib", payload: `${digest}\n${wanted(xml)}` });
    expect(patched?.stderr).toBe("");
    // One epoch, and one only.
    expect(patched?.stdout).toBe("0.2.0\n");
    expect(node.read("live.xml")).toContain('value="true"');
  });

  test("made for a configuration that is no longer there gives 103 and changes nothing", async () => {
    const { node, digest, xml } = await live();
    const theirs = CIB.replace("no-fencing", "their-id");
    node.write("live.xml", theirs);
    const [patched] = await ask({ verb: "patch-cib", payload: `${digest}\n${wanted(xml)}` });
    expect(patched?.exitCode).toBe(103);
    expect(node.read("live.xml")).toBe(theirs);
  });

  test("never carries an old status", async () => {
    const { node, digest, xml } = await live();
    const state = '<node_state id="1" uname="dcn1" in_ccm="true"/>';
    node.write("live.xml", CIB.replace("<status/>", `<status>\n    ${state}\n  </status>`));
    const [patched] = await ask({ verb: "patch-cib", payload: `${digest}\n${wanted(xml)}` });
    expect(patched?.exitCode).toBe(0);
    expect(node.read("live.xml")).toContain("node_state");
    const stale = wanted(xml)
      .replace("<status/>", '<status><node_state id="7"/></status>')
      .replace(' epoch="2"', ' epoch="9"');
    const [cib] = await ask({ verb: "read-cib" });
    const [refused] = await ask({
      verb: "patch-cib",
      payload: `${(cib?.stdout ?? "").split("\n")[0] ?? ""}\n${stale}`,
    });
    expect(refused).toMatchObject({ exitCode: 65, stderr: "the change would touch the status section\n" });
  });
});

test.skipIf(!tools)("arguments are refused", async () => {
  const node = open();
  const { spawnSync } = await import("node:child_process");
  const helper = join(node.root, "usr/local/lib/dcn-ha/helper");
  const result = spawnSync("sh", [helper, "probe"], { input: encodeRequest([]), encoding: "utf8" });
  expect(result).toMatchObject({ status: 64, stdout: "" });
});
