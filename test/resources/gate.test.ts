import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";

const GATE = join(import.meta.dirname, "../../resources/node/dcn-ha-gate");
const python = have("python3");
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

interface Gate {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  options(): string[];
}

interface Site {
  readonly gates: readonly Gate[];
  readonly port: number;
}

/** Nodes on loopback addresses of their own, each with configuration, key and a systemctl that says "not running". */
function site(names: readonly string[], options: { graceMs?: number } = {}): Site {
  const base = mkdtempSync(join(tmpdir(), "dcn-ha-gate-"));
  cleanups.push(() => rmSync(base, { recursive: true, force: true }));
  const key = randomBytes(256);
  const port = 20_000 + (process.pid % 20_000);
  const subnet = 1 + (process.pid % 250);
  const addressOf = (name: string): string => `127.9.${subnet}.${names.indexOf(name) + 1}`;
  const gates = names.map((name) => {
    const folder = join(base, name);
    mkdirSync(join(folder, "stubs"), { recursive: true });
    const peers = names
      .filter((one) => one !== name)
      .map((one) => ({ name: one, addresses: ["127.9.255.254", addressOf(one)] }));
    const config = { cluster: "cabinet", node: name, peers, graceMs: options.graceMs ?? 20_000, port };
    writeFileSync(join(folder, "gate.json"), JSON.stringify(config));
    writeFileSync(join(folder, "authkey"), key);
    writeFileSync(join(folder, "stubs/systemctl"), `#!/bin/sh\ntest -e ${folder}/running\n`);
    chmodSync(join(folder, "stubs/systemctl"), 0o755);
    const flags = (): string[] => [
      "--config",
      `${folder}/gate.json`,
      "--key",
      `${folder}/authkey`,
      "--state",
      `${folder}/run/gate-state`,
      "--formation",
      `${folder}/formation`,
      "--cib",
      `${folder}/cib.xml`,
      "--banners",
      `${folder}/banners`,
      "--held-round",
      "0.3",
    ];
    return { name, address: addressOf(name), folder, options: flags };
  });
  return { gates, port };
}

const environment = (gate: Gate) => ({
  ...process.env,
  PATH: `${gate.folder}/stubs:${process.env.PATH ?? ""}`,
});

/** Does what dcn-ha-gate.socket does: one `gate answer` per connection, the connection as its standard input. */
async function listen({ port }: Site, gate: Gate): Promise<void> {
  const program = `
import os, socket, subprocess, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=16)
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    subprocess.Popen([sys.executable, *sys.argv[3:]], stdin=connection, stdout=connection)
    connection.close()
`;
  const args = ["-c", program, gate.address, String(port), GATE, "answer", ...gate.options()];
  const child = spawn("python3", args, { env: environment(gate), stdio: ["ignore", "pipe", "inherit"] });
  cleanups.push(() => child.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error("the listener ended")));
  });
}

/** What a node brings: its formation, its CIB, and what its Pacemaker can read. */
function bring(
  gate: Gate,
  { formation = "f1", epoch = 5, schema = "pacemaker-3.9", knows = "pacemaker-3.9" } = {},
): void {
  writeFileSync(join(gate.folder, "formation"), `${formation} complete\n`);
  const cib = `<cib crm_feature_set="3.16.1" validate-with="${schema}" epoch="${epoch}" num_updates="0" admin_epoch="0">\n</cib>\n`;
  writeFileSync(join(gate.folder, "cib.xml"), cib);
  stub(gate, "cibadmin", `echo '<cib validate-with="${knows}" epoch="0"/>'`);
}

function stub(gate: Gate, tool: string, script: string): void {
  writeFileSync(join(gate.folder, "stubs", tool), `#!/bin/sh\n${script}\n`);
  chmodSync(join(gate.folder, "stubs", tool), 0o755);
}

/** A node whose cluster runs with quorum. */
async function runs(all: Site, gate: Gate, quorate = "Yes"): Promise<void> {
  mkdirSync(`${gate.folder}/run`);
  writeFileSync(`${gate.folder}/run/gate-state`, "passed\n");
  writeFileSync(`${gate.folder}/running`, "");
  stub(gate, "corosync-quorumtool", `echo "Quorate:          ${quorate}"`);
  await listen(all, gate);
}

const stateOf = (gate: Gate): string => readFileSync(`${gate.folder}/run/gate-state`, "utf8").trim();

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (isSo()) return;
    await sleep(50);
  }
  throw new Error(`never: ${what}`);
}

