import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";

const RESOURCES = join(import.meta.dirname, "../../resources");
const AGENT = join(RESOURCES, "ocf/heartbeat");
const tools = have("python3", "xmllint", "shellcheck");
let folder = "";
let agent = AGENT;
beforeEach(() => {
  agent = AGENT;
  folder = mkdtempSync(join(tmpdir(), "dcn-ha-heartbeat-"));
});
afterEach(() => {
  rmSync(join(folder, "fault-plc"), { force: true });
  run("stop");
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

function run(action: string, extra: Record<string, string> = {}, timeout = 15_000) {
  const env = {
    ...process.env,
    OCF_RESKEY_directory: folder,
    OCF_RESKEY_period_ms: "20",
    OCF_RESOURCE_INSTANCE: "plc",
    HA_RSCTMP: join(folder, "tmp"),
    ...extra,
  };
  return spawnSync("sh", [agent, action], { env, encoding: "utf8", timeout });
}

interface Line {
  readonly event: string;
  readonly pid: number;
  readonly monotonicNs: number;
  readonly boot: string;
}

const lines = (): Line[] =>
  readFileSync(join(folder, "plc.log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

/** Whether a process has ended, its parent told or not (proc(5)). */
function isGone(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || / [ZX] /.test(readFileSync(stat, "utf8"));
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!tools)("the heartbeat workload", () => {
  test("beats while it runs, tells when it stopped, and answers as an OCF agent does", async () => {
    expect(run("monitor").status).toBe(7);
    expect(run("start").status).toBe(0);
    expect(run("start").status).toBe(0);
    expect(run("monitor").status).toBe(0);
    await sleep(300);
    expect(run("stop").status).toBe(0);
    expect(run("stop").status).toBe(0);
    expect(run("monitor").status).toBe(7);
    const log = lines();
    expect(log[0]?.event).toBe("start");
    expect(log.at(-1)?.event).toBe("stop");
    const ticks = log.filter((line) => line.event === "tick");
    expect(ticks.length).toBeGreaterThan(3);
    expect(new Set(log.map((line) => line.pid)).size).toBe(1);
    const times = log.map((line) => line.monotonicNs);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    expect(log[0]?.boot).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  });

  test("that was killed is seen as not running", async () => {
    run("start");
    const pid = lines()[0]?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    // The kernel takes its time on a busy machine.
    await expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);
    expect(run("monitor").status).toBe(7);
    expect(run("start").status).toBe(0);
    expect(run("monitor").status).toBe(0);
  });

  test("that runs on when its program is gone is still seen and still stopped", async () => {
    cpSync(join(RESOURCES, "ocf"), join(folder, "ocf"), { recursive: true });
    agent = join(folder, "ocf/heartbeat");
    expect(run("start").status).toBe(0);
    const pid = lines()[0]?.pid ?? 0;
    rmSync(join(folder, "ocf/heartbeat-writer"));
    expect(run("monitor").status).toBe(0);
    expect(run("stop").status).toBe(0);
    await expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);
    expect(run("monitor").status).toBe(7);
    expect(run("stop").status).toBe(0);
    expect(run("start").status).toBe(5);
  });

  test("fails as it is told", () => {
    const fault = (words: string): void => writeFileSync(join(folder, "fault-plc"), words);
    fault("fail-start");
    expect(run("start").status).toBe(1);
    expect(existsSync(join(folder, "plc.log"))).toBe(false);
    fault("fail-monitor");
    expect(run("monitor").status).toBe(7);
    expect(run("start").status).toBe(0);
    expect(run("monitor").status).toBe(1);
    fault("fail-stop fail-starting\n");
    expect(run("stop").status).toBe(1);
    expect(run("monitor").status).toBe(0);
    fault("hang-monitor");
    expect(run("monitor", {}, 1_000).error).toMatchObject({ code: "ETIMEDOUT" });
  });

  test("refuses nonsense", () => {
    expect(run("validate-all").status).toBe(0);
    expect(run("validate-all", { OCF_RESKEY_period_ms: "0" }).status).toBe(6);
    expect(run("validate-all", { OCF_RESKEY_period_ms: "1; id" }).status).toBe(6);
    expect(run("start", { OCF_RESKEY_directory: "relative" }).status).toBe(6);
    expect(run("start", { OCF_RESOURCE_INSTANCE: "../plc" }).status).toBe(6);
    expect(run("promote").status).toBe(3);
  });

  test("describes itself in XML", () => {
    const metadata = run("meta-data").stdout;
    expect(spawnSync("xmllint", ["--noout", "-"], { input: metadata }).status).toBe(0);
    expect(metadata).toContain('<action name="monitor"');
  });
});

describe.skipIf(!tools)("the scripts for nodes", () => {
  test.each(["node/install-programs", "node/fence-secret", "ocf/heartbeat"])(
    "%s passes shellcheck",
    (script) => {
      const result = spawnSync("shellcheck", [join(RESOURCES, script)], { encoding: "utf8" });
      expect(result.stdout).toBe("");
      expect(result.status).toBe(0);
    },
  );

  test.each(["", "../x", ".x", "-x", "a b", "a/b", "$(id)", "x".repeat(200)])(
    "fence-secret takes no name like %j",
    (name) => {
      const result = spawnSync("sh", [join(RESOURCES, "node/fence-secret"), name], { encoding: "utf8" });
      expect(result).toMatchObject({ status: 64, stdout: "" });
    },
  );
});
