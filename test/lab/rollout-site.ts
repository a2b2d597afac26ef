// A site of three devices that get other images: its document, its controller, and what is to be seen from outside.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { RolloutRecord } from "../../src/rollout/index.js";
import type { RolloutEvent } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, program, type Run } from "./lab.js";
import { Plant } from "./plant.js";

/** The devices of site 1, and what runs there. */
export const nodes: readonly string[] = ["hmi-01", "det-01", "gw-01"];
export const workloads: readonly string[] = ["panel", "control", "bridge"];

/** What a command about one group said of its rollout. */
export function recordOf({ stdout, stderr }: Pick<Run, "stdout" | "stderr">): RolloutRecord {
  interface Answer {
    readonly groups: readonly { readonly record: RolloutRecord }[];
  }
  const record = (JSON.parse(stdout === "" ? "{}" : stdout) as Partial<Answer>).groups?.[0]?.record;
  if (record === undefined) throw new Error(`no record: ${stdout}${stderr}`);
  return record;
}

/** In the order of the nodes' turns. */
export function outcomes({ order, nodes: all }: RolloutRecord): (string | undefined)[] {
  return order.map((node) => all[node]?.outcome);
}

/** The site, with its images at the version that was published first. */
export class RolloutSite {
  readonly document: string;

  private constructor(
    readonly lab: Lab,
    readonly plant: Plant,
  ) {
    this.document = join(plant.folder, "rollout.yaml");
  }

  static async up(name: string, deadlines: string): Promise<RolloutSite> {
    const plant = new Plant();
    await plant.publish();
    const lab = await Lab.up(name, ...plant.words, "--off");
    const site = new RolloutSite(lab, plant);
    await lab.lab("power", "on", ...nodes);
    await site.online();
    const text = `kind: Rollout\nname: next\ngroups: [${site.group}]\nsoak: 5s\ndeadlines: ${deadlines}\n`;
    writeFileSync(site.document, text);
    return site;
  }

  get group(): string {
    return join(this.lab.folder, "site-1.yaml");
  }

  async down(): Promise<void> {
    await this.lab.down();
    this.plant.end();
  }

  /** Every node is in, and the cluster has quorum. */
  online() {
    return eventually(
      () => this.lab.status(),
      (status) =>
        status?.quorate === true &&
        nodes.every((node) => status.nodes.some(({ name, state }) => name === node && state === "online")),
      240_000,
    );
  }

  /** The commit that a node runs. */
  booted(node: string): Promise<string> {
    return this.lab.shell(node, "ostree admin status | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'");
  }

  /** Publishes the set as `version`, or as `edit` changes it beside that. */
  publish(version: string, edit: (text: string) => string = (text) => text) {
    return this.plant.publish((text) => edit(text.replace("version: 1.0.0", `version: ${version}`)));
  }

  rollout(verb: string, ...words: readonly string[]): Promise<Run> {
    return dcnHa("rollout", verb, this.document, ...words);
  }

  /** What the nodes remember of the last rollout. */
  async history(): Promise<RolloutEvent[]> {
    const { stdout } = await this.rollout("report", "--json");
    return (JSON.parse(stdout) as { groups: { events: RolloutEvent[] }[] }).groups[0]?.events ?? [];
  }

  /** Nobody is left in standby, nobody holds the lock. */
  async nothingLeft(about = ""): Promise<void> {
    const cib = await this.lab.shell("hmi-01", "cibadmin --query --local");
    expect(cib, about).not.toContain('name="dcn-ha-standby"');
    expect(cib, about).not.toMatch(/name="standby" value="(on|true)"/);
    expect(cib, about).toMatch(/name="dcn-ha-lock" value="free"/);
  }

  /** How many nodes Pacemaker saw out at most, looked at again and again until it is told to end. */
  watchOut(): { readonly end: () => Promise<number> } {
    const told = { over: false };
    const watching = (async () => {
      let most = 0;
      while (!told.over) {
        const status = await this.lab.status();
        const out = status?.nodes.filter(({ state }) => state !== "online").length ?? 0;
        most = Math.max(most, status === undefined ? 0 : out);
        await delay(1_000);
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

  /** A controller that can be watched and killed. */
  controller(...words: readonly string[]) {
    const [verb = "start", ...more] = words;
    const child = spawn(process.execPath, [program, "rollout", verb, this.document, "--json", ...more], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      stdout += part;
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      stderr += part;
    });
    const ended = new Promise<Run>((resolve) => {
      child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
    return {
      ended,
      said: () => stderr,
      kill: () => child.kill("SIGKILL"),
      /** Waits for these words and returns what stands in their parentheses; throws where it ended without them. */
      says: async (wanted: RegExp): Promise<readonly (string | undefined)[]> => {
        const found = await eventually(
          () => Promise.resolve(wanted.exec(stderr)),
          (match) => match !== null || child.exitCode !== null,
          300_000,
        );
        if (found === null) throw new Error(`it ended without a word of ${wanted.source}: ${stderr}`);
        return found.slice(1);
      },
    };
  }
}
