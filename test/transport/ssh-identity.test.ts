// Nodes that are not what they should be, and nodes with limits of their own: real sshds with other keys, algorithms and settings.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, LOGIN_TRIED, once, withSshd, withTransport } from "./ssh-steps.js";
import { sshdPath } from "./sshd.js";

describe.skipIf(sshdPath === undefined)("a node that is not what it should be", () => {
  test("shows another host key than the pinned one: refused, and it saw no login", async () => {
    await withSshd({}, async (impostor) => {
      const other = await withSshd({}, (real) => Promise.resolve(real.target.hostKeys));
      const refusal = await once({ ...impostor.target, hostKeys: other }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        kind: "refused",
        code: "HOST_KEY_CHANGED",
        node: "dcn1",
        retryable: false,
      });
      expect(String(refusal)).toContain("SHA256:");
      const log = await impostor.log();
      expect(log).toContain("SSH2_MSG_KEXINIT received");
      expect(log).not.toContain(LOGIN_TRIED);
    });
  });

  test("has no key of the pinned type: refused, and it saw no login", async () => {
    await withSshd({ hostKeyType: "ecdsa" }, async (impostor) => {
      const other = await withSshd({}, (real) => Promise.resolve(real.target.hostKeys));
      await expect(once({ ...impostor.target, hostKeys: other })).rejects.toMatchObject({
        kind: "refused",
        code: "HOST_KEY_CHANGED",
      });
      expect(await impostor.log()).not.toContain(LOGIN_TRIED);
    });
  });

  test("has no pinned key, or a broken one: not even a connection", async () => {
    await withSshd({}, async (sshd) => {
      const refusal = await once({ ...sshd.target, hostKeys: [] }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ kind: "refused", code: "HOST_KEY_UNKNOWN" });
      expect((refusal as { hint: string }).hint).toContain(
        `ssh-keyscan -t ed25519 -p ${sshd.port} 127.0.0.1`,
      );
      const [key = ""] = sshd.target.hostKeys;
      const wrongType = key.replace("ssh-ed25519", "ssh-rsa");
      for (const broken of ["", "SHA256:abc", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA", wrongType]) {
        await expect(once({ ...sshd.target, hostKeys: [key, broken] })).rejects.toMatchObject({
          code: "HOST_KEY_INVALID",
        });
      }
      // The one connection that asked whether sshd was ready may be logged late.
      const connections = (await sshd.log()).match(/Connection from/g) ?? [];
      expect(connections.length).toBeLessThanOrEqual(1);
    });
  });

  test.each([
    ["ed25519", "ssh-ed25519"],
    ["ecdsa", "ecdsa-sha2-nistp256"],
    ["rsa", "rsa-sha2-512"],
  ] as const)("is known by its %s key among others", async (hostKeyType, algorithm) => {
    await withSshd({ hostKeyType }, async (real) => {
      const more = {
        hostKeyType: hostKeyType === "rsa" ? "ecdsa" : "rsa",
        config: [`HostKey ${join(real.folder, "host")}`],
      } as const;
      await withSshd(more, async (both) => {
        expect(await once({ ...both.target, hostKeys: real.target.hostKeys })).toMatchObject({ exitCode: 0 });
        expect(await both.log()).toContain(`host key algorithm: ${algorithm}`);
      });
    });
  });

  test.each([
    ["SHA-1 signatures of its host key", "HostKeyAlgorithms ssh-rsa", "HOST_KEY_CHANGED"],
    ["SHA-1 key exchange", "KexAlgorithms diffie-hellman-group14-sha1", "SSH_ALGORITHMS_WEAK"],
    ["CBC ciphers", "Ciphers aes128-cbc,3des-cbc", "SSH_ALGORITHMS_WEAK"],
    ["SHA-1 MACs", "Ciphers aes128-ctr\nMACs hmac-sha1,hmac-sha1-etm@openssh.com", "SSH_ALGORITHMS_WEAK"],
  ])("offers only %s: refused, and it saw no login", async (_what, line, code) => {
    await withSshd({ hostKeyType: "rsa", config: [line] }, async (sshd) => {
      await expect(once(sshd.target)).rejects.toMatchObject({ kind: "refused", code });
      expect(await sshd.log()).not.toContain(LOGIN_TRIED);
    });
  });
});

describe.skipIf(sshdPath === undefined)("a node with limits of its own", () => {
  test.each([1, 2, 5])("allows %i sessions: the others wait their turn", async (sessions) => {
    await withSshd({ config: [`MaxSessions ${sessions}`] }, async (sshd) => {
      const results = await withTransport(sshd.target, (transport) =>
        Promise.all(
          Array.from({ length: 12 }, (_, n) => transport.exec("dcn1", ask(`sleep 0.1; echo ${n}`))),
        ),
      );
      expect(results.map((result) => result.stdout.trim())).toEqual(
        Array.from({ length: 12 }, (_, n) => String(n)),
      );
    });
  });

  test("allows no session at all: a clear message", async () => {
    await withSshd({ config: ["MaxSessions 0"] }, async (sshd) => {
      await expect(once(sshd.target)).rejects.toMatchObject({
        kind: "busy",
        code: "SESSION_REFUSED",
        retryable: true,
      });
    });
  });

  // Which cipher is taken depends on the processor and on what was compiled, and each finds a long packet in code of its own.
  test.each(["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr"])(
    "says more before the login than SSH allows at once, in %s: the message says what to shorten",
    async (cipher) => {
      await withSshd({}, async (first) => {
        const banner = join(first.folder, "banner");
        await writeFile(banner, `${"x".repeat(99)}\n`.repeat(900));
        await withSshd({ config: [`Banner ${banner}`, `Ciphers ${cipher}`] }, async (sshd) => {
          await expect(once(sshd.target)).rejects.toMatchObject({
            code: "LOGIN_REFUSED",
            message: expect.stringContaining(
              "more at once before the login than the 35,000 bytes",
            ) as unknown,
          });
        });
      });
    },
  );

  test("greets with a long banner and escape sequences, and refuses: the message is fit for a terminal", async () => {
    await withSshd({}, async (first) => {
      const banner = join(first.folder, "banner");
      await writeFile(banner, `\u001b[31mSystem is booting up.\u001b[2J\u0007\n${"x".repeat(30_000)}\n`);
      await withSshd({ config: [`Banner ${banner}`] }, async (sshd) => {
        expect(await once(sshd.target)).toMatchObject({ stdout: "done\n" });
        const refusal = await once({ ...sshd.target, user: "stranger" }).catch((error: unknown) => error);
        expect(refusal).toMatchObject({ code: "LOGIN_REFUSED", retryable: true });
        expect(String(refusal)).toContain("System is booting up.");
        expect(String(refusal)).not.toMatch(/\p{Cc}/u);
        expect(String(refusal).length).toBeLessThan(600);
      });
    });
  });

  test("prints garbage in /etc/profile and has another login shell: it does not matter", async () => {
    await withSshd({ shell: "/bin/bash" }, async (sshd) => {
      expect(await once(sshd.target)).toMatchObject({ stdout: "done\n", stderr: "" });
    });
  });

  test("lets root in, whose commands sshd does not signal: the time limit holds all the same", async () => {
    await withSshd({ asRoot: true }, async (sshd) => {
      const result = await withTransport(sshd.target, (transport) =>
        transport.exec("dcn1", ask("sleep 3", 300)),
      );
      expect(result).toMatchObject({ timedOut: true, lost: false });
      expect(result.durationMs).toBeLessThan(2_500);
    });
  });
});
