// What drills may ask the helper: a node is never fenced from itself, only the cluster's own daemons get signals, and none of them is
// stopped that would not go on by itself.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { HelperFrame } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
import { createSandbox, type Sandbox, type SandboxNode } from "../sandbox/sandbox.js";

let sandbox: Sandbox | undefined;
let daemon: ChildProcess | undefined;
afterEach(async () => {
  daemon?.kill("SIGKILL");
  daemon = undefined;
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

describe("a daemon of the cluster", () => {
  /** A process that stands for corosync on a node whose systemd writes down what timers it gets. */
  function open(systemdRun = "exit 0"): { readonly node: SandboxNode; readonly state: () => string } {
    sandbox = createSandbox(["dcn1"]);
    const node = sandbox.node("dcn1");
    daemon = spawn("sleep", ["60"], { stdio: "ignore" });
    const pid = daemon.pid ?? 0;
    const stub = (tool: string, script: string): void => {
      node.write(`stubs/${tool}`, `#!/bin/sh\n${script}\n`);
      chmodSync(join(node.root, "stubs", tool), 0o755);
    };
    stub("pgrep", `echo ${pid}`);
    stub("systemctl", `echo "$@" >>${node.root}/timers`);
    stub("systemd-run", `echo "$@" >>${node.root}/timers; ${systemdRun}`);
    return { node, state: () => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "" };
  }

  async function signal(wish: string) {
    const frame = { verb: "signal-daemon", payload: `corosync ${wish}` } as const;
    return sandbox === undefined ? undefined : (await callHelper(sandbox.transport, "dcn1", [frame]))[0];
  }

  const timers = (node: SandboxNode): string[] => (node.read("timers") ?? "").trim().split("\n");

  test("that is stopped goes on by itself ten minutes later, and at once where it is told to", async () => {
    const { node, state } = open();
    expect((await signal("stop-for-a-while"))?.stdout).toContain("stopped");
    expect(state()).toBe("T");
    const [, armed = ""] = timers(node);
    expect(armed).toContain("--unit=dcn-ha-drill-corosync --on-active=10min");
    expect(armed.endsWith(`sh ${daemon?.pid ?? 0}`)).toBe(true);
    expect((await signal("continue"))?.exitCode).toBe(0);
    expect(state()).not.toBe("T");
    expect(timers(node).at(-1)).toBe("stop dcn-ha-drill-corosync.timer");
  });

  test("is not stopped where no timer can be had", async () => {
    const { state } = open("exit 1");
    const answer = await signal("stop-for-a-while");
    expect(answer?.exitCode).toBe(1);
    expect(answer?.stderr).toContain("nothing would let it go on by itself");
    expect(state()).not.toBe("T");
  });

  test("that is gone needs no timer any more", async () => {
    const { node } = open();
    await signal("stop-for-a-while");
    node.write("stubs/pgrep", "#!/bin/sh\nexit 1\n");
    expect((await signal("continue"))?.exitCode).toBe(0);
    expect(timers(node).at(-1)).toBe("stop dcn-ha-drill-corosync.timer");
    expect((await signal("kill"))?.exitCode).toBe(1);
  });
});
