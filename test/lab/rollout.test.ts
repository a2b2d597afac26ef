// Image rollouts on real ostree devices: one node at a time, and an end that leaves nothing behind, whatever goes wrong on the way.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RolloutRecord } from "../../src/rollout/index.js";
import type { RolloutEvent } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, noLab, nowNs, program, type Run } from "./lab.js";
import { Plant } from "./plant.js";

const nodes = ["hmi-01", "det-01", "gw-01"];
const workloads = ["panel", "control", "bridge"];
const CHECK = "#!/bin/sh\ncommand -v git >/dev/null || { echo 'this image has no git'; exit 1; }\n";

describe.skipIf(noLab !== undefined)("a rollout", () => {
  const plant = new Plant();
  const document = join(plant.folder, "rollout.yaml");
  let lab: Lab;

  beforeAll(async () => {
    await plant.publish();
    lab = await Lab.up("rollout", ...plant.words, "--off");
    await lab.lab("power", "on", ...nodes);
    await online();
    writeFileSync(
      document,
      `kind: Rollout\nname: next\ngroups: [${lab.folder}/site-1.yaml]\nsoak: 5s\ndeadlines: { reboot: 3min, green: 5min, join: 2min }\n`,
    );
  }, 2_400_000);
  afterAll(async () => {
    await lab.down();
    plant.end();
  });

  const online = () =>
    eventually(
      () => lab.status(),
      (status) =>
        status?.quorate === true &&
        nodes.every((node) => status.nodes.some(({ name, state }) => name === node && state === "online")),
      240_000,
    );
  const booted = async (node: string): Promise<string> =>
    lab.shell(node, "ostree admin status | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'");
  const rollout = (verb: string, ...words: readonly string[]) => dcnHa("rollout", verb, document, ...words);

  interface Answer {
    readonly groups: readonly { readonly kind: string; readonly record: RolloutRecord }[];
  }
  const recordOf = ({ stdout, stderr }: Run): RolloutRecord => {
    const record = (JSON.parse(stdout === "" ? "{}" : stdout) as Partial<Answer>).groups?.[0]?.record;
    if (record === undefined) throw new Error(`no record: ${stdout}${stderr}`);
    return record;
  };
  const outcomes = ({ order, nodes: all }: RolloutRecord) => order.map((node) => all[node]?.outcome);
  const history = async (): Promise<RolloutEvent[]> => {
    const { stdout } = await rollout("report", "--json");
    return (JSON.parse(stdout) as { groups: { events: RolloutEvent[] }[] }).groups[0]?.events ?? [];
  };

  /** Nobody is left in standby, nobody holds the lock. */
  async function nothingLeft(): Promise<void> {
    const cib = await lab.shell("hmi-01", "cibadmin --query --local");
    expect(cib).not.toContain('name="dcn-ha-standby"');
    expect(cib).not.toMatch(/name="standby" value="(on|true)"/);
    expect(cib).toMatch(/name="dcn-ha-lock" value="free"/);
  }

  /** How many nodes Pacemaker saw out at most, looked at again and again until it is told to end. */
  function watchOut(): { readonly end: () => Promise<number> } {
    const told = { over: false };
    const watching = (async () => {
      let most = 0;
      while (!told.over) {
        const status = await lab.status();
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

  it("brings every node onto the next image, one at a time, and moves each workload once where a node is spare", async () => {
    // With one workload less than nodes, one node is spare.
    await lab.shell(
      "hmi-01",
      "crm_resource --resource bridge --meta --set-parameter target-role --parameter-value Stopped",
    );
    await delay(3_000);
    const next = (await plant.publish((text) => text.replace("version: 1.0.0", "version: 2.0.0"))).commits;
    const before = await Promise.all(nodes.map(booted));
    const begin = nowNs();
    const watch = watchOut();
    const run = await rollout("start", "--json");
    const took = (nowNs() - begin) / 1e9;
    expect(await watch.end()).toBeLessThanOrEqual(1);
    expect(run.exitCode, run.stderr).toBe(0);
    const record = recordOf(run);
    expect(record.state).toBe("done");
    expect(outcomes(record)).toEqual(["updated", "updated", "updated"]);
    const after = await Promise.all(nodes.map(booted));
    expect(after).toEqual(nodes.map((node) => record.nodes[node]?.target));
    expect(new Set([...before, ...after]).size).toBe(6);
    expect([...next.values()]).toEqual(expect.arrayContaining(after));
    expect(lab.fencings(begin)).toEqual([]);
    for (const workload of ["panel", "control"]) {
      const { outages, doubleRuns } = await lab.truth(workload);
      const since = outages.filter(({ fromNs }) => fromNs > begin);
      expect(doubleRuns, workload).toEqual([]);
      // Its heartbeat is every 50 ms: a request that got no answer would be an outage.
      expect(since.length, `${workload}: ${JSON.stringify(since)}`).toBeLessThanOrEqual(1);
    }
    await nothingLeft();
    console.log(`three nodes in ${took.toFixed(1)} s: ${phases(await history())}`);
    await lab.shell("hmi-01", "crm_resource --resource bridge --meta --delete-parameter target-role");
    // Once more: every node has its image already.
    const again = await rollout("start", "--json");
    expect(recordOf(again).state).toBe("done");
    expect(again.exitCode).toBe(0);
  }, 600_000);

  it("stops at the first node where the image is not good: that one goes back by itself, and nobody is offered it again", async () => {
    writeFileSync(join(plant.folder, "10_git.sh"), CHECK);
    await plant.publish((text) =>
      text.replace("version: 1.0.0", "version: 3.0.0\nhealth: { required: [10_git.sh] }"),
    );
    const person = await dcnHa("node", "standby", join(lab.folder, "site-1.yaml"), "gw-01");
    expect(person.exitCode, person.stderr).toBe(0);
    const before = await Promise.all(nodes.map(booted));
    const begin = nowNs();
    const run = await rollout("start", "--json");
    const record = recordOf(run);
    expect(run.exitCode).toBe(1);
    expect(record.state).toBe("halted");
    const [first = ""] = record.order;
    expect(record.nodes[first]).toMatchObject({ outcome: "rolled-back" });
    expect(record.nodes[first]?.evidence).toContain("10_git.sh");
    expect(await Promise.all(nodes.map(booted))).toEqual(before);
    const plan = await rollout("plan");
    expect(plan.exitCode).toBe(77);
    expect(plan.stdout).toContain("IMAGE_DENIED");
    expect((await rollout("resume")).exitCode).toBe(1);
    expect((await rollout("abort")).exitCode).toBe(0);
    // A person's standby outlives all of that.
    const status = await lab.status();
    expect(status?.nodes.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      "det-01 online",
      "gw-01 standby",
      "hmi-01 online",
    ]);
    expect(lab.fencings(begin)).toEqual([]);
    for (const workload of workloads) expect((await lab.truth(workload)).doubleRuns, workload).toEqual([]);

    // The next image has what was missing, and goes through; after one node somebody pauses.
    await plant.publish((text) =>
      text
        .replace("version: 1.0.0", "version: 3.1.0\nhealth: { required: [10_git.sh] }")
        .replace(/^ {2}(hmi|deterministic|iot-gateway):\n/gm, "  $1:\n    packages: [git]\n"),
    );
    const mended = controller("start");
    const [node = ""] = await mended.says(/(\S+): site-1: soaking/);
    expect((await rollout("pause")).exitCode).toBe(75);
    const { exitCode, stdout } = await mended.ended;
    expect(exitCode, mended.said()).toBe(75);
    const paused = recordOf({ exitCode, stdout, stderr: mended.said() });
    expect(paused.state).toBe("paused");
    expect(outcomes(paused).filter((one) => one !== undefined)).toEqual(["updated"]);
    expect(await lab.shell(node, "git --version")).toContain("git version");
    expect((await rollout("abort")).exitCode).toBe(0);
    await dcnHa("node", "unstandby", join(lab.folder, "site-1.yaml"), "gw-01");
    await nothingLeft();
  }, 900_000);

  it("halts when another node dies while one is away, brings that one back, and goes on when all are there again", async () => {
    await plant.publish((text) => text.replace("version: 1.0.0", "version: 4.0.0"));
    const run = controller("start");
    const [away = ""] = await run.says(/(\S+): site-1: reboot-node/);
    const other = nodes.find((node) => node !== away) ?? "";
    await lab.lab("power", "off", other);
    const { exitCode, stdout } = await run.ended;
    const halted = recordOf({ exitCode, stdout, stderr: run.said() });
    expect(halted.state).toBe("halted");
    expect(halted.why).toContain(other);
    expect(exitCode).toBe(1);
    expect(halted.nodes[away]?.outcome ?? "updated").toBe("updated");
    expect(halted.order.filter((node) => halted.nodes[node]?.phase === "waiting")).toHaveLength(2);
    await lab.lab("power", "on", other);
    await online();
    // The controller is killed in the middle of the next node, and a new one goes on.
    const second = controller("resume");
    await second.says(/stop-cluster/);
    second.kill();
    await second.ended;
    const third = await rollout("resume", "--json");
    expect(outcomes(recordOf(third)), third.stderr).toEqual(["updated", "updated", "updated"]);
    await nothingLeft();
  }, 900_000);

  /** A controller that can be watched and killed. */
  function controller(verb: string) {
    const child = spawn(process.execPath, [program, "rollout", verb, document, "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (part: string) => (stdout += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part));
    const ended = new Promise<{ exitCode: number | null; stdout: string }>((resolve) => {
      child.once("close", (exitCode) => resolve({ exitCode, stdout }));
    });
    return {
      ended,
      said: () => stderr,
      kill: () => child.kill("SIGKILL"),
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
});

/** How long each phase took, of all nodes together. */
function phases(events: readonly RolloutEvent[]): string {
  const sums = new Map<string, number>();
  let [last, since]: [string | undefined, number] = [undefined, 0];
  for (const { phase, at } of events) {
    if (phase === undefined) continue;
    if (last !== undefined) sums.set(last, (sums.get(last) ?? 0) + Date.parse(at) - since);
    [last, since] = [phase, Date.parse(at)];
  }
  return [...sums].map(([phase, ms]) => `${phase} ${(ms / 1_000).toFixed(1)} s`).join(", ");
}
