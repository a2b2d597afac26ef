// A site of three devices that update themselves: its images, its lab, and what is to be seen from outside.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { RolloutEvent } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, restAfter } from "./lab.js";
import { Plant } from "./plant.js";

/** The devices of site 1, and what runs there. */
export const nodes: readonly string[] = ["hmi-01", "det-01", "gw-01"];
export const workloads: readonly string[] = ["panel", "control", "bridge"];
const UPDATES =
  "updates: { autonomous: true, soak: 3s, orderWait: 3s, deadlines: { reboot: 3min, green: 5min, join: 2min } }";
const TIMER = "[Timer]\\nOnBootSec=5s\\nOnUnitInactiveSec=4s\\nRandomizedDelaySec=1s\\n";
const REFS: Readonly<Record<string, string>> = {
  "hmi-01": "dcn/hmi/site-1",
  "det-01": "dcn/deterministic/site-1",
  "gw-01": "dcn/iot-gateway/site-1",
};

/** The set with another version, whose devices look for it every few seconds. */
export const version =
  (number: string, more = "") =>
  (text: string): string =>
    text
      .replace("version: 1.0.0", `version: ${number}\n${UPDATES}${more}`)
      .replace(
        "configuration:\n  files:\n",
        `configuration:\n  files:\n    /etc/systemd/system/dcn-ha-update.timer.d/often.conf: { content: "${TIMER}" }\n`,
      );

/** The site, with its images at version 1.0.0. */
export class UpdateSite {
  /** A controller's rollout of it, should there be one. */
  readonly document: string;

  private constructor(
    readonly lab: Lab,
    readonly plant: Plant,
  ) {
    this.document = join(plant.folder, "rollout.yaml");
  }

  static async up(name: string): Promise<UpdateSite> {
    const plant = new Plant();
    try {
      await plant.publish(version("1.0.0"));
      const lab = await Lab.up(name, ...plant.words, "--off");
      const site = new UpdateSite(lab, plant);
      await lab.lab("power", "on", ...nodes);
      await site.online(nodes);
      const groups = `groups: [${lab.folder}/site-1.yaml]`;
      writeFileSync(site.document, `kind: Rollout\nname: none\n${groups}\nsoak: 3s\n`);
      return site;
    } catch (error) {
      // Nobody has a site to end then.
      await dcnHa("lab", "down", "--name", name);
      plant.end();
      throw error;
    }
  }

  async down(): Promise<void> {
    await this.lab.down();
    this.plant.end();
  }

  async states(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.lab.status())?.nodes.map(({ name, state }) => [name, state]) ?? []);
  }

  online(which: readonly string[]) {
    return eventually(
      () => this.states(),
      (now) => which.every((node) => now[node] === "online"),
      240_000,
    );
  }

  booted(node: string): Promise<string> {
    return this.lab.shell(
      node,
      "ostree admin status 2>/dev/null | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'",
    );
  }

  all(): Promise<string[]> {
    return Promise.all(nodes.map((node) => this.booted(node)));
  }

  /** The commit of each node, in what a publish said; in the repository that they follow, or another one. */
  async release(number: string, to?: string): Promise<readonly string[]> {
    const { commits } = await this.plant.publish(version(number), to);
    return nodes.map((node) => commits.get(REFS[node] ?? "") ?? "");
  }

  async history(): Promise<RolloutEvent[]> {
    const { stdout } = await dcnHa("rollout", "report", this.document, "--all", "--json");
    return (JSON.parse(stdout) as { groups: { events: RolloutEvent[] }[] }).groups[0]?.events ?? [];
  }

  /** Of all turns that there were, as "NODE OUTCOME". */
  async outcomes(): Promise<string[]> {
    const all = (await this.history()).flatMap(({ node, outcome }) =>
      outcome ? [`${node} ${outcome}`] : [],
    );
    return [...new Set(all)];
  }

  async journal(): Promise<string> {
    const script = "journalctl -b -u dcn-ha-update -o cat --no-pager | tail -n 30";
    return (await Promise.all(nodes.map((node) => this.lab.shell(node, script)))).join("\n--\n");
  }

  /** As `eventually`; where it does not come to it, what the nodes said is printed. */
  async comes<T>(look: () => Promise<T>, good: (seen: T) => boolean, timeoutMs: number): Promise<T> {
    return eventually(look, good, timeoutMs).catch(async (error: unknown) => {
      console.log(await this.journal());
      throw error;
    });
  }

  /** Nobody is left in standby, nobody holds the lock, nothing was fenced or ran twice since then. */
  async nothingLeft(begin: number): Promise<void> {
    const cib = await this.lab.shell("hmi-01", "cibadmin --query --local");
    expect(cib).not.toContain('name="dcn-ha-standby"');
    expect(cib).not.toMatch(/name="standby" value="(on|true)"/);
    expect(cib).toMatch(/name="dcn-ha-lock" value="free"/);
    expect(this.lab.fencings(begin)).toEqual([]);
    for (const workload of workloads)
      expect((await this.lab.truth(workload)).doubleRuns, workload).toEqual([]);
  }

  /** Looks on until it is told to end: how many devices were out at most, those aside that `off` names. */
  watchOut(off: ReadonlySet<string> = new Set()): { readonly end: () => Promise<number> } {
    const told = { over: false };
    const watching = (async () => {
      let most = 0;
      while (!told.over) {
        const begun = Date.now();
        const out = Object.entries(await this.states()).filter(
          ([node, state]) => state !== "online" && !off.has(node),
        );
        most = Math.max(most, out.length);
        await delay(restAfter(begun, 700));
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
}
