// The SSH transport against a real sshd of this machine: what works, and what goes wrong in the field.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSshTransport } from "../../src/transport/index.js";
import { ask, LOGIN_TRIED, once, withTransport } from "./ssh-steps.js";
import { keygen, type Sshd, sshdPath, startSshd } from "./sshd.js";

describe.skipIf(sshdPath === undefined)("a node that is what it says", () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  test("logs in, with one connection for many commands", async () => {
    await withTransport(sshd.target, async (transport) => {
      await Promise.all(Array.from({ length: 20 }, () => transport.exec("dcn1", ask("true"))));
      await transport.exec("dcn1", ask("true"));
    });
    const log = await sshd.log();
    expect(log).toContain(LOGIN_TRIED);
    expect(log.match(/Accepted publickey/g)).toHaveLength(1);
  });

  test("connects before there is anything to run, and that connection is the one that is used", async () => {
    const before = (await sshd.log()).match(/Accepted publickey/g)?.length ?? 0;
    const transport = createSshTransport([sshd.target, { ...sshd.target, node: "dcn2", port: 1 }]);
    try {
      await transport.connectAhead(["dcn1", "dcn2"]);
      const logins = async () => (await sshd.log()).match(/Accepted publickey/g)?.length;
      await expect.poll(logins, { timeout: 10_000 }).toBe(before + 1);
      await transport.exec("dcn1", ask("true"));
      await expect(transport.exec("dcn2", ask("true"))).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
    } finally {
      await transport.close();
    }
    expect((await sshd.log()).match(/Accepted publickey/g)).toHaveLength(before + 1);
  });

  test("asks for late input when the command runs, and stops it where there is none to give", async () => {
    const transport = createSshTransport([sshd.target], { maxSessions: 1 });
    try {
      const cat = { argv: ["cat"], timeoutMs: 10_000 };
      expect(await transport.execLate?.("dcn1", cat, () => "late")).toMatchObject({
        exitCode: 0,
        stdout: "late",
      });
      const mark = join(sshd.folder, "late-mark");
      const command = ask(`read line && echo "$line" >${mark}`);
      const refused = transport.execLate?.("dcn1", command, () => {
        throw new Error("refused by a check");
      });
      await expect(refused).rejects.toThrow("refused by a check");
      // Its session is free again, and nothing was read.
      expect(await transport.exec("dcn1", ask(`test ! -e ${mark}`))).toMatchObject({ exitCode: 0 });
    } finally {
      await transport.close();
    }
  });

  test("tries the usual key where the agent has none, and passes over one that needs a passphrase", async () => {
    const { identityFile = "", ...anonymous } = sshd.target;
    const socket = join(sshd.folder, "empty-agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      await expect.poll(() => existsSync(socket), { timeout: 5_000 }).toBe(true);
      const target = { ...anonymous, agentSocket: socket };
      expect(await once({ ...target, fallbackIdentityFile: identityFile })).toMatchObject({ exitCode: 0 });
      const locked = join(sshd.folder, "usual-locked");
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", locked]);
      await expect(once({ ...target, fallbackIdentityFile: locked })).rejects.toMatchObject({
        code: "LOGIN_REFUSED",
      });
    } finally {
      agent.kill();
    }
  });

  test("uses a key given as text, and an agent that it never forwards", async () => {
    const { identityFile = "", ...anonymous } = sshd.target;
    const socket = join(sshd.folder, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      await expect.poll(() => addKey(socket, identityFile), { timeout: 5_000 }).toBe(true);
      expect(await once({ ...anonymous, privateKey: readFileSync(identityFile, "utf8") })).toMatchObject({
        exitCode: 0,
      });
      const before = (await sshd.log()).length;
      const target = { ...anonymous, agentSocket: socket };
      const result = await withTransport(target, (transport) =>
        transport.exec("dcn1", ask('echo "[$SSH_AUTH_SOCK]"')),
      );
      expect(result.stdout).toBe("[]\n");
      expect((await sshd.log()).slice(before)).not.toContain("auth-agent");
      // The same look at somebody who does forward, or the two lines above would prove nothing.
      const ssh = [
        "-A",
        "-p",
        String(sshd.port),
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-F",
        "none",
      ];
      execFileSync("ssh", [...ssh, `${target.user}@127.0.0.1`, "true"], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: "ignore",
      });
      expect((await sshd.log()).slice(before)).toContain("auth-agent");
    } finally {
      agent.kill();
    }
  });

  test("a login that it refuses", async () => {
    keygen(join(sshd.folder, "stranger"), "ed25519");
    const stranger = { ...sshd.target, identityFile: join(sshd.folder, "stranger") };
    for (const target of [stranger, { ...sshd.target, user: "nobody-of-that-name" }]) {
      const refusal = await once(target).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        kind: "refused",
        code: "LOGIN_REFUSED",
        node: "dcn1",
        retryable: false,
      });
      expect(String(refusal)).toContain(target.user);
      expect(String(refusal)).toContain(`127.0.0.1:${sshd.port}`);
    }
  });

  test("a key that cannot be used is named before anything is sent", async () => {
    const before = (await sshd.log()).length;
    const { identityFile = "", ...anonymous } = sshd.target;
    const locked = join(sshd.folder, "locked");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "passphrase", "-f", locked]);
    for (const login of [
      {},
      { identityFile: "/nowhere" },
      { identityFile: locked },
      { identityFile: `${identityFile}.pub` },
    ]) {
      await expect(once({ ...anonymous, ...login })).rejects.toMatchObject({
        kind: "usage",
        code: "IDENTITY_UNUSABLE",
      });
    }
    expect((await sshd.log()).slice(before)).not.toContain("Connection from");
  });

  test("a connection that dies in the middle of a command gives an unknown outcome, and the next command a new connection", async () => {
    await withTransport(sshd.target, async (transport) => {
      const others = transport.exec("dcn1", ask("echo begun; sleep 20"));
      await expect.poll(async () => (await transport.exec("dcn1", ask("true"))).exitCode).toBe(0);
      const stdout = new Promise<void>((resolve, reject) => {
        const lines = transport.execStream("dcn1", ask("echo line; sleep 20"), () => resolve());
        lines.then((result) => expect(result).toMatchObject({ lost: true }), reject).catch(reject);
      });
      await stdout;
      sshd.killSessions();
      expect(await others).toMatchObject({
        lost: true,
        exitCode: null,
        signal: null,
        timedOut: false,
        stdout: "begun\n",
      });
      expect(await transport.exec("dcn1", ask("echo back"))).toMatchObject({ lost: false, stdout: "back\n" });
      // Idle, this time: nothing was sent, so nothing is lost.
      sshd.killSessions();
      expect(await transport.exec("dcn1", ask("echo again"))).toMatchObject({
        lost: false,
        stdout: "again\n",
      });
    });
  });

  test("a node that freezes in the middle of a command is found out by keepalives", async () => {
    const options = { keepaliveIntervalMs: 150, keepaliveCountMax: 2, readyTimeoutMs: 2_000 };
    await withTransport(
      sshd.target,
      async (transport) => {
        await transport.exec("dcn1", ask("true"));
        const running = transport.exec("dcn1", ask("sleep 15", 14_000));
        await new Promise((resolve) => setTimeout(resolve, 200));
        sshd.signalSessions("SIGSTOP");
        expect(await running).toMatchObject({ lost: true, timedOut: false });
        sshd.signalSessions("SIGCONT");
      },
      options,
    );
  });

  test("a cancelled wait for the login leaves the others alone", async () => {
    await withTransport(sshd.target, async (transport) => {
      const cancel = new AbortController();
      const cancelled = transport.exec("dcn1", { ...ask("true"), signal: cancel.signal });
      const kept = transport.exec("dcn1", ask("echo kept"));
      cancel.abort(new Error("Ctrl-C"));
      await expect(cancelled).rejects.toThrow("Ctrl-C");
      expect(await kept).toMatchObject({ stdout: "kept\n" });
    });
  });

  test("close leaves no socket and no timer, and ends what runs", async () => {
    const count = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    const before = count();
    const transport = createSshTransport([sshd.target]);
    await transport.exec("dcn1", ask("true"));
    expect(count()).toBe(before + 1);
    const running = transport.exec("dcn1", ask("sleep 10"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await transport.close();
    expect(await running).toMatchObject({ lost: true });
    expect(count()).toBe(before);
  });

  test("a node that nobody named, and a command line that no shell takes", async () => {
    await withTransport(sshd.target, async (transport) => {
      await expect(transport.exec("dcn9", ask("true"))).rejects.toMatchObject({
        kind: "usage",
        code: "NODE_UNKNOWN",
      });
      const long = { argv: ["echo", "x".repeat(140_000)], timeoutMs: 1_000 };
      await expect(transport.exec("dcn1", long)).rejects.toMatchObject({
        kind: "usage",
        code: "COMMAND_TOO_LONG",
      });
      const fits = { argv: ["sh", "-c", `echo "$\{#1}"`, "sh", "x".repeat(130_900)], timeoutMs: 5_000 };
      expect(await transport.exec("dcn1", fits)).toMatchObject({ stdout: "130900\n" });
    });
  });
});

function addKey(socket: string, path: string): boolean {
  try {
    execFileSync("ssh-add", ["-q", path], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}
