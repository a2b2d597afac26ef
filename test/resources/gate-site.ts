// Gates on loopback addresses, as tests of the boot gate need them: the real program, with a folder for a node.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { have, PYTHON } from "../sandbox/requirements.js";
import { joinedProgram } from "./joined.js";

export const GATE = joinedProgram("gate");
export const python = have("python3");
const cleanups: (() => void)[] = [];
let sites = 0;

/** Ends processes and removes folders of a test. */
export function cleanUp(): void {
  for (const clean of cleanups.splice(0).reverse()) clean();
}

/** Has `clean` run when the test is over. */
export function whenOver(clean: () => void): void {
  cleanups.push(clean);
}

export interface Gate {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  options(): string[];
}

export interface Site {
  readonly gates: readonly Gate[];
  readonly port: number;
}

/** Nodes on loopback addresses of their own, each with configuration, key and a systemctl that says "not running". */
export function site(names: readonly string[], options: { graceMs?: number } = {}): Site {
  const base = mkdtempSync(join(tmpdir(), "dcn-ha-gate-"));
  // A gate that was just killed may still be writing its last file.
  cleanups.push(() => rmSync(base, { recursive: true, force: true, maxRetries: 10 }));
  const key = randomBytes(256);
  const port = 20_000 + (process.pid % 20_000);
  // Another one for each: a listener of the test before may not have ended yet.
  sites += 1;
  const subnet = 1 + ((process.pid + sites) % 250);
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
      "--releases",
      `${folder}/releases`,
      "--aside",
      `${folder}/aside`,
      "--stop-limit",
      "1",
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
export async function listen({ port }: Site, gate: Gate): Promise<void> {
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
  const child = spawn(PYTHON, args, { env: environment(gate), stdio: ["ignore", "pipe", "inherit"] });
  cleanups.push(() => child.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error("the listener ended")));
  });
}

/** What a node brings: its formation, its CIB, and what its Pacemaker can read. */
export function bring(
  gate: Gate,
  {
    formation = "f1",
    epoch = 5,
    schema = "pacemaker-3.9",
    knows = "pacemaker-3.9",
    written = "3.16.1",
    features = "3.16.1",
  } = {},
): void {
  writeFileSync(join(gate.folder, "formation"), `${formation} complete\n`);
  const cib = `<cib crm_feature_set="${written}" validate-with="${schema}" epoch="${epoch}" num_updates="0" admin_epoch="0">\n</cib>\n`;
  writeFileSync(join(gate.folder, "cib.xml"), cib);
  stub(gate, "pacemakerd", `echo ' Supporting v${features}: agent-manpages ncurses'`);
  stub(gate, "cibadmin", `echo '<cib validate-with="${knows}" epoch="0"/>'`);
}

export function stub(gate: Gate, tool: string, script: string): void {
  writeFileSync(join(gate.folder, "stubs", tool), `#!/bin/sh\n${script}\n`);
  chmodSync(join(gate.folder, "stubs", tool), 0o755);
}

/** A node whose cluster runs with quorum. */
export async function runs(all: Site, gate: Gate, quorate = "Yes"): Promise<void> {
  mkdirSync(`${gate.folder}/run`);
  writeFileSync(`${gate.folder}/run/gate-state`, "passed\n");
  writeFileSync(`${gate.folder}/running`, "");
  stub(gate, "corosync-quorumtool", `echo "Quorate:          ${quorate}"`);
  await listen(all, gate);
}

export const stateOf = (gate: Gate): string => readFileSync(`${gate.folder}/run/gate-state`, "utf8").trim();

export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (isSo()) return;
    await sleep(50);
  }
  throw new Error(`never: ${what}`);
}

export interface Passage {
  readonly seconds: number;
  readonly said: string;
  readonly state: string;
}

export const wait = (gate: Gate): Promise<Passage> => run(gate, ["wait"]);

/** Lets corosync-quorumtool on a node list these members. */
export function setMembers(gate: Gate, names: readonly string[]): void {
  const rows = names.map(
    (name, index) => `         ${index + 1}          1 ${name}${index === 0 ? " (local)" : ""}`,
  );
  const text = ["Membership information", "    Nodeid      Votes Name", ...rows].join("\n");
  writeFileSync(join(gate.folder, "stubs/corosync-quorumtool"), `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`);
  chmodSync(join(gate.folder, "stubs/corosync-quorumtool"), 0o755);
}

export function run(gate: Gate, words: readonly string[], program = GATE): Promise<Passage> {
  const started = process.hrtime.bigint();
  const child = spawn(PYTHON, [program, ...words, ...gate.options()], {
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
      const state = existsSync(`${gate.folder}/run/gate-state`) ? stateOf(gate) : "";
      resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, said, state });
    });
  });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function pick(of: Site, index: number): Gate {
  const gate = of.gates[index];
  if (gate === undefined) throw new Error(`no gate ${index}`);
  return gate;
}

/** `gate wait` under a service manager that listens: it stays while nodes of several releases are there. */
export function stay(gate: Gate): {
  readonly said: () => string;
  readonly told: () => string;
  readonly over: Promise<number | null>;
} {
  const address = `${gate.folder}/notify`;
  // Node.js has no datagram sockets in the file system.
  const program = [
    "import os, socket, subprocess, sys, threading",
    "server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "server.bind(sys.argv[1])",
    "def listen():",
    "    while True: print(server.recv(4096).decode(), flush=True)",
    "threading.Thread(target=listen, daemon=True).start()",
    "sys.exit(subprocess.call([sys.executable, *sys.argv[2:]], stdout=sys.stderr, env={**os.environ, 'NOTIFY_SOCKET': sys.argv[1]}))",
  ].join("\n");
  const child = spawn(PYTHON, ["-c", program, address, GATE, "wait", ...gate.options()], {
    env: environment(gate),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  // With the gate that it started.
  cleanups.push(() => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  });
  let [said, told] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    told += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const over = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { said: () => said, told: () => told, over };
}