interface Passage {
  readonly seconds: number;
  readonly said: string;
  readonly state: string;
}

const wait = (gate: Gate): Promise<Passage> => run(gate, ["wait"]);

/** Lets corosync-quorumtool on a node list these members. */
function setMembers(gate: Gate, names: readonly string[]): void {
  const rows = names.map(
    (name, index) => `         ${index + 1}          1 ${name}${index === 0 ? " (local)" : ""}`,
  );
  const text = ["Membership information", "    Nodeid      Votes Name", ...rows].join("\n");
  writeFileSync(join(gate.folder, "stubs/corosync-quorumtool"), `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`);
  chmodSync(join(gate.folder, "stubs/corosync-quorumtool"), 0o755);
}

function run(gate: Gate, words: readonly string[]): Promise<Passage> {
  const started = process.hrtime.bigint();
  const child = spawn("python3", [GATE, ...words, ...gate.options()], {
    env: environment(gate),
    stdio: ["ignore", "inherit", "pipe"],
  });
  cleanups.push(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code) => {
      if (code !== 0) reject(new Error(`gate ended with ${String(code)}: ${said}`));
      const state = readFileSync(`${gate.folder}/run/gate-state`, "utf8").trim();
      resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, said, state });
    });
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function pick(of: Site, index: number): Gate {
  const gate = of.gates[index];
  if (gate === undefined) throw new Error(`no gate ${index}`);
  return gate;
}

describe.skipIf(!python)("the gate", { timeout: 60_000 }, () => {
  test("opens for all when the last has come, however staggered they start", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    await listen(all, pick(all, 0));
    const first = wait(pick(all, 0));
    await listen(all, pick(all, 1));
    const second = wait(pick(all, 1));
    await sleep(1_500);
    expect(readFileSync(`${pick(all, 0).folder}/run/gate-state`, "utf8")).toBe("waiting\n");
    await listen(all, pick(all, 2));
    const passages = await Promise.all([first, second, wait(pick(all, 2))]);
    for (const { said, state } of passages) {
      expect(said).toContain("all peers are up");
      expect(said).not.toContain("WARNING");
      expect(state).toBe("passed");
    }
    expect(passages[0].seconds).toBeGreaterThan(1.4);
  });

  test("opens after the grace time, and says loudly who was missing", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"], { graceMs: 1_500 });
    await listen(all, pick(all, 1));
    const other = wait(pick(all, 1));
    const { said, seconds } = await wait(pick(all, 0));
    expect(said).toMatch(/WARNING: dcn3 did not answer/);
    expect(seconds).toBeGreaterThan(1.4);
    expect((await other).said).toMatch(/WARNING: dcn1, dcn3 did not answer/);
  });

  test("lets a node join at once where the cluster runs already", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    const running = pick(all, 1);
    mkdirSync(`${running.folder}/run`);
    writeFileSync(`${running.folder}/run/gate-state`, "passed\n");
    writeFileSync(`${running.folder}/running`, "");
    await listen(all, running);
    const { said, seconds } = await wait(pick(all, 0));
    expect(said).toContain("runs already on dcn2");
    expect(seconds).toBeLessThan(10);
  });

  test("does not count a peer with another key", async () => {
    const all = site(["dcn1", "dcn2"], { graceMs: 1_500 });
    writeFileSync(`${pick(all, 1).folder}/authkey`, randomBytes(256));
    mkdirSync(`${pick(all, 1).folder}/run`);
    writeFileSync(`${pick(all, 1).folder}/run/gate-state`, "waiting\n");
    await listen(all, pick(all, 1));
    const { said } = await wait(pick(all, 0));
    expect(said).toMatch(/dcn2 at 127\.9\.\d+\.2 answers with another key/);
    expect(said).toMatch(/WARNING: dcn2 did not answer/);
  });

  test.each([
    [
      "an answer without a seal",
      { cluster: "cabinet", node: "dcn2", state: "running", mac: "00" },
      "another key",
    ],
    [
      "an answer of another cluster",
      { cluster: "other", node: "dcn2", state: "running", mac: "00" },
      "belongs to the cluster",
    ],
    [
      "an answer of another node",
      { cluster: "cabinet", node: "dcn9", state: "running", mac: "00" },
      "calls itself",
    ],
    ["a list", [1, 2], "not ours"],
    ["noise", "noise", "WARNING: dcn2"],
  ])("does not count %s", async (_name, forged, text) => {
    const all = site(["dcn1", "dcn2"], { graceMs: 1_200 });
    const server: Server = createServer((connection) => {
      connection.on("error", () => undefined);
      connection.end(`${forged === "noise" ? "\u0000{{{" : JSON.stringify(forged)}\n`);
    });
    await new Promise<void>((resolve) => server.listen(all.port, pick(all, 1).address, () => resolve()));
    cleanups.push(() => server.close());
    const { said } = await wait(pick(all, 0));
    expect(said).toContain(text);
    expect(said).toMatch(/WARNING: dcn2 did not answer/);
  });

  test("answers no nonsense", async () => {
    const all = site(["dcn1", "dcn2"]);
    const gate = pick(all, 0);
    mkdirSync(`${gate.folder}/run`);
    writeFileSync(`${gate.folder}/run/gate-state`, "waiting\n");
    await listen(all, gate);
    const { connect } = await import("node:net");
    const talk = (question: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const connection = connect(all.port, gate.address, () => connection.write(question));
        let said = "";
        connection.setEncoding("utf8").on("data", (piece: string) => {
          said += piece;
        });
        connection.once("end", () => resolve(said)).once("error", reject);
      });
    for (const question of [
      "\n",
      "[]\n",
      '{"nonce": 5}\n',
      '{"nonce": "short"}\n',
      `${"x".repeat(5_000)}\n`,
    ]) {
      expect(await talk(question).catch(() => ""), question).toBe("");
    }
    expect(JSON.parse(await talk('{"nonce": "0123456789abcdef"}\n'))).toMatchObject({
      node: "dcn1",
      state: "waiting",
    });
  });
});

