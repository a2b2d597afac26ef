import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
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
    expect(target).toMatchObject({ agentSocket: "/agent" });
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
