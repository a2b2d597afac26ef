// What the helper does with a site's booth.conf and its key: named by revision, the one before kept, the key for one user alone.
import { createHash } from "node:crypto";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type HelperFrame, parseProbe } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
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

function ask(...frames: HelperFrame[]) {
  if (sandbox === undefined) throw new Error("no sandbox");
  return callHelper(sandbox.transport, "dcn1", frames);
}

const modeOf = (node: SandboxNode, path: string): string =>
  (statSync(join(node.root, path)).mode & 0o777).toString(8);

test("booth.conf lies under its revision, the one before stays, and older ones go", async () => {
  const node = open();
  const conf = (revision: string): string =>
    `# Written by dcn-ha, revision ${revision}; the same file on every site and arbitrator.\nport = 9929\n`;
  const revisions = ["1", "2", "3"].map((digit) => digit.repeat(16));
  const placed = await ask(
    ...revisions.map((revision) => ({
      verb: "install-file" as const,
      payload: `booth-conf\n${conf(revision)}`,
    })),
  );
  expect(placed.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(revisions.map(() => [0, ""]));
  const folder = join(node.root, "etc/booth");
  expect(readdirSync(folder).sort()).toEqual([
    `booth-${"2".repeat(16)}.conf`,
    `booth-${"3".repeat(16)}.conf`,
    "booth.conf",
  ]);
  expect(readlinkSync(join(folder, "booth.conf"))).toBe(`booth-${"3".repeat(16)}.conf`);
  const [key, bad, probe] = await ask(
    { verb: "install-file", payload: "secret booth:key\ncanary-key" },
    { verb: "install-file", payload: "booth-conf\n# revision ../../x\n", independent: true },
    { verb: "probe", independent: true },
  );
  expect([key?.exitCode, bad?.exitCode]).toEqual([0, 64]);
  expect(modeOf(node, "etc/booth/booth.key")).toBe("600");
  expect(node.read("chown.log")).toMatch(/^(hacluster:haclient|root:root) .*etc\/booth\/\.dcn-ha\.[^.]*$/m);
  const { files, secrets } = parseProbe(probe?.stdout ?? "");
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  expect(files.get("booth-conf")).toBe(digest(conf("3".repeat(16))));
  expect([...secrets]).toEqual([["booth:key", digest("canary-key")]]);
}, 60_000);
