// vagrant/group.sh between a Vagrant and machines that only answer: what it writes is a group that `dcn-ha validate` takes.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of vagrant/ beside stand-ins of vagrant(1) and ssh(1), and what group.sh made of them. */
function run(nodes: number, environment: Readonly<Record<string, string>> = {}, local?: string) {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-vagrant-"));
  folders.push(folder);
  cpSync(join(root, "vagrant"), join(folder, "vagrant"), {
    recursive: true,
    filter: (path) => !/\.group|\.vagrant\b/.test(path),
  });
  if (local !== undefined) writeFileSync(join(folder, "vagrant/settings.local.yaml"), local);
  const hosts = Array.from({ length: nodes }, (_, index) =>
    [`Host dcn${index + 1}`, "  HostName 127.0.0.1", "  User vagrant", `  Port ${2200 + index}`].join("\n"),
  );
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "ssh-config"), hosts.join("\n\n"));
  const programs = {
    vagrant: `[ "$1" = ssh-config ] && cat "${folder}/ssh-config"`,
    ssh: `shift 2; echo "$*" >>"${folder}/asked"; case $* in *ssh_host_ed25519_key.pub) echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRlc3Q root@$1" ;; *) cat >>"${folder}/sent" ;; esac`,
  };
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { ...process.env, ...environment, PATH: `${folder}/bin:${process.env.PATH ?? ""}` };
  const again = () => spawnSync(join(folder, "vagrant/group.sh"), { encoding: "utf8", env });
  const file = (name: string): string => join(folder, "vagrant/.group", name);
  return { said: again(), again, file, read: (path: string) => readFileSync(join(folder, path), "utf8") };
}

function validate(path: string): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "bin/dcn-ha.js"), "validate", path],
    {
      encoding: "utf8",
    },
  );
  expect(status, stdout + stderr).toBe(0);
}

it.each([
  [3, {}, "edge-three-node"],
  [4, { DCN_HA_FENCING: "sbd" }, "diskless-sbd"],
])(
  "a group of %i nodes, %o",
  (nodes, environment, policy) => {
    const { said, again, file, read } = run(nodes, environment);
    expect(said.status, said.stderr).toBe(0);
    validate(file("group.yaml"));
    const text = readFileSync(file("group.yaml"), "utf8");
    expect(text).toContain(`policy: ${policy}\n`);
    expect(text).toContain(`port: ${2200 + nodes - 1}`);
    expect(text.includes("fence:")).toBe(policy !== "diskless-sbd");
    expect(readFileSync(file("known_hosts"), "utf8").trim().split("\n")).toHaveLength(nodes);
    expect(statSync(file("ssh/id_ed25519")).mode & 0o777).toBe(0o600);
    // The private key of the login stays here; only that of the fencing goes to the nodes, where it is to be had.
    const sent = read("sent");
    expect(sent).not.toContain(readFileSync(file("ssh/id_ed25519"), "utf8"));
    expect(sent.includes("BEGIN OPENSSH PRIVATE KEY")).toBe(policy !== "diskless-sbd");
    const key = readFileSync(file("ssh/id_ed25519"), "utf8");
    expect(again().status).toBe(0);
    expect(readFileSync(file("ssh/id_ed25519"), "utf8")).toBe(key);
  },
  120_000,
);

it("says what to do where no machine is up", () => {
  const { said } = run(0);
  expect([said.status, said.stderr]).toEqual([69, expect.stringContaining("vagrant up")]);
});

it("takes the networks of settings.local.yaml, as the Vagrantfile does", () => {
  const { said, file } = run(3, {}, "networks:\n  process: 10.99.7\n");
  expect(said.status, said.stderr).toBe(0);
  const text = readFileSync(file("group.yaml"), "utf8");
  expect(text).toMatch(/10\.99\.7\.11/);
  expect(text).toMatch(/10\.78\.1\.11/);
  expect(text).not.toContain("10.78.2.");
}, 120_000);