describe.skipIf(!python)(
  "a node that brings the configuration of an earlier life",
  { timeout: 60_000 },
  () => {
    const held = (gate: Gate) =>
      until("it is held", () => existsSync(`${gate.folder}/run`) && stateOf(gate) === "held");
    const banner = (gate: Gate): string => {
      const file = `${gate.folder}/banners/motd.d/50-dcn-ha-gate`;
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    };

    test("is held before the cluster starts, says so where people look, and goes on when that is mended", async () => {
      const all = site(["dcn1", "dcn2", "dcn3"]);
      const [first, second, third] = [pick(all, 0), pick(all, 1), pick(all, 2)];
      for (const gate of [first, second]) {
        bring(gate);
        await runs(all, gate);
      }
      bring(third, { formation: "f0", epoch: 900 });
      const passage = wait(third);
      await held(third);
      await until("the banner", () => banner(third) !== "");
      expect(banner(third)).toMatch(
        /^THIS NODE DOES NOT START THE CLUSTER: it brings the configuration of an earlier life/,
      );
      rmSync(`${third.folder}/cib.xml`);
      const { said, state } = await passage;
      expect(said).toMatch(
        /HELD: [^\n]*version 0\.900 of the formation f0[^\n]*rm \/var\/lib\/pacemaker\/cib/,
      );
      expect(said).toMatch(/mended: it goes on\n[\s\S]*(runs already on dcn[12]|all peers are up)/);
      expect(said.match(/HELD/g)).toHaveLength(1);
      expect(state).toBe("passed");
      expect(banner(third)).toBe("");
    });

    test("but not where the silence of those who gave the reason is all that changed", async () => {
      const all = site(["dcn1", "dcn2"]);
      bring(pick(all, 0));
      await runs(all, pick(all, 0));
      bring(pick(all, 1), { formation: "f0", epoch: 900 });
      const passage = wait(pick(all, 1));
      await held(pick(all, 1));
      // Its answers no longer count.
      const key = readFileSync(`${pick(all, 0).folder}/authkey`);
      writeFileSync(`${pick(all, 0).folder}/authkey`, randomBytes(256));
      await sleep(1_500);
      expect(stateOf(pick(all, 1))).toBe("held");
      writeFileSync(`${pick(all, 0).folder}/authkey`, key);
      rmSync(`${pick(all, 1).folder}/cib.xml`);
      expect((await passage).state).toBe("passed");
    });
  },
);

