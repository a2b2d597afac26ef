// Devices of an image set, born from published images with nothing but identity and secrets: no controller is ever started.
import { randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { GroupStatus } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, noLab, nowNs, runProgram } from "./lab.js";
import { numbers } from "./numbers.js";
import { Plant } from "./plant.js";

const seeds = process.env.DCN_HA_SOAK === undefined ? 3 : 20;
const store = process.env.DCN_HA_IMAGES ?? "/var/cache/dcn-ha-images";
const first = Number(process.env.DCN_HA_SEED ?? "1");
const sites = { "site-1": ["hmi-01", "det-01", "gw-01"], "site-2": ["hmi-02", "det-02", "gw-02"] } as const;
type Site = keyof typeof sites;
const all = Object.values(sites).flat();

describe.skipIf(noLab !== undefined)("devices that boot published images", () => {
  const plant = new Plant();
  let lab: Lab;
  const up = () => lab as Lab | undefined;

  beforeAll(() => plant.publish(), 2_400_000);
  // Six disks are looked through elsewhere (lab-life).
  afterEach(() => up()?.lab("down", "--no-check"));
  afterAll(() => plant.end());

  it("are built once: nothing is built again, and a change at one site builds its three images", async () => {
    // The store outlives test runs: only what nobody built before is built now.
    const server = `10.${randomInt(3, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
    const [again, other] = [
      await plant.build(),
      await plant.build((text) => text.replace("10.2.0.2]", `${server}]`)),
    ];
    expect(again.built).toEqual([]);
    expect(other.built).toEqual(
      ["hmi", "deterministic", "iot-gateway"].map((role) => `role/${role}/site/site-2`),
    );
    for (const [ref, commit] of again.commits)
      expect(other.commits.get(ref) === commit, ref).toBe(ref.endsWith("site-1"));
    // What an earlier build of the set rendered is in none of these images.
    const file = (name: string) => (text: string) =>
      text.replace(
        "configuration:\n  files:\n",
        `configuration:\n  files:\n    /etc/dcn-ha.d/${name}: { content: "x" }\n`,
      );
    await plant.build(file("one"));
    const { commits } = await plant.build(file("two"));
    const listed = await runProgram([
      "ostree",
      `--repo=${store}/repo`,
      "ls",
      commits.get("dcn/hmi/site-1") ?? "",
      "/usr/etc/dcn-ha.d",
    ]);
    expect(listed.stdout).toMatch(/dcn-ha\.d\/two$/m);
    expect(listed.stdout).not.toContain("dcn-ha.d/one");
  }, 600_000);

  async function born(...words: readonly string[]): Promise<void> {
    lab = await Lab.up("born", ...plant.words, "--off", ...words);
  }

  async function statusOf(site: Site): Promise<GroupStatus | undefined> {
    const run = await dcnHa("status", join(lab.folder, `${site}.yaml`), "--json");
    const said = JSON.parse(run.stdout === "" ? "{}" : run.stdout) as GroupStatus | { error: unknown };
    return "nodes" in said ? said : undefined;
  }

  async function online(site: Site, nodes: readonly string[] = sites[site]): Promise<void> {
    await eventually(
      () => statusOf(site),
      (status) =>
        status?.quorate === true &&
        nodes.every((node) => status.nodes.some(({ name, state }) => name === node && state === "online")),
      240_000,
    );
  }

  async function truthOf(site: Site, resource: string) {
    return JSON.parse((await lab.lab("truth", resource, "--group", site, "--json")).stdout) as Awaited<
      ReturnType<Lab["truth"]>
    >;
  }

  /** Where a workload's heartbeat goes on now. */
  const holders = async (site: Site, resource: string): Promise<string[]> => {
    const { runs, nowNs: now } = await truthOf(site, resource);
    return [...new Set(runs.filter((run) => now - run.toNs < 2e9).map(({ node }) => node))];
  };

  /**
   * Each cluster is one: the DC and the members that every node sees, and each workload runs at one place. Which place is Pacemaker's
   * choice: a node whose Pacemaker starts seconds after the others, as on a busy host, comes when the work is distributed already.
   */
  async function oneCluster(site: Site): Promise<void> {
    const seen = await Promise.all(
      sites[site].map((node) =>
        lab.shell(node, "corosync-quorumtool -l | awk '$1 ~ /^[0-9]+$/ { print $3 }' | sort"),
      ),
    );
    expect(new Set(seen), site).toEqual(new Set([[...sites[site]].sort().join("\n")]));
    for (const workload of ["panel", "control", "bridge"]) {
      await eventually(
        () => holders(site, workload),
        (nodes) => nodes.length === 1,
        180_000,
      );
      expect((await truthOf(site, workload)).doubleRuns, `${site} ${workload}`).toEqual([]);
    }
  }

  it.each(Array.from({ length: seeds }, (_, at) => first + at))(
    "form the clusters of their two sites in any order, and fence nobody (seed %i)",
    async (seed) => {
      await born();
      const next = numbers(seed);
      const begin = nowNs();
      const waits = all.map((node) => ({ node, ms: Math.round(next() * 20_000) }));
      await Promise.all(
        waits.map(async ({ node, ms }) => {
          await delay(ms);
          await lab.lab("power", "on", node);
        }),
      );
      await Promise.all([online("site-1"), online("site-2")]);
      await Promise.all([oneCluster("site-1"), oneCluster("site-2")]);
      expect(lab.fencings(begin), JSON.stringify(waits)).toEqual([]);
    },
    600_000,
  );

  it("heal without a controller, keep a copy of a device out, and let a device join that is hours late", async () => {
    await born("--copy", "hmi-01");
    const begin = nowNs();
    // Site 2 waits for its gateway for its whole grace time and goes on without it.
    const early = all.filter((node) => node !== "gw-02");
    await lab.lab("power", "on", ...early);
    await online("site-1");
    await oneCluster("site-1");

    // The first formation is over: the profile of the image is in effect, and unseen nodes are fenced again.
    const effect =
      'cibadmin --query | grep -c \'name="startup-fencing" value="true"\'; cibadmin --query | grep -c dcn-ha-profile';
    await eventually(
      () => lab.shell("det-01", effect),
      (text) => text === "1\n1",
    );

    await lab.lab("power", "on", "hmi-01-copy");
    const said = await eventually(
      () => lab.shell("hmi-01-copy", "journalctl -b -u dcn-ha-first-boot --no-pager -o cat"),
      (text) => text.includes("NOT STARTED"),
    );
    expect(said).toMatch(
      /another device \([0-9A-Fa-f:]+\) is hmi-01 already: it has the address 10\.1\.0\.11/,
    );
    expect(await lab.shell("hmi-01-copy", "cat /run/motd.d/50-dcn-ha-first-boot")).toContain(
      "DOES NOT START THE CLUSTER",
    );
    expect(await lab.shell("hmi-01-copy", "systemctl is-active corosync pacemaker")).not.toMatch(/^active/m);
    expect(readdirSync(join(lab.folder, "truth/hmi-01-copy"))).toEqual([]);
    expect((await truthOf("site-1", "panel")).outages).toEqual([]);

    const died = nowNs();
    await lab.lab("power", "off", "det-01");
    await eventually(
      () => truthOf("site-1", "control"),
      ({ runs }) => runs.some((run) => run.node !== "det-01" && run.toNs > died + 2e9),
      180_000,
    );
    await online("site-1");
    expect(new Set(lab.fencings(died).map(({ node }) => node))).toEqual(new Set(["det-01"]));
    for (const workload of ["panel", "control", "bridge"])
      expect((await truthOf("site-1", workload)).doubleRuns, workload).toEqual([]);

    await online("site-2", ["hmi-02", "det-02"]);
    await lab.lab("power", "on", "gw-02");
    await online("site-2");
    // A device that comes late costs nobody an outage.
    await oneCluster("site-2");
    expect((await truthOf("site-2", "bridge")).outages).toEqual([]);
    expect(lab.fencings(begin).map(({ node }) => node)).not.toContain("gw-02");
  }, 900_000);
});
