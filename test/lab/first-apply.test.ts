import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, Lab, noLab, type Run, runProgram, spare, starts, until } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];

/** Everything that an apply may write, with digests, modes, owners and times; what the cluster itself writes only with `pacemaker`. */
function listingOf(...more: readonly string[]): string {
  const folders = ["/etc/corosync", "/etc/pacemaker", "/etc/dcn-ha", "/etc/systemd/system", "/etc/sudoers.d"];
  const all = [...folders, "/var/lib/dcn-ha", "/var/usrlocal", ...more].join(" ");
  return (
    `for folder in ${all}; do [ ! -e $folder ] || find $folder -printf '%p %y %m %u:%g %T@ %l\\n'` +
    " -type f -exec sha256sum {} +; done | sort; find /run -maxdepth 2 -name '*dcn-ha*' ! -name dcn-ha -o -name 'helper.*'"
  );
}
const everything = listingOf("/var/lib/pacemaker", "/var/lib/corosync");

describe.skipIf(noLab !== undefined)("apply, from bare nodes on", () => {
  let lab: Lab;
  /** All that was ever printed, to look for secrets in. */
  let printed = "";

  beforeAll(async () => {
    lab = await Lab.up("apply-first", "--bare", "--nodes", "3", "--os", "debian12,debian13");
  });
  afterAll(() => lab.down());

  const eachOf = (names: readonly string[], script: string): Promise<string[]> =>
    Promise.all(names.map((node) => lab.shell(node, script)));
  const each = (script: string): Promise<string[]> => eachOf(nodes, script);

  /** Writes a variant of the lab's profile beside it. */
  function variant(name: string, edit: (text: string) => string): string {
    const before = readFileSync(lab.profile, "utf8");
    const text = edit(before);
    expect(text, name).not.toBe(before);
    const file = join(lab.folder, `${name}.yaml`);
    writeFileSync(file, text);
    return file;
  }

  async function apply(profile = lab.profile, ...words: readonly string[]): Promise<Run> {
    const run = await dcnHa("apply", profile, "--json", "--verbose", ...words);
    printed += run.stdout + run.stderr;
    return run;
  }

  async function done(profile?: string, ...words: readonly string[]): Promise<Answer> {
    const run = await apply(profile, ...words);
    expect(run.exitCode, run.stderr + run.stdout).toBe(0);
    return JSON.parse(run.stdout) as Answer;
  }

  /** Applies, and expects this exit code, this code, these words, and nothing changed on the `watched` nodes. */
  async function refused(profile: string, wanted: Refusal): Promise<void> {
    const { exitCode, code, says, watched = nodes, listing = everything } = wanted;
    const before = await eachOf(watched, listing);
    expect(before.every((text) => text.includes("/etc/corosync d"))).toBe(true);
    const run = await dcnHa("apply", profile);
    printed += run.stdout + run.stderr;
    expect([run.exitCode, run.stdout], run.stderr).toEqual([exitCode, ""]);
    expect(run.stderr).toContain(code);
    for (const words of says) expect(run.stderr).toMatch(words);
    expect(await eachOf(watched, listing)).toEqual(before);
  }

  /** Without the set of the group's lock, which comes into being when the lock is taken for the first time. */
  const cib = async (scope = "configuration"): Promise<string> =>
    (await lab.exec("dcn1", "cibadmin", "--query", "--local", "--scope", scope)).replace(
      /\s*<cluster_property_set id="dcn-ha-lock">[\s\S]*?<\/cluster_property_set>/,
      "",
    );
  const epochs = async (): Promise<number[]> =>
    (await each("cibadmin --query --local | head -n 1")).map((line) =>
      Number(/ epoch="(\d+)"/.exec(line)?.[1]),
    );
  /** By who wrote it, not by unit: of a process that is gone before the journal asks for its unit, the journal knows none. */
  const sshLogs = (): Promise<string[]> =>
    each("journalctl --no-pager --output cat -t sshd -t sshd-session -t sshd-auth");

  it("refuses hosts that show another key, before any login", async () => {
    const keys = readFileSync(join(lab.folder, "known_hosts"), "utf8").trim().split("\n");
    const [first = "", second = "", third = ""] = keys.map((line) => line.split(" ")[2] ?? "");
    const swapped = [second, first, third].map((key, at) => keys[at]?.replace(/\S+$/, key) ?? "");
    writeFileSync(join(lab.folder, "known_hosts.swapped"), `${swapped.join("\n")}\n`);
    const profile = variant("swapped", (text) => text.replace("known_hosts", "known_hosts.swapped"));
    const before = await sshLogs();
    const says = [/node dcn1: .*shows another host key/, /node dcn2: .*shows another/, /ssh-keygen -lf/];
    await refused(profile, { exitCode: 77, code: "HOST_KEY_CHANGED", says });
    const news = async () => (await sshLogs()).map((log, at) => log.slice(before[at]?.length));
    const said = await until(news, (logs) => logs.every((log) => /preauth|Accepted/.test(log)));
    // The third is the node that it was, so that its log shows what a login looks like.
    expect(said[2]).toMatch(/Accepted publickey for dcn-ha/);
    for (const log of said.slice(0, 2)) {
      expect(log).toMatch(/preauth/);
      expect(log).not.toMatch(/Accepted|Failed|Invalid user|authenticating|session opened/i);
    }
  });

  it("refuses hosts without a key, and logins that the nodes refuse", async () => {
    writeFileSync(join(lab.folder, "known_hosts.none"), "");
    const before = await sshLogs();
    await refused(
      variant("no-host-key", (text) => text.replace("known_hosts", "known_hosts.none")),
      {
        exitCode: 77,
        code: "HOST_KEY_UNKNOWN",
        says: nodes.map((node) => new RegExp(`node ${node}: no host key is pinned`)),
      },
    );
    expect(await sshLogs()).toEqual(before);
    const key = join(lab.folder, "ssh", "wrong");
    await runProgram(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    const login = (user: string): RegExp[] =>
      nodes.map((node) => new RegExp(`node ${node} ?.*refuses the login of ${user}\\n.*authorized_keys`));
    await refused(
      variant("identity", (text) => text.replace("ssh/id_ed25519", "ssh/wrong")),
      { exitCode: 77, code: "LOGIN_REFUSED", says: login("dcn-ha") },
    );
    await refused(
      variant("user", (text) => text.replace("user: dcn-ha", "user: nobody")),
      { exitCode: 77, code: "LOGIN_REFUSED", says: login("nobody") },
    );
  });

  it("refuses logins without the right to install, and says which one is wanted", async () => {
    const says = nodes.map((node) => new RegExp(`node ${node}: .*may not run .* root\\n.*adminUser`));
    await refused(
      variant("no-admin", (text) => text.replace(/ +adminUser: root\n/, "")),
      { exitCode: 77, code: "SUDO_REFUSED", says },
    );
    await refused(
      variant("weak-admin", (text) => text.replace("adminUser: root", "adminUser: dcn-ha")),
      { exitCode: 77, code: "SUDO_REFUSED", says },
    );
  });

  it("refuses a group of which one node has no corosync, or another name", async () => {
    await lab.exec("dcn2", "sh", "-c", "touch /run/nothing && mount --bind /run/nothing /usr/sbin/corosync");
    try {
      const says = [/node dcn2: corosync is not installed\n.*package corosync/];
      await refused(lab.profile, { exitCode: 77, code: "COROSYNC_MISSING", says });
    } finally {
      await lab.exec("dcn2", "umount", "/usr/sbin/corosync");
    }
    await lab.exec("dcn1", "hostname", "elsewhere");
    try {
      const says = [/node dcn1: its hostname is elsewhere.*\n.*set-hostname dcn1/];
      await refused(lab.profile, { exitCode: 77, code: "HOSTNAME_DIFFERS", says });
    } finally {
      await lab.exec("dcn1", "hostname", "dcn1");
    }
  });

  it("refuses secrets that are missing or open to others, and wrong profiles", async () => {
    const secret = join(lab.folder, "secrets", "bmc", "dcn2");
    renameSync(secret, `${secret}.kept`);
    await refused(lab.profile, {
      exitCode: 65,
      code: "SECRET_MISSING",
      says: [/bmc\/dcn2 cannot be read.*\n.*make the file/],
    });
    renameSync(`${secret}.kept`, secret);
    chmodSync(secret, 0o640);
    await refused(lab.profile, { exitCode: 77, code: "SECRET_EXPOSED", says: [/chmod 600 .*bmc\/dcn2/] });
    chmodSync(secret, 0o600);
    await refused(
      variant("wrong", (text) =>
        text.replace("profile: heartbeat", "profile: hartbeat").replace("nodes:", "nodez:"),
      ),
      { exitCode: 65, code: "INVALID_INPUT", says: [/wrong\.yaml:\d+:\d+: error/, /did you mean nodes/] },
    );
  });

  it("refuses a group of which one node is off", async () => {
    await lab.lab("power", "off", "dcn3");
    await refused(lab.profile, {
      exitCode: 69,
      code: "NODE_UNREACHABLE",
      says: [/node dcn3: .*cannot be reached.*\n.*powered/],
      watched: ["dcn1", "dcn2"],
    });
    await lab.lab("power", "on", "dcn3");
    for (let tries = 0; (await lab.shell("dcn3", "systemctl is-active ssh")) !== "active"; tries += 1) {
      expect(tries).toBeLessThan(200);
      await delay(300);
    }
  });

  it("forms the cluster, with keys that stay secret, and has nothing to do afterwards", async () => {
    const bare = await each(everything);
    expect((await done()).outcome).toBe("formed");
    await lab.settled(nodes);
    expect((await each(everything)).filter((text, at) => text === bare[at])).toEqual([]);
    const keys = await each("stat -c '%a %U' /etc/corosync/authkey; sha256sum </etc/corosync/authkey");
    expect(keys[0]).toMatch(/^400 root\n[0-9a-f]{64}/);
    expect(new Set(keys).size).toBe(1);

    const [files, versions, runs] = [await each(listingOf()), await epochs(), (await lab.truth()).runs];
    const again = await done();
    expect([again.outcome, again.changes]).toEqual(["unchanged", []]);
    expect(await each(listingOf())).toEqual(files);
    expect(await epochs()).toEqual(versions);
    expect(new Set(versions).size).toBe(1);
    expect(starts((await lab.truth()).runs)).toEqual(starts(runs));
  });

  it("changes what the profile changes in one epoch, and leaves all else alone", async () => {
    const two = variant("two", (text) =>
      text.replace(
        "constraints:",
        `  - name: second\n    profile: floating-address\n    with: { address: ${spare(text)} }\nconstraints:`,
      ),
    );
    const [original, before] = [await cib(), await workload()];
    const [epoch = 0] = await epochs();
    // Without the wait the change is all that is written: no lock is held while nobody watches (docs/lock.md).
    const added = await done(two, "--no-wait");
    expect(added.changes.map(({ action, id }) => `${action} ${id}`)).toContain("created second");
    expect(await epochs()).toEqual(nodes.map(() => epoch + 1));
    expect(added.version?.epoch).toBe(epoch + 1);

    await lab.exec("dcn2", "pcs", "resource", "create", "foreign", "ocf:pacemaker:Dummy");
    const [between = 0] = await epochs();
    const removed = await done();
    expect(removed.changes.map(({ action, id }) => `${action} ${id}`)).toContain("removed second");
    // With it the lock is taken, the change sent under it, its steps noted, and the lock given back: the change is one of these writes.
    expect(removed.version?.epoch).toBeGreaterThan(between);
    expect(new Set(await epochs()).size).toBe(1);
    expect(await cib("resources")).toContain('id="foreign"');
    expect((await lab.status())?.workloads.find(({ id }) => id === "foreign")?.role).toBe("Started");
    expect((await done()).outcome).toBe("unchanged");
    await lab.exec("dcn2", "pcs", "resource", "delete", "foreign");
    expect(await cib()).toBe(original);
    expect(await workload()).toEqual(before);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });

  it("changes nothing while one node is off, and everything when it is back", async () => {
    const two = join(lab.folder, "two.yaml");
    // Off in good order: a node that leaves like this is not fenced, and stays off.
    await lab.exec("dcn3", "systemctl", "stop", "pacemaker", "corosync");
    await lab.lab("power", "off", "dcn3");
    const rest = ["dcn1", "dcn2"];
    const before = await cib();
    await refused(two, {
      exitCode: 69,
      code: "NODE_UNREACHABLE",
      says: [/nothing was changed/, /node dcn3: .*cannot be reached/],
      watched: rest,
      listing: listingOf(),
    });
    expect(await cib()).toBe(before);
    await lab.lab("power", "on", "dcn3");
    await lab.settled(nodes);
    expect((await done(two)).outcome).toBe("changed");
    expect(lab.fencings(0)).toEqual([]);
  });

  it("never printed a secret, and put none into the CIB", async () => {
    const passwords = nodes.map((node) =>
      readFileSync(join(lab.folder, "secrets", "bmc", node), "utf8").trim(),
    );
    const key = await lab.shell("dcn1", "base64 -w 0 /etc/corosync/authkey");
    const cluster = await lab.exec("dcn1", "cibadmin", "--query");
    const journals = (await each("journalctl --no-pager")).join("\n");
    for (const secret of [...passwords, key, key.slice(0, 60)]) {
      expect(secret.length).toBeGreaterThan(15);
      for (const text of [printed, cluster, journals]) expect(text.includes(secret)).toBe(false);
    }
    expect(printed).toContain("corosync");
    expect(cluster).toContain("password_script");
  });

  /** Where the workload runs, since when, and as which process. */
  async function workload(): Promise<unknown> {
    const { runs } = await lab.truth();
    const node = runs.at(-1)?.node ?? "";
    const pid = await lab.shell(node, "pgrep -f '[h]eartbeat-writer'");
    expect(pid).toMatch(/^\d+$/);
    return [starts(runs), pid];
  }
});

interface Answer {
  readonly outcome: string;
  readonly changes: readonly { readonly action: string; readonly id: string }[];
  readonly version?: { readonly epoch: number };
}

interface Refusal {
  readonly exitCode: number;
  readonly code: string;
  readonly says: readonly RegExp[];
  readonly watched?: readonly string[];
  readonly listing?: string;
}
