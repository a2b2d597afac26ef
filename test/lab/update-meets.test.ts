// Devices that update themselves beside a controller, and from a medium. Long: for soaks.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, eventually, noLab, nowNs } from "./lab.js";
import { recordOf } from "./rollout-site.js";
import { nodes, UpdateSite } from "./update-site.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("updates beside a controller: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");

describe.skipIf(noLab !== undefined || !soak)("devices that update themselves", () => {
  let site: UpdateSite;

  beforeAll(async () => {
    site = await UpdateSite.up("update-meets");
  }, 2_400_000);
  afterAll(() => site.down());

  it("and a controller at the same time share one lock, with one node out, and both come to a good end", async () => {
    const begin = nowNs();
    // One of them goes by itself; the others would, were it not for the controller.
    const [self = "", ...others] = [...nodes].reverse();
    for (const node of others) await site.lab.exec(node, "systemctl", "stop", "dcn-ha-update.timer");
    const next = await site.release("2.0.0");
    const watch = site.watchOut();
    const holder = async () => (await dcnHa("lock", "show", join(site.lab.folder, "site-1.yaml"))).stdout;
    await site.comes(holder, (text) => text.includes("dcn-ha-update to image 2.0.0"), 240_000);
    const beside = (async () => {
      await eventually(holder, (text) => text.includes("rollout none"), 600_000);
      for (const node of others) await site.lab.shell(node, "systemctl start dcn-ha-update.timer");
      const waits = /^waits: .*(?:which is running|lock is held by).*$/m;
      return waits.exec(
        await eventually(
          () => site.journal(),
          (text) => waits.test(text),
          180_000,
        ),
      )?.[0];
    })();
    // The controller is refused while the node has its turn, and does the others after that.
    const said: string[] = [];
    const run = await site
      .comes(
        async () => {
          const one = await dcnHa("rollout", "start", site.document, "--json");
          if (one.exitCode !== 0) said.push(`${one.exitCode ?? "?"} ${one.stderr}${one.stdout}`);
          return one;
        },
        ({ exitCode }) => exitCode === 0,
        600_000,
      )
      .finally(() => console.log(`the controller heard:\n${said.join("\n")}`));
    console.log(`a node beside the controller: ${(await beside) ?? ""}`);
    expect(said.filter((one) => !/^(75|77) /.test(one))).toEqual([]);
    expect(said.join("\n")).toMatch(/LOCK_HELD[\s\S]*dcn-ha-update/);
    const record = recordOf(run);
    expect(record.nodes[self]?.outcome).toBe("already-there");
    expect(others.map((node) => record.nodes[node]?.outcome)).toEqual(["updated", "updated"]);
    expect(await watch.end()).toBeLessThanOrEqual(1);
    expect(await site.all()).toEqual(next);
    await site.online(nodes);
    await site.nothingLeft(begin);
    // It did not give up its turn because of a controller that was refused.
    const own = (await site.history()).filter(({ node }) => node === self);
    expect(own.map(({ text }) => text).filter((text) => text.includes("gives up"))).toEqual([]);
    expect(own.map(({ outcome }) => outcome)).toContain("updated");
  }, 1_200_000);

  it("take what a medium brings as soon as it is there, and stay with it when it is gone", async () => {
    const begin = nowNs();
    const [node = "", ...others] = [...nodes].reverse();
    const before = await site.all();
    // What starts it is the medium, and nothing else.
    await site.lab.exec(node, "systemctl", "stop", "dcn-ha-update.timer");
    const folder = join(site.plant.folder, "medium");
    const wanted = (await site.release("4.0.0", folder)).at(-1) ?? "";
    const image = join(site.plant.folder, "medium.img");
    execFileSync("mke2fs", ["-q", "-t", "ext4", "-L", "DCN-HA-UPDATE", "-d", folder, image, "2G"]);
    const words = ["--find", "--show", "--read-only", image];
    const device = execFileSync("losetup", words, { encoding: "utf8" }).trim();
    try {
      const labels = "/dev/disk/by-label";
      const number = device.replace("/dev/loop", "");
      await site.lab.exec(node, "mkdir", "-p", labels);
      await site.lab.exec(node, "mknod", `${labels}/DCN-HA-UPDATE`, "b", "7", number);
      const said = () => site.lab.shell(node, "journalctl -b -u dcn-ha-update -o cat --no-pager");
      await site.comes(said, (text) => text.includes("fetched image 4.0.0"), 120_000);
      await site.lab.exec(node, "systemctl", "start", "dcn-ha-update.timer");
      await site.comes(
        () => site.booted(node),
        (commit) => commit === wanted,
        300_000,
      );
      await site.online(nodes);
      // Its reboot took the medium away, and what it follows over the network is older.
      const turn = () => site.lab.shell(node, `ls ${labels} /var/lib/dcn-ha/update/turn 2>/dev/null`);
      await site.comes(turn, (text) => text === "", 120_000);
      await delay(20_000);
      expect(await turn()).toBe("");
      expect(await site.all()).toEqual([...before.slice(0, others.length), wanted]);
      await site.nothingLeft(begin);
    } finally {
      execFileSync("losetup", ["--detach", device]);
    }
  }, 1_200_000);
});
