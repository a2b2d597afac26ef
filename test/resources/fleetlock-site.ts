// A FleetLock server as a node runs it: the real program, over a scripted helper that keeps a lock in a folder.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLock, type LockHolder } from "../../src/coordination/index.js";
import { PYTHON } from "../sandbox/requirements.js";
import { joinedProgram } from "./joined.js";

export const SERVER = joinedProgram("fleetlock");
const cleanups: (() => void)[] = [];
const STATE = [
  "lock",
  "writes",
  "looks",
  "guard",
  "rollout",
  "quorum",
  "sudo",
  "mon-after",
  "before-write",
  "after-write",
];

/** Ends servers and removes folders of the test. */
export function cleanUp(): void {
  for (const cleanup of cleanups.splice(0)) cleanup();
}

/** One node of crm_mon's list; what is not given is as on a node in service. */
export type NodeFacts = Readonly<Record<string, string>> & { readonly name: string };

/** What the scripted helper says of its cluster. */
export interface Cluster {
  readonly nodes?: readonly NodeFacts[];
  /** More elements behind the nodes. */
  readonly more?: string;
  readonly options?: string;
  readonly dc?: string;
  readonly votes?: string;
}

const three = ["dcn1", "dcn2", "dcn3"].map((name) => ({ name }));

/** crm_mon's XML of Pacemaker 2.1, of a group of three that is well unless told otherwise. */
export function crmMon({
  nodes = three,
  more = "",
  options = "",
  dc = 'present="true"',
}: Cluster = {}): string {
  const listed = nodes.map((facts, index) => {
    const all = {
      id: String(index + 1),
      online: "true",
      standby: "false",
      standby_onfail: "false",
      maintenance: "false",
    };
    const rest = { pending: "false", unclean: "false", shutdown: "false", type: "member", ...facts };
    return `<node ${Object.entries({ ...all, ...rest })
      .map(([key, value]) => `${key}="${value}"`)
      .join(" ")}/>`;
  });
  return `<pacemaker-result api-version="2.25"><summary><current_dc ${dc}/><cluster_options ${options}/></summary><nodes>${listed.join("")}</nodes>${more}<status code="0" message="OK"/></pacemaker-result>`;
}

/** corosync-quorumtool -s; a vote count a node, and the device's where there is one. */
export function quorumTool(
  counts: readonly number[],
  { expected = 3, quorum = 2, device = 0, quorate = "Yes" } = {},
): string {
  const rows = counts.map(
    (count, index) =>
      `         ${index + 1}          ${count} dcn${index + 1}${index === 0 ? " (local)" : ""}`,
  );
  const total = counts.reduce((sum, count) => sum + count, device);
  const all = device === 0 ? rows : [...rows, `         0          ${device}            Qdevice`];
  return `Quorum information\n------------------\nDate:             Fri Nov 20 11:10:12 2026\nQuorate:          ${quorate}\n\nVotequorum information\n----------------------\nExpected votes:   ${expected}\nHighest expected: ${expected}\nTotal votes:      ${total}\nQuorum:           ${quorum}  \nFlags:            Quorate \n\nMembership information\n----------------------\n    Nodeid      Votes Name\n${all.join("\n")}\n`;
}

