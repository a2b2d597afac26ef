import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";

const OCF = join(import.meta.dirname, "../../resources/ocf");
const [SUCCESS, GENERIC, INSTALLED, CONFIGURED, NOT_RUNNING] = [0, 1, 5, 6, 7];
let folder = "";
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-ha-agents-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function run(agent: string, action: string, parameters: Record<string, string>): Promise<number | null> {
  const keys = Object.entries(parameters).map(([name, value]) => [`OCF_RESKEY_${name}`, value]);
  const env = {
    ...process.env,
    PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
    HA_RSCTMP: join(folder, "tmp"),
    OCF_RESOURCE_INSTANCE: "w",
    ...(Object.fromEntries(keys) as Record<string, string>),
  };
  return new Promise((resolve) => {
    spawn("sh", [join(OCF, agent), action], { env, stdio: "ignore" }).on("close", resolve);
  });
}

function program(name: string, body: string): void {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
}

test.each(["probe", "script", "network-reach"])(
  "%s describes itself, and knows what it does not know",
  async (agent) => {
    const { stdout, status } = spawnSync("sh", [join(OCF, agent), "meta-data"], { encoding: "utf8" });
    expect(status).toBe(SUCCESS);
    expect(stdout).toContain(`<resource-agent name="${agent}"`);
    for (const name of stdout.matchAll(/parameter name="([^"]*)"/g))
      expect(readFileSync(join(OCF, agent), "utf8")).toContain(`OCF_RESKEY_${name[1] ?? ""}`);
    expect(await run(agent, "frobnicate", {})).toBe(3);
    expect(await run(agent, "start", {})).toBe(CONFIGURED);
  },
);