describe.skipIf(!python)("what holds a node at the gate", () => {
  const f1 = { formation: "f1", version: [0, 5], schema: "pacemaker-3.9", knows: "pacemaker-3.9" };
  const f0 = { ...f1, formation: "f0", version: [0, 900] };
  const newer = { ...f1, version: [0, 900], schema: "pacemaker-3.10", knows: "pacemaker-4.0" };
  const runsWell = (facts: object): readonly [string, object] => ["running", { ...facts, quorate: true }];
  const waits = (facts: object): readonly [string, object] => ["waiting", facts];
  const alone = ["running", { ...f1, quorate: false }] as const;
  const old = ["running", {}] as const;
  test.each([
    ["another formation, newer than a running cluster", f0, [runsWell(f1)], /earlier life/],
    ["the same, older: it loses by itself", { ...f0, version: [0, 4] }, [runsWell(f1)], undefined],
    [
      "the same formation, newer: the others may have missed something",
      { ...f1, version: [0, 900] },
      [runsWell(f1)],
      undefined,
    ],
    ["no configuration at all", { formation: "f0", knows: "pacemaker-3.9" }, [runsWell(f1)], undefined],
    ["a cluster that runs without quorum cannot speak for the group", f0, [alone], undefined],
    ["a gate of an older release says nothing", f0, [old], undefined],
    ["nobody answers", f0, [], undefined],
    ["nobody runs, and most are of another formation", f0, [waits(f1), waits(f1)], /earlier life/],
    ["nobody runs, and it is one of the many", f1, [waits(f0), waits(f1)], undefined],
    ["one against one: nobody can tell who is right", f0, [waits(f1)], undefined],
    ["a schema that the running ones cannot read", newer, [runsWell(f1), waits(newer)], /cannot read/],
    ["a schema that most cannot read", newer, [waits(f1), waits(f1)], /cannot read/],
    ["a schema that one of three cannot read", newer, [waits(newer), waits(f1)], undefined],
    ["3.10 comes after 3.9", f1, [runsWell({ ...f1, knows: "pacemaker-3.10" })], undefined],
    ["a Pacemaker that is too old for the running cluster", f1, [runsWell(newer)], /needs the release/],
    ["a Pacemaker that is too old for most", f1, [waits(newer), waits(newer)], /needs the release/],
    ["one that most cannot read is held itself", f1, [waits(newer), waits(f1)], undefined],
    ["of a pair the older Pacemaker is held, not both", f1, [waits(newer)], /needs the release/],
    ["of a pair the newer one goes on", newer, [waits(f1)], undefined],
  ] as const)("%s", (_name, own, peers, reason) => {
    const told = peers.map(([state, facts], index) => [`dcn${index + 2}`, state, facts]);
    const program = [
      "import importlib.machinery, importlib.util, json, sys",
      "sys.dont_write_bytecode = True",
      "loader = importlib.machinery.SourceFileLoader('gate', sys.argv[1])",
      "gate = importlib.util.module_from_spec(importlib.util.spec_from_loader('gate', loader))",
      "loader.exec_module(gate)",
      "print(json.dumps([text for text, _ in gate.reasons_to_hold(*json.loads(sys.argv[2]))]))",
    ].join("\n");
    const run = spawnSync("python3", ["-c", program, GATE, JSON.stringify([own, told])], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    const reasons = JSON.parse(run.stdout) as string[];
    expect(reasons).toHaveLength(reason === undefined ? 0 : 1);
    if (reason !== undefined) expect(reasons[0]).toMatch(reason);
  });
});

describe.skipIf(!python)("after the gate", { timeout: 60_000 }, () => {
  test("pacemaker waits for the members that passed, once, and not for ever", async () => {
    const group = site(["dcn1", "dcn2", "dcn3"], { graceMs: 600 });
    const [first, second] = group.gates;
    if (first === undefined || second === undefined) throw new Error("no gates");
    await Promise.all([listen(group, first), listen(group, second)]);
    await Promise.all([wait(first), wait(second)]);

    // dcn3 was not heard, so nobody waits for it; dcn2 joins a moment later than dcn1.
    setMembers(first, ["dcn1"]);
    setTimeout(() => setMembers(first, ["dcn1", "dcn2"]), 500);
    const joined = await run(first, ["joined"]);
    expect(joined.seconds).toBeGreaterThan(0.4);
    expect(joined.said).toContain("all peers of the gate are members of corosync");
    setMembers(first, ["dcn1"]);
    expect((await run(first, ["joined"])).said).toBe("");

    setMembers(second, ["dcn2"]);
    const alone = await run(second, ["joined", "--join-limit", "0.5"]);
    expect(alone.said).toContain("WARNING: dcn1 passed the gate but did not join corosync in 0.5 s");
  });
});
