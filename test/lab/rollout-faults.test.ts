// What can go wrong on the way to another image, each with its outcome by name; and a controller that dies at each step. Long: for soaks.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, noLab } from "./lab.js";
import { nodes, outcomes, RolloutSite, recordOf, workloads } from "./rollout-site.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("faults at each step of a rollout: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");

/** An image that switches itself off early in its boot. */
const DEAD = `    units: { enable: [dies.service] }
    files:
      /usr/lib/systemd/system/dies.service: { content: "[Unit]\\nDefaultDependencies=no\\n[Service]\\nType=oneshot\\nExecStart=/usr/bin/systemctl poweroff --force --force\\n[Install]\\nWantedBy=sysinit.target\\n" }
`;

describe.skipIf(noLab !== undefined || !soak)("a rollout in which something goes wrong", () => {
  let site: RolloutSite;
  let version = 1;

  beforeAll(async () => {
    site = await RolloutSite.up(
      "rollout-faults",
      "{ drain: 2min, stage: 3min, reboot: 90s, green: 4min, join: 60s }",
    );
  }, 2_400_000);
  afterAll(() => site.down());

  const publish = (role = "") => {
    version += 1;
    return site.publish(`${version}.0.0`, (text) =>
      text.replace(/^ {2}(hmi|deterministic|iot-gateway):\n(?: {4}.*\n)*/gm, (all) =>
        role === "" ? all : `${all.split("\n")[0] ?? ""}\n${role}`,
      ),
    );
  };
  /** The node whose turn comes first. */
  async function first(): Promise<string> {
    const plan = await site.rollout("plan");
    const node = / 1\. (\S+)/.exec(plan.stdout)?.[1];
    if (node === undefined) throw new Error(`no plan: ${plan.stdout}${plan.stderr}`);
    return node;
  }
  const force = ["--force", "FENCED_LATELY,FAILED_ACTIONS"];
  /** Ends what is left and looks that nothing is. */
  async function end(about: string): Promise<void> {
    await site.online();
    const run = await site.rollout("abort");
    expect(run.exitCode, `${about}: ${run.stderr}`).toBe(0);
    await site.nothingLeft(about);
    for (const workload of workloads)
      expect((await site.lab.truth(workload)).doubleRuns, `${about} ${workload}`).toEqual([]);
  }
  const halts = async (outcome: string) => {
    const run = await site.rollout("start", "--json", ...force);
    const record = recordOf(run);
    expect([record.state, outcomes(record).filter((one) => one !== undefined)], run.stderr).toEqual([
      "halted",
      [outcome],
    ]);
    return record;
  };

  it("a reboot that does not happen is not-applied", async () => {
    await publish();
    const node = await first();
    await site.lab.exec(node, "systemctl", "mask", "--runtime", "reboot.target");
    await halts("not-applied");
    await site.lab.exec(node, "systemctl", "unmask", "--runtime", "reboot.target");
    await end("no reboot");
  }, 900_000);

  it("an image that is not taken at shutdown is not-applied", async () => {
    await publish();
    const node = await first();
    const broken = "[Service]\\nExecStop=\\nExecStop=/bin/false\\n";
    const folder = "/run/systemd/system/ostree-finalize-staged.service.d";
    await site.lab.shell(
      node,
      `mkdir -p ${folder}; printf '${broken}' >${folder}/zz-broken.conf; systemctl daemon-reload`,
    );
    await halts("not-applied");
    await end("finalize");
  }, 900_000);

  it("an image that never boots is unreachable; its node comes back by itself when it gets its power often enough", async () => {
    await publish(DEAD);
    const record = await halts("unreachable");
    const [node = ""] = record.order.filter((one) => record.nodes[one]?.outcome !== undefined);
    await eventually(
      async () => {
        await site.lab.lab("power", "on", node);
        await delay(10_000);
        return site.lab.shell(node, "/usr/lib/dcn-ha/greenboot status");
      },
      (text) => text.includes("rolled-back"),
      300_000,
    );
    await end("never boots");
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
    async (phase, word, allowed) => {
      await publish();
      const run = site.controller("start", ...force);
      const [node = ""] = await run.says(word);
      await site.lab.lab("power", "reset", node);
      const [said] = await Promise.all([run.ended, pauseAfter(run, node)]);
      const record = recordOf(said);
      expect(allowed, `${phase}: ${said.stderr}`).toContain(record.nodes[node]?.outcome ?? "none");
      await end(phase);
    },
    900_000,
  );

  it.each([
    ["fetching", /pull-image/],
    ["draining", /set-standby/],
    ["staging", /stage-image/],
    ["stopping", /stop-cluster/],
    ["rebooting", /reboot-node/],
    ["booting", /: booting/],
    ["returning", /clear-standby/],
    ["soaking", /: soaking/],
  ])(
    "a controller killed while %s is followed by one that goes on",
    async (phase, word) => {
      await publish();
      const run = site.controller("start", ...force);
      await run.says(word);
      run.kill();
      await run.ended;
      const again = site.controller("resume", ...force);
      await Promise.all([again.ended, pauseAfter(again, "")]);
      const record = recordOf(await again.ended);
      expect(["paused", "done"], `${phase}: ${again.said()}`).toContain(record.state);
      expect(outcomes(record), phase).toContain("updated");
      expect(
        outcomes(record).filter((one) => one !== undefined && one !== "updated"),
        phase,
      ).toEqual([]);
      await end(phase);
    },
    900_000,
  );

  /** One node is enough for a look: pauses as soon as one is through. */
  async function pauseAfter(run: ReturnType<RolloutSite["controller"]>, node: string): Promise<void> {
    await run
      .says(
        new RegExp(`${node === "" ? "" : `${node}: `}site-1: (updated|rolled-back|not-applied|worse-after)`),
      )
      .catch(() => undefined);
    await site.rollout("pause");
  }

  it("two controllers at once: one is refused by name", async () => {
    await publish();
    const one = site.controller("start", ...force);
    await one.says(/set-standby/);
    const other = await site.rollout("resume");
    expect([other.exitCode, other.stderr]).toEqual([75, expect.stringContaining("LOCK_HELD")]);
    await Promise.all([one.ended, pauseAfter(one, "")]);
    await end("two");
    expect(nodes).toHaveLength(3);
  }, 900_000);
});
