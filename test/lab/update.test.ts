// Devices that update themselves: no controller anywhere, one at a time, and an image that is no good stops at the first of them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, noLab, nowNs } from "./lab.js";
import { nodes, UpdateSite, version, workloads } from "./update-site.js";

// What a device does with a bad image is in test/lab/rollout; here it is what nobody tells it.
const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("a bad image that nobody rolls out: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");
const CHECK = "#!/bin/sh\ncommand -v git >/dev/null || { echo 'this image has no git'; exit 1; }\n";

describe.skipIf(noLab !== undefined)("devices without a controller", () => {
  let site: UpdateSite;

  beforeAll(async () => {
    site = await UpdateSite.up("update");
  }, 2_400_000);
  afterAll(() => site.down());

  it("take the next image one after the other, also the one that was off meanwhile", async () => {
    const begin = nowNs();
    const before = await site.all();
    const next = await site.release("2.0.0");
    const isNew = async (node: string) => (await site.booted(node)) === next[nodes.indexOf(node)];
    const off = new Set<string>();
    const watch = site.watchOut(off);
    try {
      let first = "";
      await eventually(
        async () => {
          for (const node of nodes) if (await isNew(node)) first = node;
          return first;
        },
        (node) => node !== "",
        180_000,
      );
      const [gone = "", third = ""] = nodes.filter((node) => node !== first);
      off.add(gone);
      await site.lab.shell(gone, "systemctl poweroff");
      await eventually(
        () => site.outcomes(),
        (seen) => seen.includes(`${first} updated`),
        120_000,
      );
      await delay(8_000);
      // With one away nobody else goes.
      expect((await site.states())[third]).toBe("online");
      expect(await isNew(third)).toBe(false);
      await site.lab.lab("power", "on", gone);
      await eventually(
        () => site.states(),
        (now) => now[gone] === "online",
        120_000,
      );
      off.clear();
      await eventually(
        () => site.outcomes(),
        (seen) => nodes.every((node) => seen.includes(`${node} updated`)),
        240_000,
      );
    } catch (error) {
      console.log(await site.journal());
      throw error;
    }
    expect(await watch.end()).toBeLessThanOrEqual(1);
    expect(await site.all()).toEqual(next);
    expect(before.some((one) => next.includes(one))).toBe(false);
    await site.online(nodes);
    await site.nothingLeft(begin);
  }, 1_200_000);

  it.skipIf(!soak)(
    "go no further than the first with an image that is no good, and tell each other",
    async () => {
      const begin = nowNs();
      const before = await site.all();
      writeFileSync(join(site.plant.folder, "10_git.sh"), CHECK);
      await site.plant.publish(version("3.0.0", "\nhealth: { required: [10_git.sh] }"));
      const watch = site.watchOut();
      const isOver = (seen: readonly string[]) => seen.some((one) => one.endsWith(" rolled-back"));
      await site.comes(() => site.outcomes(), isOver, 300_000);
      await site.online(nodes);
      const denied = () =>
        Promise.all(
          nodes.map((node) => site.lab.shell(node, "wc -l </var/lib/dcn-ha/denied-images 2>/dev/null")),
        );
      await eventually(denied, (counts) => counts.every((count) => count === "1"), 60_000);
      expect(await site.lab.shell("hmi-01", "cibadmin --query --local | grep dcn-ha-avoid")).toContain(
        " 3.0.0 rolled-back on ",
      );
      await delay(10_000);
      expect(await watch.end()).toBeLessThanOrEqual(1);
      expect(await site.all()).toEqual(before);
      expect((await site.outcomes()).filter((one) => !one.endsWith(" updated"))).toHaveLength(1);
      await site.nothingLeft(begin);
      for (const workload of workloads) {
        const { outages } = await site.lab.truth(workload);
        // It moves away from the one that tries, and perhaps back; each time it is out for as long as a move takes.
        for (const one of outages.filter(({ fromNs }) => fromNs > begin))
          expect(one.toNs - one.fromNs, JSON.stringify(one)).toBeLessThan(15e9);
      }
    },
    600_000,
  );
});
