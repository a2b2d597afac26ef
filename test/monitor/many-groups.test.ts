// The built program, watching groups over a real sshd whose nodes are this machine: events arrive, it begins again where it ended, and fifty groups
// (npm run soak) cost no more memory after ten minutes than before.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sshd, sshdPath, startSshd } from "../transport/sshd.js";

const ROOT = join(import.meta.dirname, "../..");
const SOAK = process.env.DCN_HA_SOAK !== undefined;
const GROUPS = SOAK ? 50 : 2;
const NODES = ["n1", "n2", "n3"];
const RUN_MS = SOAK ? Number(process.env.DCN_HA_MONITOR_MS ?? 600_000) : 2_000;
const MOST_KIB = 150 * 1024;

interface Said {
  readonly kind: string;
  readonly id?: string;
  readonly group: string;
}

const asRoot = process.getuid?.() === 0;

describe.skipIf(sshdPath === undefined || !asRoot)("a monitor of many groups", () => {
  let sshd: Sshd;
  let folder: string;
  let groups: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dcn-many-"));
    for (const path of ["bin", "root/run", "root/var/lib/pacemaker"])
      mkdirSync(join(folder, path), { recursive: true });
    const path = `${join(folder, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`;
    sshd = await startSshd({
      asRoot: true,
      config: ["MaxStartups 500", "LogLevel ERROR", `SetEnv PATH=${path}`],
    });
    // sudo that runs the helper with a root of its own.
    const parts = readdirSync(join(ROOT, "resources/node/helper")).sort();
    const text = parts
      .map((part) => readFileSync(join(ROOT, "resources/node/helper", part), "utf8"))
      .join("");
    writeFileSync(join(folder, "helper"), text.replace("root=''", `root=${join(folder, "root")}`));
    writeFileSync(join(folder, "bin/sudo"), `#!/bin/sh\nexec sh ${join(folder, "helper")}\n`, {
      mode: 0o755,
    });
    const agent = readFileSync(join(ROOT, "resources/node/alert"), "utf8");
    writeFileSync(join(folder, "alert"), agent.replace("root=''", `root=${join(folder, "root")}`));
    groups = Array.from({ length: GROUPS }, (_, index) => {
      const path = join(folder, `g${index}.yaml`);
      writeFileSync(path, groupText(`g${index}`, sshd));
      return path;
    });
  }, 60_000);
  afterAll(async () => {
    await sshd.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const happens = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const env = {
        CRM_alert_kind: "resource",
        CRM_alert_node: "n1",
        CRM_alert_rsc: "w",
        CRM_alert_task: "start",
      };
      spawnSync("sh", [join(folder, "alert")], {
        env: { ...env, CRM_alert_rc: "0", CRM_alert_target_rc: "0" },
      });
    }
  };

  /** A monitor until `work` is done; what it said. */
  const watch = async (
    work: (monitor: ChildProcess, said: () => Said[]) => Promise<void>,
  ): Promise<Said[]> => {
    const argv = [join(ROOT, "bin/dcn-ha.js"), "monitor", ...groups, "--json"];
    const env = { ...process.env, XDG_STATE_HOME: join(folder, "state") };
    const monitor = spawn(process.execPath, argv, { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    let lines = 0;
    monitor.stdout.setEncoding("utf8").on("data", (part: string) => {
      lines += part.split("\n").length - 1;
      if (!SOAK) text += part;
    });
    const said = (): Said[] =>
      text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Said);
    const ended = new Promise((resolve) => monitor.once("close", resolve));
    try {
      await work(monitor, said);
    } finally {
      monitor.kill("SIGKILL");
      await ended;
    }
    if (SOAK) console.info(`${lines} lines`);
    return said();
  };
  const followed = (): number =>
    Number(
      spawnSync("sh", ["-c", `ps ax -o args | grep -c "[t]ail .*${folder}"`], { encoding: "utf8" }).stdout,
    );

  test.skipIf(SOAK)(
    "goes on where it was killed, for each node of each group",
    { timeout: 90_000 },
    async () => {
      const events = (said: readonly Said[]): string[] =>
        said.flatMap(({ id }) => (id === undefined ? [] : [id]));
      happens(1);
      const all = GROUPS * NODES.length;
      const first = await watch(async (_, said) => {
        await expect.poll(followed, { timeout: 30_000 }).toBe(all);
        happens(3);
        await expect.poll(() => events(said()).length, { timeout: 30_000 }).toBe(3 * all);
      });
      await expect.poll(followed, { timeout: 30_000 }).toBe(0);
      happens(2);
      const second = await watch(async (_, said) => {
        await expect.poll(() => events(said()).length, { timeout: 30_000 }).toBe(2 * all);
        happens(1);
        await expect.poll(() => events(said()).length, { timeout: 30_000 }).toBe(3 * all);
      });
      const ids = [...events(first), ...events(second)];
      expect(new Set(ids).size).toBe(6 * all);
      expect(ids.length).toBe(6 * all);
    },
  );

  test("its memory stays flat and small", { timeout: RUN_MS + 400_000 }, async () => {
    await watch(async (monitor) => {
      await expect.poll(followed, { timeout: 300_000, interval: 2_000 }).toBe(GROUPS * NODES.length);
      await delay(RUN_MS / 5);
      const samples: number[] = [];
      const end = Date.now() + (RUN_MS * 4) / 5;
      for (let turn = 0; Date.now() < end; turn += 1) {
        // Each event reaches every node of every group, and has every group looked at.
        if (turn % 6 === 0) happens(1);
        samples.push(residentKib(monitor.pid ?? 0));
        await delay(Math.min(5_000, RUN_MS / 10));
      }
      const half = Math.floor(samples.length / 2);
      const middle = (values: number[]): number =>
        values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
      const [early, late] = [middle(samples.slice(0, half)), middle(samples.slice(half))];
      console.info(`${GROUPS} groups: ${early} KiB, then ${late} KiB, at most ${Math.max(...samples)} KiB`);
      expect(Math.max(...samples)).toBeLessThan(MOST_KIB);
      if (SOAK) expect(late / early).toBeLessThan(1.1);
    });
  });
});

function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

function groupText(name: string, { port, target }: Sshd): string {
  const node = (one: string, index: number): string =>
    `  - { name: ${one}, addresses: { site: 10.0.0.${index + 1}, process: 10.2.0.${index + 1} }, ` +
    `ssh: { address: 127.0.0.1, port: ${port}, user: root, hostKey: "${(target.hostKeys[0] ?? "").trim()}", identityFile: ${target.identityFile} }, ` +
    `fence: { redfish: { address: 10.1.0.${index + 1}, username: dcn, password: { secret: bmc/${one} } } } }`;
  return [
    "kind: NodeGroup",
    `name: ${name}`,
    "policy: edge-three-node",
    "networks: [site, process]",
    "nodes:",
    ...NODES.map(node),
    "workloads:",
    "  - { name: w, profile: systemd-service, with: { unit: w.service } }",
    "",
  ].join("\n");
}