// As resources/node/helper/52-lock.sh answers. Files in the folder make it slow, deaf or ill at chosen points.
const HELPER = `#!/usr/bin/env python3
import fcntl, os, sys, time
folder = sys.argv[1]
def text(name, other=""):
    try:
        with open(os.path.join(folder, name)) as file:
            return file.read()
    except FileNotFoundError:
        return other
def put(name, value):
    with open(os.path.join(folder, name + ".new"), "w") as file:
        file.write(value)
    os.replace(os.path.join(folder, name + ".new"), os.path.join(folder, name))
def pause(name):
    if text(name):
        put("paused", name)
        time.sleep(float(text(name)))
if text("sudo"):
    sys.exit(text("sudo"))
def set_lock(payload):
    expected, value = payload.splitlines()
    if len(value) > 2000:
        return 64, "", "not a lock"
    pause("before-write")
    with open(os.path.join(folder, "mutex"), "w") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        now = text("lock", "free")
        if text("quorum", "1") != "1":
            return 69, "", "this part of the cluster has no quorum"
        if value != "free" and text("guard").startswith("armed "):
            return 76, text("guard"), ""
        if not (now == "free" if expected == "free" else now.startswith("held " + expected[6:] + " ")):
            return 75, now + "\\n", ""
        put("lock", value)
        put("writes", text("writes") + value + "\\n")
        if value != "free" and text("mon-after"):
            put("mon", text("mon-after"))
    pause("after-write")
    return 0, "", ""
def answer(verb, payload):
    if verb == "set-lock":
        return set_lock(payload)
    if verb == "read-lock":
        return 0, "quorum=%s\\nlock=%s\\nguard=%s\\nrollout=%s\\n" % (text("quorum", "1"), text("lock"), text("guard"), text("rollout")), ""
    if verb == "status-cluster":
        put("looks", text("looks") + "x")
        return 0, text("mon"), ""
    if verb == "status-quorum":
        return 0, text("votes"), ""
    return 0, "", ""
data = sys.stdin.buffer.read()
assert data.startswith(b"hello 1\\n1") and data.endswith(b"end 0\\n"), data
out = b""
while data:
    head, _, data = data.partition(b"\\n")
    verb, length = head.split()[:2]
    payload, data = data[: int(length)], data[int(length) :]
    code, said, trouble = answer(verb.decode(), payload.decode())
    out += b"%s %d %d %d\\n" % (verb, code, len(said.encode()), len(trouble.encode())) + said.encode() + trouble.encode()
sys.stdout.buffer.write(out)
`;

const PROTOCOL: Readonly<Record<string, string>> = { "fleet-lock-protocol": "true" };

/** An answer of the server. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly kind: string | undefined;
  readonly value: string | undefined;
  readonly allow: string | undefined;
}

/** A node with a helper, and servers on it. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "dcn-ha-fleetlock-"));
  readonly helper = `${PYTHON} ${this.folder}/helper ${this.folder}`;
  readonly said: string[] = [];
  port = 0;

  constructor(cluster: Cluster = {}) {
    cleanups.push(() => rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 }));
    this.set("helper", HELPER);
    chmodSync(join(this.folder, "helper"), 0o755);
    this.be(cluster);
  }

  /** The cluster as it is from now on; its lock is free, and nothing ails the helper. */
  be(cluster: Cluster): void {
    for (const name of STATE) rmSync(join(this.folder, name), { force: true });
    this.change(cluster);
  }

  /** The same with lock and helper as they are. */
  change(cluster: Cluster): void {
    this.set("mon", crmMon(cluster));
    this.set("votes", cluster.votes ?? quorumTool([1, 1, 1]));
  }

  set(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string | undefined {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  /** The lock's text; free where nobody ever had it. */
  get lock(): string {
    return this.read("lock") ?? "free";
  }

  /** Starts a server, which is `port` from then on. */
  async start(...words: readonly string[]): Promise<ChildProcess> {
    const args = [SERVER, "serve", "127.0.0.1:0", "--helper", this.helper, ...words];
    const child = spawn(PYTHON, args, { stdio: ["ignore", "ignore", "pipe"] });
    cleanups.push(() => child.kill("SIGKILL"));
    let text = "";
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`the server ended: ${text}`)));
      child.stderr.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        this.said.push(part);
        const told = /answers at \S+ port (\d+)/.exec(text);
        if (told === null) return;
        this.port = Number(told[1]);
        resolve();
      });
    });
    return child;
  }

  /** One request as a client would send it; header and body as given. */
  send(path: string, { method = "POST", headers = PROTOCOL, body = "" } = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: "127.0.0.1", port: this.port, path, method, headers, agent: false },
        (reply) => {
          let text = "";
          reply.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          reply.once("end", () => {
            const said = (text.startsWith("{") ? JSON.parse(text) : {}) as { kind?: string; value?: string };
            const { allow } = reply.headers;
            resolve({ status: reply.statusCode ?? 0, body: text, kind: said.kind, value: said.value, allow });
          });
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  }

  preReboot(id: string, group = "workers"): Promise<Reply> {
    return this.send("/v1/pre-reboot", { body: JSON.stringify({ client_params: { group, id } }) });
  }

  steadyState(id: string, group = "workers"): Promise<Reply> {
    return this.send("/v1/steady-state", { body: JSON.stringify({ client_params: { group, id } }) });
  }
}

/** Whose the lock is, as the controller reads it. */
export function holderOf(site: Site): LockHolder | string {
  const lock = decodeLock(site.lock);
  return lock.state === "held" ? lock.holder : lock.state;
}

/** Looks until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !isSo(); round += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  if (!isSo()) throw new Error("it never came to be so");
}
