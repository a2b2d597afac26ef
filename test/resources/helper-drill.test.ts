// What drills may ask the helper: a node is never fenced from itself, and only the cluster's own daemons get signals.
import { afterEach, expect, test } from "vitest";
import type { HelperFrame } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.js";

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

async function ask(...frames: HelperFrame[]) {
  sandbox = createSandbox(["dcn1"]);
  return callHelper(sandbox.transport, "dcn1", frames);
}

test.each([
  ["signal-daemon", "sshd kill", 64],
  ["signal-daemon", "systemd kill", 64],
  ["signal-daemon", "corosync hup", 64],
  ["signal-daemon", ".* kill", 64],
  ["fence-node", "-x; id", 64],
] as const)("%s %s is refused", async (verb, payload, code) => {
  const [answer] = await ask({ verb, payload });
  expect(answer?.exitCode).toBe(code);
});
