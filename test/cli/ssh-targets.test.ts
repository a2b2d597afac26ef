import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withImportHost } from "../../src/cli/import-host.js";
import { type SshHome, sshTargets } from "../../src/cli/ssh-targets.js";
import type { ResolvedGroup, ResolvedSsh } from "../../src/profile/index.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-ha-targets-"));
afterAll(() => rmSync(folder, { recursive: true }));
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJnkYmX0BzkS5pCQ1xCHpDhHc2nSWOdnV8mpOzP8Iqxp";
mkdirSync(join(folder, ".ssh"));
writeFileSync(join(folder, ".ssh/known_hosts"), `10.0.0.1 ${hostKey}\n`);
writeFileSync(join(folder, ".ssh/id_ed25519"), "key");
writeFileSync(join(folder, "key"), "key");
writeFileSync(join(folder, "hosts"), `[10.0.0.1]:2222 ${hostKey}\n`);

const home: SshHome = { folder, agentSocket: undefined };

function groupOf(ssh: Partial<ResolvedSsh>): Pick<ResolvedGroup, "nodes"> {
  const merged = { address: "10.0.0.1", port: 22, user: "dcn-ha", ...ssh };
  const identity = { hostname: "dcn1", macs: [], kernelArgument: "dcn1" };
  return { nodes: [{ name: "dcn1", id: 1, addresses: {}, attributes: {}, identity, ssh: merged }] };
}

describe("ssh targets", () => {
  it("take the user's own known hosts and key where the group names none", async () => {
    expect(await sshTargets(groupOf({}), "user", home)).toEqual([
      {
        node: "dcn1",
        address: "10.0.0.1",
        port: 22,
        user: "dcn-ha",
        hostKeys: [hostKey],
        identityFile: join(folder, ".ssh/id_ed25519"),
      },
    ]);
  });

  it("prefer what the group names; `~/` is the user's home", async () => {
    const group = groupOf({ port: 2222, knownHostsFile: join(folder, "hosts"), identityFile: "~/key" });
    expect(await sshTargets(group, "user", { ...home, agentSocket: "/agent" })).toMatchObject([
      { hostKeys: [hostKey], identityFile: join(folder, "key") },
    ]);
  });

  it("take a pinned key without looking into any file", async () => {
    const group = groupOf({ hostKey: "ssh-ed25519 AAAA", knownHostsFile: "/nowhere" });
    expect(await sshTargets(group, "user", home)).toMatchObject([{ hostKeys: ["ssh-ed25519 AAAA"] }]);
  });

  it("ask the agent before the default key", async () => {
    const [target] = await sshTargets(groupOf({}), "user", { ...home, agentSocket: "/agent" });
    expect(target).toMatchObject({
      agentSocket: "/agent",
      fallbackIdentityFile: join(folder, ".ssh/id_ed25519"),
    });
    expect(target).not.toHaveProperty("identityFile");
  });

  it("have no host key rather than a guessed one", async () => {
    expect(await sshTargets(groupOf({ address: "10.0.0.2" }), "user", home)).toMatchObject([
      { hostKeys: [] },
    ]);
  });

  it("of the other login exist only where the group names it", async () => {
    expect(await sshTargets(groupOf({}), "admin", home)).toEqual([]);
    expect(await sshTargets(groupOf({ adminUser: "root" }), "admin", home)).toMatchObject([{ user: "root" }]);
  });

  it.each([
    ["KNOWN_HOSTS_UNREADABLE", { knownHostsFile: "/nowhere" }, home],
    ["IDENTITY_UNREADABLE", { identityFile: "/nowhere" }, home],
    ["NO_IDENTITY", { hostKey: "ssh-ed25519 AAAA" }, { folder: "/nowhere", agentSocket: undefined }],
  ])("end with %s", async (code, ssh, someHome) => {
    await expect(sshTargets(groupOf(ssh), "user", someHome)).rejects.toMatchObject({
      kind: "invalid",
      code,
      node: "dcn1",
    });
  });
});

describe("import --host", () => {
  const call = (options: Readonly<Record<string, string>>) => ({
    signal: AbortSignal.timeout(10_000),
    options: {
      text: (name: string) => options[name],
      flag: () => false,
      list: () => [],
      number: () => undefined,
    },
  });
  const login = { "host-key": hostKey, identity: join(folder, "key") };
  const seen = (host: string): Promise<unknown> =>
    withImportHost(call({ ...login, host }), (found) => Promise.resolve([found?.user, found?.name]));

  it.each([
    ["root@10.0.0.1", "root", "10.0.0.1"],
    ["dcn-ha@dcn1.site.example:2222", "dcn-ha", "dcn1.site.example"],
    ["root@[fd00::1]:22", "root", "fd00::1"],
    ["root@fd00::1", "root", "fd00::1"],
  ])("takes %s", async (word, user, name) => {
    expect(await seen(word)).toEqual([user, name]);
  });

  it.each(["10.0.0.1", "root@", "root@a:0", "root@a:70000", "root@a b", "-oProxyCommand=x@a"])(
    "refuses %j",
    async (word) => {
      await expect(seen(word)).rejects.toMatchObject({ kind: "usage" });
    },
  );

  it("logs in nowhere without a pinned key", async () => {
    const reach = withImportHost(call({ identity: join(folder, "key"), host: "root@192.0.2.1" }), (found) =>
      (found?.transport ?? never()).exec("192.0.2.1", { argv: ["true"], timeoutMs: 1_000 }),
    );
    await expect(reach).rejects.toMatchObject({
      code: expect.stringMatching(/IDENTITY|HOST_KEY_UNKNOWN/) as string,
    });
  });
});

function never(): never {
  throw new Error("no host");
}
