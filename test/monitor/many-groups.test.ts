// The built program, watching groups over a real sshd whose nodes are this machine: events arrive, it begins again where it ended, and fifty groups
// (npm run soak) cost no more memory after ten minutes than before.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keygen, type Sshd, sshdPath, startSshd } from "../transport/sshd.js";

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
  readonly text?: string;
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
      shell: "/bin/sh",
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
    // The spool of an agent that runs as root is root's.
    happens(1);
    groups = Array.from({ length: GROUPS }, (_, index) => {
      const path = join(folder, `g${index}.yaml`);
      writeFileSync(path, groupText(`g${index}`, sshd));
      return path;
    });
  }, 60_000);
  afterAll(async () => {
    await sshd.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const START = {
    CRM_alert_kind: "resource",
    CRM_alert_node: "n1",
    CRM_alert_rsc: "w",
    CRM_alert_task: "start",
  };
  const LOST = { CRM_alert_kind: "node", CRM_alert_node: "n3", CRM_alert_desc: "lost" };
  const fenced = (reference: string): Record<string, string> => ({
    ...{ CRM_alert_kind: "fencing", CRM_alert_node: "n3" },
    CRM_alert_desc: `Operation reboot of n3 by n1 for pacemaker-controld.1@n2: OK (ref=${reference})`,
  });
  const happens = (count: number, event: Readonly<Record<string, string>> = START): void => {
    for (let index = 0; index < count; index += 1) {
      spawnSync("sh", [join(folder, "alert")], {
        env: { ...event, ...now(), CRM_alert_rc: "0", CRM_alert_target_rc: "0" },
      });
    }
  };

  const now = (): Record<string, string> => {
    const ms = Date.now();
    return {
      CRM_alert_timestamp_epoch: `${Math.floor(ms / 1_000)}`,
      CRM_alert_timestamp_usec: `${(ms % 1_000) * 1_000}`,
    };
  };

  /** A monitor until `work` is done; what it said. */
  const watch = async (
    work: (monitor: ChildProcess, said: () => Said[]) => Promise<void>,
    ...more: readonly string[]
  ): Promise<Said[]> => {
    const argv = [join(ROOT, "bin/dcn-ha.js"), "monitor", ...more, ...groups, "--json"];
    const env = { ...process.env, XDG_STATE_HOME: join(folder, "state") };
    const monitor = spawn(process.execPath, argv, { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    told = 0;
    monitor.stdout.setEncoding("utf8").on("data", (part: string) => {
      told += part.split("\n").length - 1;
      text = SOAK ? part.slice(-2_000) : text + part;
    });
    const said = (): Said[] =>
      text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Said);
    const ended = new Promise((resolve) => monitor.once("close", resolve));
    try {
      await work(monitor, said);
      expect([monitor.exitCode, monitor.signalCode], text).toEqual([null, null]);
    } finally {
      if (monitor.exitCode !== null) console.error(`it ended with ${monitor.exitCode}: ${text}`);
      monitor.kill("SIGKILL");
      await ended;
    }
    return SOAK ? [] : said();
  };
  let told = 0;
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

  test.skipIf(SOAK)(
    "sends each incident to a collector once, also where it is killed and begins again",
    { timeout: 90_000 },
    async () => {
      const sent: string[] = [];
      const collector = createServer((request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", (part: string) => (body += part));
        request.on("end", () => {
          if (request.url === "/v1/traces")
            sent.push(/"traceId":"(\w+)".*"detect n3"|$/.exec(body)?.[1] ?? "");
          response.end("{}");
        });
      }).listen(0, "127.0.0.1");
      await once(collector, "listening");
      const otlp = ["--otlp", `http://127.0.0.1:${(collector.address() as AddressInfo).port}`];
      // A monitor that is killed before it has noted the answer sends the same once more, as it has to.
      const noted = (): boolean =>
        Array.from({ length: GROUPS }, (_, index) =>
          join(folder, `state/dcn-ha/monitor/g${index}.json`),
        ).every(
          (file) => (JSON.parse(readFileSync(file, "utf8")) as { outbox: unknown[] }).outbox.length === 0,
        );
      const sees = async (incidents: number): Promise<void> => {
        await expect.poll(() => sent.length, { timeout: 30_000 }).toBe(incidents);
        await expect.poll(noted, { timeout: 30_000 }).toBe(true);
      };
      try {
        await watch(
          async () => {
            await expect.poll(followed, { timeout: 30_000 }).toBe(GROUPS * NODES.length);
            happens(1, LOST);
            happens(1, fenced("r1"));
            await sees(GROUPS);
          },
          ...otlp,
        );
        await expect.poll(followed, { timeout: 30_000 }).toBe(0);
        happens(1, { ...LOST, CRM_alert_desc: "member" });
        happens(1, LOST);
        happens(1, fenced("r2"));
        await watch(() => sees(2 * GROUPS), ...otlp);
        expect(sent).not.toContain("");
        expect(new Set(sent).size).toBe(2 * GROUPS);
      } finally {
        collector.close();
        collector.closeAllConnections();
      }
    },
  );

  test.skipIf(SOAK)(
    "a group that refuses the login is told as that, and the others are watched",
    async () => {
      keygen(join(folder, "stranger"), "ed25519");
      const refusing = join(folder, "refusing.yaml");
      writeFileSync(refusing, groupText("refusing", sshd, join(folder, "stranger")));
      const all = GROUPS * NODES.length;
      const begun = (said: readonly Said[]): number => said.filter(({ id }) => id !== undefined).length;
      const said = await watch(async (_, lines) => {
        await expect.poll(followed, { timeout: 30_000 }).toBe(all);
        await expect
          .poll(() => lines().filter(({ text }) => text?.includes("refuses us") === true).length, {
            timeout: 30_000,
          })
          .toBe(NODES.length);
        const before = begun(lines());
        happens(1);
        await expect.poll(() => begun(lines()) - before, { timeout: 30_000 }).toBe(all);
      }, refusing);
      const refusals = said.filter(({ text }) => text?.includes("refuses us") === true);
      expect(refusals.map(({ group }) => group)).toEqual(NODES.map(() => "refusing"));
    },
    90_000,
  );

  test("its memory stays flat and small", { timeout: RUN_MS + 400_000 }, async () => {
    let happened = 0;
    await watch(async (monitor) => {
      await expect.poll(followed, { timeout: 300_000, interval: 2_000 }).toBe(GROUPS * NODES.length);
      await delay(RUN_MS / 5);
      const samples: number[] = [];
      const end = Date.now() + (RUN_MS * 4) / 5;
      for (let turn = 0; Date.now() < end; turn += 1) {
        // Each event reaches every node of every group, and has every group looked at: on one machine that is hundreds of processes.
        if (turn % 12 === 0) {
          happens(1);
          happened += 1;
        }
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
      await expect
        .poll(() => told, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(happened * GROUPS * NODES.length);
    });
  });
});

function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

function groupText(name: string, { port, target }: Sshd, identityFile = target.identityFile ?? ""): string {
  const node = (one: string, index: number): string =>
    `  - { name: ${one}, addresses: { site: 10.0.0.${index + 1}, process: 10.2.0.${index + 1} }, ` +
    `ssh: { address: 127.0.0.1, port: ${port}, user: root, hostKey: "${(target.hostKeys[0] ?? "").trim()}", identityFile: ${identityFile} }, ` +
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
