// What can go wrong on the way to another image, each with its outcome by name; and a controller that dies at each step. Long: for soaks, or in
// parts: vitest run --project lab test/lab/rollout-faults.test.ts -t 'a power cut while (staging|booting)'.
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RolloutRecord } from "../../src/rollout/index.js";
import { dcnHa, eventually, noLab } from "./lab.js";
import { nodes, RolloutSite, recordOf, workloads } from "./rollout-site.js";

type Controller = ReturnType<RolloutSite["controller"]>;

/** The longest deadline of these rollouts. */
const LONGEST_MS = 200_000;

const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("faults at each step of a rollout: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");

/** An image that switches itself off early in its boot, after that has been counted. */
const DEAD = `    units: { enable: [dies.service] }
    files:
      /usr/lib/systemd/system/dies.service: { content: "[Unit]\\nDefaultDependencies=no\\nAfter=dcn-ha-greenboot-count.service\\n[Service]\\nType=oneshot\\nExecStart=/usr/bin/systemctl poweroff --force --force\\n[Install]\\nWantedBy=sysinit.target\\n" }
`;

/** An image whose corosync is well, and speaks with another key than everybody else's. */
const ALONE = `    files:
      /usr/lib/systemd/system/corosync.service.d/zz-alone.conf: { content: "[Service]\\nBindReadOnlyPaths=/usr/share/plant/other:/etc/corosync/authkey\\n" }
      /usr/share/plant/other: { content: "${"x".repeat(256)}" }
`;

/** Lets one node begin, whichever comes first, until the file beside it is gone. */
const ONE = (folder: string) => `#!/bin/sh
[ -e ${folder}/only ] || echo "$1" >${folder}/only
[ "$(cat ${folder}/only)" = "$1" ] || { echo 'one node is enough for this look' >&2; exit 1; }
`;

