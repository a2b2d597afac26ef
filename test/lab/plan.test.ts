import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Plan } from "../../src/plan/index.js";
import { dcnHa, Lab, noLab, type Run, until } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];

/** What of a NodeGroup's text these tests look at. */
interface Profile {
  readonly ssh: { readonly user: string; readonly knownHosts: string; readonly identityFile: string };
  readonly nodes: readonly {
    readonly name: string;
    readonly id: number;
    readonly addresses: object;
    readonly ssh: { readonly address: string };
  }[];
}

describe.skipIf(noLab !== undefined)("plan, on a running cluster", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up("plan-test", "--nodes", "3", "--os", "debian12,debian13,debian12");
    expect((await lab.apply()).exitCode).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  const planOf = async (file: string, ...words: readonly string[]): Promise<{ run: Run; plan: Plan }> => {
    const run = await dcnHa("plan", file, "--json", ...words);
    return { run, plan: JSON.parse(run.stdout === "" ? "null" : run.stdout) as Plan };
  };
  const placeOf = async (id: string): Promise<string> =>
    (await lab.status())?.workloads.find((one) => one.id === id)?.nodes.join(" ") ?? "unknown";
  /** The group's profile with another text, beside the first, so that its secrets are found. */
  const variant = (name: string, edit: (text: string) => string): string => {
    const text = readFileSync(lab.profile, "utf8");
    const file = join(lab.folder, `${name}.yaml`);
    expect(edit(text)).not.toBe(text);
    writeFileSync(file, edit(text));
    return file;
  };
  const moved = (home: string) =>
    variant("moved", (text) =>
      text
        .replace(/profile: (heartbeat|floating-address)\n/g, "$&    recovery: { moveBack: { prefer: 1 } }\n")
        .replace("constraints:", `constraints:\n  - { prefer: pulse, nodes: { ${home}: 500 } }`),
    );

  it("says that there is nothing to do, in a group that is healthy", async () => {
    const { run, plan } = await planOf(lab.profile);
    expect([run.exitCode, plan.steps]).toEqual([0, []]);
    const status = await until(
      () => dcnHa("status", lab.profile, "--drift"),
      (seen) => seen.exitCode === 0,
    );
    expect([status.exitCode, status.stdout]).toEqual([0, expect.stringContaining("no drift")]);
  });

  it("finds nothing to do for a document that was imported from one of its hosts, which renders to the same", async () => {
    const own = parse(readFileSync(lab.profile, "utf8")) as Profile;
    const [ssh, [first]] = [own.ssh, own.nodes];
    const secrets = join(lab.folder, "imported");
    const login = ["--host", `${ssh.user}@${first?.ssh.address ?? ""}`, "--secrets-dir", secrets];
    const keys = [
      "--known-hosts",
      join(lab.folder, ssh.knownHosts),
      "--identity",
      join(lab.folder, ssh.identityFile),
    ];
    const run = await dcnHa("import", ...login, ...keys);
    expect(run.exitCode, run.stderr).toBe(0);
    const taken = parse(run.stdout) as Profile;
    const nodes = taken.nodes.map((node) => ({
      ...own.nodes.find(({ name }) => name === node.name),
      ...node,
    }));
    const file = join(lab.folder, "taken-over.yaml");
    const addressed = nodes.map(({ name, id, addresses, ssh: way }) => ({ name, id, addresses, ssh: way }));
    writeFileSync(file, stringify({ ...taken, ssh, nodes: addressed }));

    const conf = await dcnHa("render", file, "--to", "corosync");
    expect(conf.stdout).toBe(await lab.exec("dcn1", "cat", "/etc/corosync/corosync.conf"));
    const { run: planned, plan } = await planOf(file);
    // How long the boot gate waits is a policy's matter, which neither file tells.
    const others = plan.steps.filter(({ what }) => what !== "gate-config");
    expect([others, plan.blocked], planned.stderr).toEqual([[], []]);
  });

  it("foretells the moves of a change, and apply makes these and no others", async () => {
    const from = await placeOf("pulse");
    const home = nodes.find((node) => node !== from) ?? "";
    const file = moved(home);
    const out = join(lab.folder, "moved.plan.json");
    const { run, plan } = await planOf(file, "--out", out);
    expect(run.exitCode, run.stderr).toBe(2);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const { prediction } = plan;
    if (prediction?.known !== true) throw new Error(JSON.stringify(prediction));
    const seen = prediction.actions.filter(({ disruptive }) => disruptive);
    expect(seen.map(({ action, resource, from: left, to }) => [action, resource, left, to])).toEqual([
      ["move", "pulse", from, home],
      ["move", "address", from, home],
    ]);
    expect(prediction.nodes).toEqual([]);

    const before = (await lab.truth()).runs.length;
    // What goes into the status section, as every monitor's result does, is no change: the plan holds.
    await lab.exec("dcn1", "attrd_updater", "--name", "churn", "--update", "1");
    const applied = await dcnHa("apply", file, "--plan", out, "--json");
    expect(applied.exitCode, applied.stderr).toBe(0);
    expect([await placeOf("pulse"), await placeOf("address")]).toEqual([home, home]);
    const truth = await lab.truth();
    expect([truth.runs.length - before, truth.runs.at(-1)?.node, truth.doubleRuns]).toEqual([1, home, []]);
    expect((await planOf(file)).run.exitCode).toBe(0);
  });

  it("is stale after somebody else's edit, which shows as drift and survives", async () => {
    const file = join(lab.folder, "moved.yaml");
    const out = join(lab.folder, "back.plan.json");
    expect((await planOf(lab.profile, "--out", out)).run.exitCode).toBe(2);
    await lab.exec(
      "dcn2",
      "pcs",
      "resource",
      "create",
      "theirs",
      "ocf:pacemaker:Dummy",
      "passwd=canary-5eed",
      "--force",
    );
    await lab.exec("dcn2", "crm_resource", "--ban", "--resource", "theirs", "--node", "dcn1");
    await lab.exec("dcn2", "crm_standby", "--node", "dcn3", "-v", "on");

    const stale = await dcnHa("apply", lab.profile, "--plan", out, "--json");
    expect(stale.exitCode).toBe(77);
    expect(stale.stdout).toContain("PLAN_STALE");
    expect(stale.stdout).toContain("the CIB: somebody changed it");

    const run = await dcnHa("status", file, "--drift", "--json");
    const { drift } = JSON.parse(run.stdout) as { drift: Plan["drift"] };
    const kinds = drift.map(({ kind, subject }) => `${kind} ${subject}`);
    expect(kinds).toEqual(
      expect.arrayContaining(["left-ban resource theirs", "standby node dcn3", "foreign resource theirs"]),
    );
    expect(run.stdout + (await dcnHa("plan", file)).stdout).not.toContain("canary-5eed");

    await lab.exec("dcn2", "crm_standby", "--node", "dcn3", "--delete");
    expect((await lab.apply("--json")).exitCode).toBe(0);
    expect(await lab.exec("dcn1", "cibadmin", "--query", "--scope", "resources")).toContain('id="theirs"');
    expect(await lab.exec("dcn1", "cibadmin", "--query", "--scope", "constraints")).toContain(
      "cli-ban-theirs",
    );
  });
});
