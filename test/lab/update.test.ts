// Devices that update themselves: no controller anywhere, one at a time, and an image that is no good stops at the first of them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RolloutEvent } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, noLab, nowNs } from "./lab.js";
import { Plant } from "./plant.js";

// What a device does with a bad image is in test/lab/rollout; here it is what nobody tells it.
const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("a bad image that nobody rolls out: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");
const nodes = ["hmi-01", "det-01", "gw-01"];
const workloads = ["panel", "control", "bridge"];
const CHECK = "#!/bin/sh\ncommand -v git >/dev/null || { echo 'this image has no git'; exit 1; }\n";
const UPDATES =
  "updates: { autonomous: true, soak: 3s, orderWait: 3s, deadlines: { reboot: 3min, green: 5min, join: 2min } }";
const TIMER = "[Timer]\\nOnBootSec=5s\\nOnUnitInactiveSec=4s\\nRandomizedDelaySec=1s\\n";

/** The set with another version, whose devices look for it every few seconds. */
const version =
  (number: string, more = "") =>
  (text: string): string =>
    text
      .replace("version: 1.0.0", `version: ${number}\n${UPDATES}${more}`)
      .replace(
        "configuration:\n  files:\n",
        `configuration:\n  files:\n    /etc/systemd/system/dcn-ha-update.timer.d/often.conf: { content: "${TIMER}" }\n`,
      );

describe.skipIf(noLab !== undefined)("devices without a controller", () => {
  const plant = new Plant();
  const document = join(plant.folder, "rollout.yaml");
  let lab: Lab;

  beforeAll(async () => {
    await plant.publish(version("1.0.0"));
    lab = await Lab.up("update", ...plant.words, "--off");
    await lab.lab("power", "on", ...nodes);
    await online(nodes);
    writeFileSync(document, `kind: Rollout\nname: none\ngroups: [${lab.folder}/site-1.yaml]\n`);
  }, 2_400_000);
  afterAll(async () => {
    await lab.down();
    plant.end();
  });

  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await lab.status())?.nodes.map(({ name, state }) => [name, state]) ?? []);
  const online = (which: readonly string[]) =>
    eventually(states, (now) => which.every((node) => now[node] === "online"), 240_000);
  const booted = (node: string): Promise<string> =>
    lab.shell(node, "ostree admin status 2>/dev/null | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'");
  const all = () => Promise.all(nodes.map(booted));
  const refs: Readonly<Record<string, string>> = {
    "hmi-01": "dcn/hmi/site-1",
    "det-01": "dcn/deterministic/site-1",
    "gw-01": "dcn/iot-gateway/site-1",
  };
  const history = async (): Promise<RolloutEvent[]> => {
    const { stdout } = await dcnHa("rollout", "report", document, "--all", "--json");
    return (JSON.parse(stdout) as { groups: { events: RolloutEvent[] }[] }).groups[0]?.events ?? [];
  };
  const outcomes = async (): Promise<string[]> => [
    ...new Set((await history()).flatMap(({ node, outcome }) => (outcome ? [`${node} ${outcome}`] : []))),
  ];
  const journal = async (): Promise<string> =>
    (
      await Promise.all(
        nodes.map((node) => lab.shell(node, "journalctl -b -u dcn-ha-update -o cat --no-pager | tail -n 30")),
      )
    ).join("\n--\n");

  /** Nobody is left in standby, nobody holds the lock. */
  async function nothingLeft(): Promise<void> {
    const cib = await lab.shell("hmi-01", "cibadmin --query --local");
    expect(cib).not.toContain('name="dcn-ha-standby"');
    expect(cib).not.toMatch(/name="standby" value="(on|true)"/);
    expect(cib).toMatch(/name="dcn-ha-lock" value="free"/);
  }

  /** Looks on until it is told to end: how many devices were out at most, those aside that `off` names. */
  function watchOut(off: ReadonlySet<string>): { readonly end: () => Promise<number> } {
    const told = { over: false };
    const watching = (async () => {
      let most = 0;
      while (!told.over) {
        const out = Object.entries(await states()).filter(
          ([node, state]) => state !== "online" && !off.has(node),
        );
        most = Math.max(most, out.length);
        await delay(700);
      }
      return most;
    })();
    return {
      end: () => {
        told.over = true;
        return watching;
      },
    };
  }

  it("take the next image one after the other, also the one that was off meanwhile", async () => {
    const begin = nowNs();
    const before = await all();
    const next = (await plant.publish(version("2.0.0"))).commits;
    const isNew = async (node: string) => (await booted(node)) === next.get(refs[node] ?? "");
    const off = new Set<string>();
    const watch = watchOut(off);
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
      await lab.shell(gone, "systemctl poweroff");
      await eventually(outcomes, (seen) => seen.includes(`${first} updated`), 120_000);
      await delay(8_000);
      // With one away nobody else goes.
      expect((await states())[third]).toBe("online");
      expect(await isNew(third)).toBe(false);
      await lab.lab("power", "on", gone);
      await eventually(states, (now) => now[gone] === "online", 120_000);
      off.clear();
      await eventually(outcomes, (seen) => nodes.every((node) => seen.includes(`${node} updated`)), 240_000);
    } catch (error) {
      console.log(await journal());
      throw error;
    }
    expect(await watch.end()).toBeLessThanOrEqual(1);
    expect(await all()).toEqual(nodes.map((node) => next.get(refs[node] ?? "")));
    expect(before.some((one) => [...next.values()].includes(one))).toBe(false);
    await online(nodes);
    await nothingLeft();
    expect(lab.fencings(begin)).toEqual([]);
    for (const workload of workloads) expect((await lab.truth(workload)).doubleRuns, workload).toEqual([]);
  }, 600_000);

  it.skipIf(!soak)(
    "go no further than the first with an image that is no good, and tell each other",
    async () => {
      const begin = nowNs();
      const before = await all();
      writeFileSync(join(plant.folder, "10_git.sh"), CHECK);
      await plant.publish(version("3.0.0", "\nhealth: { required: [10_git.sh] }"));
      const watch = watchOut(new Set());
      const isOver = (seen: readonly string[]) => seen.some((one) => one.endsWith(" rolled-back"));
      await eventually(outcomes, isOver, 300_000).catch(async (error: unknown) => {
        console.log(await journal());
        throw error;
      });
      await online(nodes);
      const denied = () =>
        Promise.all(nodes.map((node) => lab.shell(node, "wc -l </var/lib/dcn-ha/denied-images 2>/dev/null")));
      await eventually(denied, (counts) => counts.every((count) => count === "1"), 60_000);
      expect(await lab.shell("hmi-01", "cibadmin --query --local | grep dcn-ha-avoid")).toContain(
        " 3.0.0 rolled-back on ",
      );
      await delay(10_000);
      expect(await watch.end()).toBeLessThanOrEqual(1);
      expect(await all()).toEqual(before);
      expect((await outcomes()).filter((one) => !one.endsWith(" updated"))).toHaveLength(1);
      await nothingLeft();
      expect(lab.fencings(begin)).toEqual([]);
      for (const workload of workloads) {
        const { outages, doubleRuns } = await lab.truth(workload);
        expect(doubleRuns, workload).toEqual([]);
        // It moves away from the one that tries, and perhaps back; each time it is out for as long as a move takes.
        for (const one of outages.filter(({ fromNs }) => fromNs > begin))
          expect(one.toNs - one.fromNs, JSON.stringify(one)).toBeLessThan(15e9);
      }
    },
    600_000,
  );
});
