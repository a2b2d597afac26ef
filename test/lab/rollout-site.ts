// A site of three devices that get other images: its document, its controller, and what is to be seen from outside.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { RolloutRecord } from "../../src/rollout/index.js";
import type { RolloutEvent } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, program, type Run, restAfter } from "./lab.js";
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

/** The set without its other site: half of the images to build and to publish, half of the devices. */
const ofOneSite = (text: string): string => text.replace(/^ {2}site-2:\n(?: {4}.*\n)*/m, "");

/** The site, with its images at the version that was published first. */
export class RolloutSite {
  readonly document: string;

  private constructor(
    readonly lab: Lab,
    readonly plant: Plant,
  ) {
    this.document = join(plant.folder, "rollout.yaml");
  }

  /** `prepare` changes the set before its first images; `words` are more of `lab up`. */
  static async up(
    name: string,
    deadlines: string,
    prepare: (plant: Plant) => void = () => undefined,
    words: readonly string[] = [],
  ): Promise<RolloutSite> {
    const plant = new Plant();
    prepare(plant);
    await plant.publish(ofOneSite);
    const lab = await Lab.up(name, ...plant.words, "--off", ...words);
    const site = new RolloutSite(lab, plant);
    const on = await lab.lab("power", "on", ...nodes);
    if (on.exitCode !== 0) throw new Error(on.stderr);
    await site.online();
    const text = `kind: Rollout\nname: next\ngroups: [${site.group}]\nsoak: 5s\ndeadlines: ${deadlines}\n`;
    writeFileSync(site.document, text);
    return site;
  }

  /** Has it these deadlines from now on. */
  within(deadlines: string): void {
    const text = readFileSync(this.document, "utf8");
    writeFileSync(this.document, text.replace(/^deadlines: .*$/m, `deadlines: ${deadlines}`));
  }

  get group(): string {
    return join(this.lab.folder, "site-1.yaml");
  }

  async down(): Promise<void> {
    await this.lab.down();
    this.plant.end();
  }

  /** Every node is in, in one of these states, and the cluster has quorum. */
  online(...states: readonly string[]) {
    const wanted = states.length === 0 ? ["online"] : states;
    return eventually(
      () => this.lab.status(),
      (status) =>
        status?.quorate === true &&
        nodes.every((node) =>
          status.nodes.some(({ name, state }) => name === node && wanted.includes(state)),
        ),
      240_000,
    ).catch(async (error: unknown) => {
      const said = await dcnHa("status", this.lab.profile);
      throw new Error(`not online: ${said.stderr}${said.stdout}`, { cause: error });
    });
  }

  /** The commit that a node runs. */
  booted(node: string): Promise<string> {
    return this.lab.shell(node, "ostree admin status | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'");
  }

  /** Publishes the set as `version`, or as `edit` changes it beside that. */
  publish(version: string, edit: (text: string) => string = (text) => text) {
    return this.plant.publish((text) =>
      ofOneSite(edit(text.replace("version: 1.0.0", `version: ${version}`))),
    );
  }

  rollout(verb: string, ...words: readonly string[]): Promise<Run> {
    return dcnHa("rollout", verb, this.document, ...words);
  }

  /** What the nodes remember of the last rollout. */
  async history(): Promise<RolloutEvent[]> {
    const { stdout } = await this.rollout("report", "--json");
    return (JSON.parse(stdout) as { groups: { events: RolloutEvent[] }[] }).groups[0]?.events ?? [];
  }

  /** Nobody is left in standby, no workload is banned from anywhere, nobody holds the lock. */
  async nothingLeft(about = ""): Promise<void> {
    const cib = await this.lab.shell("hmi-01", "cibadmin --query --local");
    expect(cib, about).not.toContain('name="dcn-ha-standby"');
    expect(cib, about).not.toMatch(/name="standby" value="(on|true)"/);
    expect(cib, about).not.toMatch(/ id="cli-(ban|prefer|standby)-/);
    expect(cib, about).toMatch(/name="dcn-ha-lock" value="free"/);
  }

  /** After a test that failed: every machine on, nobody in standby, no rollout under way. */
  async recover(): Promise<void> {
    await eventually(
      async () => {
        for (const node of nodes) await this.lab.lab("power", "on", node);
        return this.online("online", "standby").catch(() => undefined);
      },
      (status) => status !== undefined,
      600_000,
    );
    for (const node of nodes) {
      await this.lab.shell(node, "systemctl unmask --runtime reboot.target");
      await dcnHa("node", "unstandby", this.group, node);
    }
    await this.rollout("abort");
  }

  /** How many nodes Pacemaker saw out at most, looked at again and again until it is told to end. */
  watchOut(everyMs = 1_000): { readonly end: () => Promise<number> } {
    const told = { over: false };
    const watching = (async () => {
      let most = 0;
      while (!told.over) {
        const begun = Date.now();
        const status = await this.lab.status();
        const out = status?.nodes.filter(({ state }) => state !== "online").length ?? 0;
        most = Math.max(most, status === undefined ? 0 : out);
        await delay(restAfter(begun, everyMs));
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
      signal: (signal: NodeJS.Signals) => child.kill(signal),
      /** Waits for these words and returns what stands in their parentheses; throws where it ended without them. */
      says: async (wanted: RegExp): Promise<readonly (string | undefined)[]> => {
        const found = await eventually(
          () => Promise.resolve(wanted.exec(stderr)),
          (match) => match !== null || child.exitCode !== null,
          600_000,
        );
        if (found === null)
          throw new Error(`it ended without a word of ${wanted.source}: ${stderr}${stdout}`);
        return found.slice(1);
      },
    };
  }
}