describe.skipIf(noLab !== undefined || !soak)("a rollout in which something goes wrong", () => {
  let site: RolloutSite;
  let version = 1;
  let watch: ReturnType<RolloutSite["watchOut"]> | undefined;
  /** What the last one left to go on with. */
  let standing: RolloutRecord | undefined;

  beforeAll(async () => {
    site = await RolloutSite.up("rollout-faults", "{}");
    const hook = join(site.plant.folder, "one");
    writeFileSync(hook, ONE(site.plant.folder), { mode: 0o755 });
    appendFileSync(site.document, `hooks: { before: [${hook}, "{node}"] }\n`);
  }, 2_400_000);
  afterAll(async () => {
    await watch?.end();
    await site.down();
  });

  // What one test left broken is no reason for the next one to fail.
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await watch?.end();
    await site.recover();
    standing = undefined;
  }, 900_000);

  const force = ["--force", "FENCED_LATELY,FAILED_ACTIONS"];
  const publish = (role = "") => {
    version += 1;
    return site.publish(`${version}.0.0`, (text) =>
      text.replace(/^ {2}(hmi|deterministic|iot-gateway):\n(?: {4}.*\n)*/gm, (all) =>
        role === "" ? all : `${all.split("\n")[0] ?? ""}\n${role}`,
      ),
    );
  };
  /** Has one node begin: the next of what stands, else the first that gets a new image. */
  async function go(role?: string, rebootS = 150): Promise<Controller> {
    site.within(
      `{ drain: 3min, stage: 3min, reboot: ${rebootS}s, green: ${LONGEST_MS / 1_000}s, join: 2min }`,
    );
    rmSync(join(site.plant.folder, "only"), { force: true });
    const verb = role === undefined && standing?.order.some((node) => isLeft(node)) ? "resume" : "start";
    if (verb === "start") {
      if (standing !== undefined) await site.rollout("abort");
      await publish(role);
    }
    await watch?.end();
    watch = site.watchOut(10_000);
    return site.controller(verb, ...force);
  }
  const isLeft = (node: string) => standing?.nodes[node]?.outcome !== "updated";
  /** What a controller came to, and that it left nothing behind. */
  async function endsWell(run: Controller, node: string, allowed: readonly string[]): Promise<RolloutRecord> {
    const said = await run.ended;
    const record = recordOf(said);
    standing = record;
    const { outcome = "none", evidence = "" } = record.nodes[node] ?? {};
    console.log(`${node}: ${outcome} ${evidence} (${record.state})`);
    expect(allowed, said.stderr).toContain(outcome);
    const isGood = outcome === "updated";
    expect(isGood ? ["paused", "done"] : ["halted"], said.stderr).toContain(record.state);
    if (["unreachable", "stuck-red", "cannot-rejoin"].includes(outcome)) return record;
    await site.online();
    await well();
    return record;
  }
  async function well(mostOut = 1): Promise<void> {
    expect(await watch?.end(), "nodes out at once").toBeLessThanOrEqual(mostOut);
    await site.nothingLeft();
    for (const workload of workloads)
      expect((await site.lab.truth(workload)).doubleRuns, workload).toEqual([]);
  }
  /** Ends what stands: then nothing is left of it. */
  async function abort(): Promise<void> {
    await site.online("online", "standby");
    const run = await site.rollout("abort");
    expect(run.exitCode, run.stderr).toBe(0);
    standing = undefined;
    await well();
  }
  /** One node is enough for a look: pauses as soon as one is through. */
  async function pauseAfter(run: Controller, node: string): Promise<void> {
    const word = new RegExp(
      `${node}: site-1: (updated|rolled-back|not-applied|worse-after|unreachable|cannot-rejoin)`,
    );
    await run.says(word).catch(() => undefined);
    await site.rollout("pause");
  }
  /** Nobody is offered these images again, and each node knows. */
  async function isDenied(target: string): Promise<void> {
    for (const one of nodes)
      expect(await site.lab.shell(one, "cat /var/lib/dcn-ha/denied-images"), one).toContain(target);
    const again = await site.rollout("start", ...force);
    expect([again.exitCode, again.stderr]).toEqual([77, expect.stringContaining("IMAGE_DENIED")]);
  }

  it("a reboot that does not happen is not-applied", async () => {
    const run = await go();
    const [node = ""] = await run.says(/(\S+): site-1: fetching/);
    await site.lab.exec(node, "systemctl", "mask", "--runtime", "reboot.target");
    await endsWell(run, node, ["not-applied"]);
    await site.lab.exec(node, "systemctl", "unmask", "--runtime", "reboot.target");
  }, 900_000);

  it("an image that is not taken at shutdown is not-applied", async () => {
    const run = await go();
    const [node = ""] = await run.says(/(\S+): site-1: fetching/);
    const broken = "[Service]\\nExecStop=\\nExecStop=/bin/false\\n";
    const folder = "/run/systemd/system/ostree-finalize-staged.service.d";
    await site.lab.shell(
      node,
      `mkdir -p ${folder}; printf '${broken}' >${folder}/zz-broken.conf; systemctl daemon-reload`,
    );
    await endsWell(run, node, ["not-applied"]);
  }, 900_000);

  it("an image that never boots is unreachable; its node comes back by itself when it gets its power often enough, and the image is denied then", async () => {
    const run = await go(DEAD, 60);
    const [node = ""] = await run.says(/(\S+): site-1: fetching/);
    const record = await endsWell(run, node, ["unreachable"]);
    expect(record.denied).toEqual([]);
    await eventually(
      async () => {
        await site.lab.lab("power", "on", node);
        await delay(10_000);
        return `${await site.booted(node)} ${await site.lab.shell(node, "/usr/lib/dcn-ha/greenboot status")}`;
      },
      // The bad image writes down that it gave up, and dies once more on its way back.
      (text) => text.startsWith(`${record.nodes[node]?.from} `) && text.includes("rolled-back"),
      300_000,
    );
    await abort();
    // Nobody saw it; it told so itself when it was back.
    await isDenied(`${record.nodes[node]?.target ?? ""} rolled-back on ${node}`);
  }, 1_200_000);

  it("an image that is green and cannot join is cannot-rejoin, and denied; its node goes back by hand", async () => {
    const run = await go(ALONE);
    const [node = ""] = await run.says(/(\S+): site-1: fetching/);
    const record = await endsWell(run, node, ["cannot-rejoin"]);
    const { target = "", from = "" } = record.nodes[node] ?? {};
    expect(record.denied).toEqual([target]);
    const frames = `hello 1\\n1stage-image ${from.length}\\n${from}end 0\\n`;
    await site.lab.shell(node, `printf '${frames}' | /usr/local/lib/dcn-ha/helper; systemctl reboot`);
    await eventually(
      () => site.booted(node),
      (booted) => booted === from,
      180_000,
    );
    await abort();
    await isDenied(target);
  }, 1_200_000);

  // Where it was, and what may come of a power cut there.
  it.each([
    ["draining", /(\S+): site-1: set-standby/, ["not-applied"]],
    ["staging", /(\S+): site-1: stage-image/, ["not-applied"]],
    ["stopping", /(\S+): site-1: stop-cluster/, ["not-applied", "updated"]],
    ["rebooting", /(\S+): site-1: reboot-node/, ["not-applied", "updated"]],
    ["booting", /(\S+): site-1: booting/, ["updated"]],
    ["returning", /(\S+): site-1: clear-standby/, ["updated", "worse-after"]],
    ["soaking", /(\S+): site-1: soaking/, ["updated", "worse-after"]],
  ])(
    "a power cut while %s has its outcome, and leaves nothing behind",
    async (_, word, allowed) => {
      const run = await go();
      const [begun = ""] = await run.says(/(\S+): site-1: fetching/);
      const [node = ""] = await run.says(word);
      expect(node).toBe(begun);
      await site.lab.lab("power", "reset", node);
      await pauseAfter(run, node);
      await endsWell(run, node, allowed);
    },
    900_000,
  );

  it("a controller killed at every step boundary of a turn is followed by one that goes on", async () => {
    let run = await go();
    const [node = ""] = await run.says(/(\S+): site-1: fetching/);
    const other = nodes.find((one) => one !== node) ?? "";
    const words = [
      ...["set-standby", "stage-image", "stop-cluster", "reboot-node"],
      ...["booting", "joining", "clear-standby", "soaking"],
    ];
    for (let left = ["fetching", ...words]; left.length > 0; ) {
      // What a dead one had done already is not done again, and not said.
      const [word = ""] = await run.says(new RegExp(`${node}: site-1: (${left.join("|")}|updated)`));
      if (word === "updated") break;
      run.signal("SIGKILL");
      await run.ended;
      await isOwned(other, node, word);
      console.log(`${node}: killed at ${word}, its lock, record and standby have an owner`);
      left = left.slice(left.indexOf(word) + 1);
      run = site.controller("resume", ...force);
    }
    await pauseAfter(run, node);
    await endsWell(run, node, ["updated"]);
  }, 900_000);

  /** What a dead controller left says whose it is: the lock, and a standby. */
  async function isOwned(through: string, node: string, about: string): Promise<void> {
    const cib = await site.lab.shell(through, "cibadmin --query --local");
    expect(cib, about).toMatch(/name="dcn-ha-lock" value="held [^"]*purpose=rollout/);
    expect(cib, about).toMatch(/name="dcn-ha-rollout" value="[0-9a-f-]+ \d+ /);
    const marks = cib.match(/name="dcn-ha-standby"/g) ?? [];
    expect(cib.match(/name="standby" value="(on|true)"/g) ?? [], `${about} ${node}`).toHaveLength(
      marks.length,
    );
    expect(marks.length, about).toBeLessThanOrEqual(1);
  }

  it("a controller that was stopped for longer than the longest deadline goes on as if nothing had been late", async () => {
    const run = await go();
    const [node = ""] = await run.says(/(\S+): site-1: reboot-node/);
    run.signal("SIGSTOP");
    await delay(LONGEST_MS + 20_000);
    run.signal("SIGCONT");
    await pauseAfter(run, node);
    await endsWell(run, node, ["updated"]);
  }, 900_000);

  it("two controllers at once: one is refused by name", async () => {
    const one = await go();
    const [node = ""] = await one.says(/(\S+): site-1: set-standby/);
    const other = await site.rollout("resume");
    expect([other.exitCode, other.stderr]).toEqual([75, expect.stringContaining("LOCK_HELD")]);
    await pauseAfter(one, node);
    await endsWell(one, node, ["updated"]);
  }, 900_000);

  it("a person's standby is kept through a killed controller, a power cut and an abort", async () => {
    if (standing !== undefined) await abort();
    const person = await dcnHa("node", "standby", site.group, "gw-01");
    expect(person.exitCode, person.stderr).toBe(0);
    const run = await go();
    const [node = ""] = await run.says(/(\S+): site-1: stop-cluster/);
    run.signal("SIGKILL");
    await run.ended;
    const again = site.controller("resume", ...force);
    await again.says(/site-1: booting/);
    await site.lab.lab("power", "reset", node);
    await pauseAfter(again, node);
    expect((await again.ended).stderr).toMatch(/updated: /);
    expect((await site.rollout("abort")).exitCode).toBe(0);
    standing = undefined;
    const status = await site.lab.status();
    expect(status?.nodes.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      "det-01 online",
      "gw-01 standby",
      "hmi-01 online",
    ]);
    await dcnHa("node", "unstandby", site.group, "gw-01");
    await site.online();
    // The person's, and the one whose turn it was.
    await well(2);
  }, 900_000);
});