describe.skipIf(!have("python3"))("a probe", () => {
  const command = { command: "test -e ok", failures: "2", grace_ms: "0" };
  const asked = (change: Record<string, string> = {}): Record<string, string> => ({
    ...command,
    command: `test -e ${join(folder, "ok")}`,
    ...change,
  });
  const ok = (): void => writeFileSync(join(folder, "ok"), "");
  const bad = (): void => rmSync(join(folder, "ok"), { force: true });

  test("fails after so many bad looks in a row, and a good one between starts the count anew", async () => {
    const look = (): Promise<number | null> => run("probe", "monitor", asked());
    expect(await look()).toBe(NOT_RUNNING);
    expect(await run("probe", "start", asked())).toBe(SUCCESS);
    bad();
    expect(await look()).toBe(SUCCESS);
    ok();
    expect(await look()).toBe(SUCCESS);
    bad();
    expect([await look(), await look()]).toEqual([SUCCESS, GENERIC]);
    expect(await run("probe", "stop", asked())).toBe(SUCCESS);
    expect(await look()).toBe(NOT_RUNNING);
    expect(await run("probe", "start", asked())).toBe(SUCCESS);
    expect(await look()).toBe(SUCCESS);
  });

  test("lets a workload come up: bad looks count after the first good one, or when the grace is over", async () => {
    const patient = asked({ grace_ms: "600000", failures: "1" });
    await run("probe", "start", patient);
    expect([await run("probe", "monitor", patient), await run("probe", "monitor", patient)]).toEqual([0, 0]);
    ok();
    expect(await run("probe", "monitor", patient)).toBe(SUCCESS);
    bad();
    expect(await run("probe", "monitor", patient)).toBe(GENERIC);
  });

  test("gives up on a command that hangs", async () => {
    const hanging = { command: "sleep 30", timeout_ms: "200", failures: "1", grace_ms: "0" };
    await run("probe", "start", hanging);
    const began = Date.now();
    expect(await run("probe", "monitor", hanging)).toBe(GENERIC);
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  test("asks exactly one thing", async () => {
    expect(await run("probe", "start", { command: "true", port: "80" })).toBe(CONFIGURED);
    expect(await run("probe", "start", { port: "eighty" })).toBe(CONFIGURED);
    expect(await run("probe", "stop", { port: "eighty" })).toBe(SUCCESS);
  });

  test("looks at TCP ports and at HTTP answers: status and text", async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === "/down" ? 503 : 200;
      if (request.url === "/slow") response.write("a");
      else response.end("all is well");
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const { port } = listening.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const look = async (parameters: Record<string, string>): Promise<number | null> => {
      const all = { failures: "1", grace_ms: "0", timeout_ms: "1000", ...parameters };
      await run("probe", "start", all);
      return run("probe", "monitor", all);
    };
    expect(await look({ port: String(port) })).toBe(SUCCESS);
    expect(await look({ url: `${url}/` })).toBe(SUCCESS);
    expect(await look({ url: `${url}/`, contains: "is well" })).toBe(SUCCESS);
    expect(await look({ url: `${url}/`, contains: "is ill" })).toBe(GENERIC);
    expect(await look({ url: `${url}/down` })).toBe(GENERIC);
    expect(await look({ url: `${url}/down`, status: "503" })).toBe(SUCCESS);
    expect(await look({ url: `${url}/slow`, contains: "b" })).toBe(GENERIC);
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
    expect(await look({ port: String(port) })).toBe(GENERIC);
    expect(await look({ url })).toBe(GENERIC);
  }, 30_000);
});

describe("a script", () => {
  const commands = (change: Record<string, string> = {}): Record<string, string> => {
    const flag = join(folder, "runs");
    return {
      start: `touch ${flag}`,
      stop: `rm -f ${flag}`,
      status: `test -e ${flag} || exit 3`,
      user: idOfSelf(),
      ...change,
    };
  };
  test("runs, is asked and stops, and each of these twice", async () => {
    const answers = [];
    for (const action of ["monitor", "start", "start", "monitor", "stop", "stop", "monitor"])
      answers.push(await run("script", action, commands()));
    expect(answers).toEqual([NOT_RUNNING, 0, 0, 0, 0, 0, NOT_RUNNING]);
  });
  test("is over with its start and stop when status says so", async () => {
    const flag = join(folder, "runs");
    const slow = commands({ start: `(sleep 0.5; touch ${flag}) >/dev/null 2>&1 &` });
    expect(await run("script", "start", slow)).toBe(SUCCESS);
    expect(existsSync(flag)).toBe(true);
    const lazy = commands({ stop: `(sleep 0.5; rm ${flag}) >/dev/null 2>&1 & exit 1` });
    expect(await run("script", "stop", lazy)).toBe(SUCCESS);
    expect(existsSync(flag)).toBe(false);
  });
  test("what is not there is not installed, and stops; what cannot be known is a failure", async () => {
    expect(await run("script", "monitor", commands({ status: "/no/such/program" }))).toBe(INSTALLED);
    expect(await run("script", "stop", commands({ status: "/no/such/program" }))).toBe(SUCCESS);
    expect(await run("script", "start", commands({ directory: "/no/such/folder" }))).toBe(INSTALLED);
    expect(await run("script", "monitor", commands({ status: "exit 42" }))).toBe(GENERIC);
    expect(await run("script", "start", commands({ start: "exit 1" }))).toBe(GENERIC);
    expect(await run("script", "start", commands({ start: "" }))).toBe(CONFIGURED);
  });
  // Its disk died, or the directory service does not answer: the process lives on.
  test.each<[string, Record<string, string>]>([
    ["its status program", { status: "/no/such/program", stop: "true" }],
    ["its folder", { directory: "/no/such/folder" }],
    ["its login", { user: "no-such-login" }],
  ])(
    "what was started here does not count as ended without %s, until it is seen ended",
    async (_, missing) => {
      expect(await run("script", "start", commands())).toBe(SUCCESS);
      for (const action of ["monitor", "stop", "stop", "start"])
        expect(await run("script", action, commands(missing)), action).toBe(GENERIC);
      expect(existsSync(join(folder, "runs"))).toBe(true);
      expect(await run("script", "monitor", commands())).toBe(SUCCESS);
      expect(await run("script", "stop", commands())).toBe(SUCCESS);
      expect(await run("script", "stop", commands(missing))).toBe(SUCCESS);
      expect(await run("script", "monitor", commands(missing))).toBe(INSTALLED);
    },
  );
  test("a login that goes away between two questions is no sign that it does not run", async () => {
    expect(await run("script", "start", commands())).toBe(SUCCESS);
    program("id", "case $# in 1) echo 0 ;; *) echo 54321 ;; esac");
    expect(await run("script", "monitor", commands({ user: "no-such-login" }))).toBe(GENERIC);
    expect(await run("script", "stop", commands({ user: "no-such-login" }))).toBe(GENERIC);
  });
  test("what a status found running counts as started; a probe that finds nothing ends that, another look does not", async () => {
    writeFileSync(join(folder, "runs"), "");
    const missing = commands({ status: "/no/such/program" });
    expect(await run("script", "monitor", commands())).toBe(SUCCESS);
    rmSync(join(folder, "runs"));
    expect(await run("script", "monitor", commands({ CRM_meta_interval: "10000" }))).toBe(NOT_RUNNING);
    expect(await run("script", "stop", missing)).toBe(GENERIC);
    expect(await run("script", "monitor", commands({ CRM_meta_interval: "0" }))).toBe(NOT_RUNNING);
    expect(await run("script", "stop", missing)).toBe(SUCCESS);
  });
});

function idOfSelf(): string {
  return spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim();
}

describe("network-reach", () => {
  const told = (): string[] => {
    const file = join(folder, "told");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  // The node's network in a folder: who answers, who has a carrier, who is a member.
  const world = (state: { answers?: string[]; carrier?: boolean; members?: string[] }): void => {
    const { answers = [], carrier = true, members = ["n1", "n2", "n3"] } = state;
    program(
      "ping",
      `for last; do :; done\ncase " ${answers.join(" ")} " in *" $last "*) exit 0 ;; esac\nexit 1`,
    );
    program("crm_node", `case $1 in -n) echo n1 ;; *) echo "${members.join(" ")}" ;; esac`);
    program("attrd_updater", `echo "$2=$4" >>${join(folder, "told")}`);
    const flags = carrier ? "UP,LOWER_UP" : "NO-CARRIER,UP";
    program(
      "ip",
      `case "$*" in *address*) echo "2: eth1    inet 10.0.0.1/24 scope global eth1" ;; *) echo "2: eth1: <${flags}> mtu" ;; esac`,
    );
  };
  const parameters = { attribute: "network-p", peers: "n1=10.0.0.1 n2=10.0.0.2 n3=10.0.0.3" };
  const act = (action: string, more: Record<string, string> = {}): Promise<number | null> =>
    run("network-reach", action, { ...parameters, ...more });

  test("is there while one of the others answers, and lost at the first look at which none does", async () => {
    world({ answers: ["10.0.0.3"] });
    expect(await act("monitor")).toBe(NOT_RUNNING);
    expect(await act("start")).toBe(SUCCESS);
    expect(await act("monitor")).toBe(SUCCESS);
    expect(told()).toEqual(["network-p=1"]);
    world({});
    expect(await act("monitor")).toBe(SUCCESS);
    expect(told()).toEqual(["network-p=1", "network-p=0"]);
  });

  test("does not flap: four good looks are not enough, and a bad one starts the count anew", async () => {
    world({});
    await act("start");
    const good = async (times: number): Promise<void> => {
      world({ answers: ["10.0.0.2"] });
      for (let look = 0; look < times; look += 1) await act("monitor");
    };
    await good(4);
    world({});
    await act("monitor");
    await good(4);
    expect(told()).toEqual(["network-p=0"]);
    await good(1);
    expect(told()).toEqual(["network-p=0", "network-p=1"]);
  });

  test("with one other member nobody can tell whose link is cut, so that the carrier decides", async () => {
    world({ members: ["n1", "n2"] });
    await act("start");
    expect(told()).toEqual(["network-p=1"]);
    world({ members: ["n1", "n2"], carrier: false });
    await act("monitor");
    expect(told()).toEqual(["network-p=1", "network-p=0"]);
  });

  test("targets are asked instead of the others, and decide alone", async () => {
    const targets = { targets: "10.0.0.254" };
    world({ answers: ["10.0.0.2"], members: ["n1", "n2"] });
    await act("start", targets);
    expect(told()).toEqual(["network-p=0"]);
    world({ answers: ["10.0.0.254"] });
    for (let look = 0; look < 5; look += 1) await act("monitor", targets);
    expect(told()).toEqual(["network-p=0", "network-p=1"]);
  });

  test("a reload looks with the new addresses, a stop leaves the attribute as it is", async () => {
    world({ answers: ["10.0.0.4"] });
    await act("start", { peers: "n1=10.0.0.1 n4=10.0.0.4" });
    expect(await act("reload-agent")).toBe(SUCCESS);
    expect(await act("stop")).toBe(SUCCESS);
    expect(await act("stop")).toBe(SUCCESS);
    expect(told()).toEqual(["network-p=1", "network-p=0"]);
    expect(await act("monitor")).toBe(NOT_RUNNING);
  });
});
