// What one node at a time costs beside the same by hand: standby, stage, reboot, wait, unstandby, over the same SSH. Worth something on a machine with nothing else to do: for soaks.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RolloutEvent } from "../../src/workflows/index.js";
import { noLab, nowNs, type Run, runProgram } from "./lab.js";
import { nodes, outcomes, RolloutSite, recordOf } from "./rollout-site.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("a rollout beside a loop by hand: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");
/** A container boots in two seconds, and no machine at a site does: firmware, memory and boot loader of an industrial PC take about a minute. */
const FIRMWARE_S = process.env.DCN_HA_FIRMWARE_S ?? "60";
/** Each goes twice, turn by turn, and the better time counts: what else the machine did is in the other. */
const ROUNDS = Number(process.env.DCN_HA_ROUNDS ?? "2");

describe.skipIf(noLab !== undefined || !soak)("a rollout of three nodes", () => {
  let site: RolloutSite;
  let addresses: ReadonlyMap<string, string>;

  beforeAll(async () => {
    site = await RolloutSite.up(
      "rollout-speed",
      "{ reboot: 3min, green: 5min, join: 2min }",
      () => undefined,
      FIRMWARE_S === "0" ? [] : ["--firmware", FIRMWARE_S],
    );
    // By hand nobody waits until a group has been well for a while.
    writeFileSync(site.document, readFileSync(site.document, "utf8").replace("soak: 5s", "soak: 0s"));
    interface Group {
      readonly nodes: readonly { readonly name: string; readonly ssh: { readonly address: string } }[];
    }
    const group = parse(readFileSync(site.group, "utf8")) as Group;
    addresses = new Map(group.nodes.map(({ name, ssh: { address } }) => [name, address]));
    const key = readFileSync(join(site.lab.folder, "ssh", "id_ed25519.pub"), "utf8").trim();
    for (const node of nodes)
      await site.lab.exec(node, ...["sh", "-c", `echo '${key}' >/etc/ssh/authorized_keys.d/root`]);
  }, 2_400_000);
  afterAll(() => site.down());

  function ssh(node: string, script: string): Promise<Run> {
    const { folder } = site.lab;
    const options = ["BatchMode=yes", "ConnectTimeout=2", "IdentitiesOnly=yes"];
    return runProgram([
      ...["ssh", "-i", join(folder, "ssh", "id_ed25519")],
      ...[...options, `UserKnownHostsFile=${join(folder, "known_hosts")}`].flatMap((one) => ["-o", one]),
      ...[`root@${addresses.get(node) ?? ""}`, script],
    ]);
  }
  async function must(node: string, script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await ssh(node, script);
    if (exitCode !== 0) throw new Error(`${script} on ${node}: ${exitCode ?? "?"} ${stderr}${stdout}`);
    return stdout.trim();
  }
  async function until(node: string, script: string): Promise<void> {
    const end = Date.now() + 240_000;
    while ((await ssh(node, script)).exitCode !== 0) {
      if (Date.now() > end) throw new Error(`still not on ${node}: ${script}`);
      await delay(200);
    }
  }

  /** As a careful person's script has it; how long each step took, of all nodes together. */
  async function byHand(order: readonly string[]): Promise<Record<string, number>> {
    const took: Record<string, number> = {};
    const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      const from = nowNs();
      await work();
      took[name] = (took[name] ?? 0) + (nowNs() - from) / 1e9;
    };
    for (const node of order) {
      const other = order.find((one) => one !== node) ?? "";
      const settled = "crm_resource --wait --timeout 120";
      await step("fetch", () => must(node, "ostree admin upgrade --pull-only"));
      await step("drain", () =>
        must(other, `crm_attribute --node ${node} --name standby --update on && ${settled}`),
      );
      await step("stage", () => must(node, "ostree admin upgrade --deploy-only --stage"));
      const boot = await must(node, "cat /proc/sys/kernel/random/boot_id");
      await step("reboot", async () => {
        await ssh(node, "systemctl reboot");
        await until(node, `! grep -q ${boot} /proc/sys/kernel/random/boot_id`);
      });
      await step("green", () =>
        until(node, "systemctl is-active --quiet dcn-ha-greenboot.service boot-complete.target"),
      );
      await step("rejoin", () =>
        until(other, `crm_mon -1 --output-as=xml | grep '<node name="${node}"' | grep -q 'online="true"'`),
      );
      await step("unstandby", () =>
        must(other, `crm_attribute --node ${node} --name standby --delete && ${settled}`),
      );
    }
    return took;
  }

  it("takes at most a tenth longer than the same by hand", async () => {
    const times: { readonly hand: number; readonly ours: number }[] = [];
    let version = 1;
    const next = () => {
      version += 1;
      return site.publish(`${version}.0.0`);
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const { commits } = await next();
      const steps = await byHand(["gw-01", "hmi-01", "det-01"]);
      for (const node of nodes) expect([...commits.values()]).toContain(await site.booted(node));
      await site.online();
      await next();
      const from = nowNs();
      const run = await site.rollout("start", "--json");
      const ours = (nowNs() - from) / 1e9;
      expect(outcomes(recordOf(run)), run.stderr).toEqual(["updated", "updated", "updated"]);
      const hand = Object.values(steps).reduce((sum, one) => sum + one, 0);
      times.push({ hand, ours });
      console.log(`by hand ${hand.toFixed(1)} s: ${JSON.stringify(steps)}`);
      console.log(`rollout ${ours.toFixed(1)} s: ${timeline(await site.history())}`);
    }
    const best = (which: "hand" | "ours"): number => Math.min(...times.map((one) => one[which]));
    const ratio = best("ours") / best("hand");
    console.log(
      `a rollout takes ${ratio.toFixed(2)} of the time by hand, with ${FIRMWARE_S} s of firmware at each boot`,
    );
    expect(ratio).toBeLessThanOrEqual(1.1);
  }, 1_800_000);
});

/** When each step was, from the first one. */
function timeline(events: readonly RolloutEvent[]): string {
  const first = Date.parse(events[0]?.at ?? "");
  return events
    .map(({ at, node, text }) => `${((Date.parse(at) - first) / 1_000).toFixed(1)} ${node ?? ""} ${text}`)
    .join("; ");
}
