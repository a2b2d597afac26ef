// A client in the network of a site, who asks a workload at its floating address 20 times a second while something happens to its nodes.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LabSpec } from "../../src/lab/spec.js";
import { type Lab, nowNs } from "./lab.js";
import type { Plant } from "./plant.js";

const program = fileURLToPath(new URL("requests-asked.js", import.meta.url));
const ADDRESS = "10.1.0.50";
const PORT = 8080;
const SERVER = `import http.server, socket
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(socket.gethostname().encode())
    def log_message(self, *words):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64
Server(("${ADDRESS}", ${PORT}), Answer).serve_forever()
`;
const UNIT = "[Service]\nExecStart=/usr/bin/python3 /usr/lib/plant/answers.py\n";
const WORKLOAD = `  - name: answers
    members:
      - { name: address, profile: floating-address, with: { address: ${ADDRESS}/24 } }
      - { name: server, profile: systemd-service, with: { unit: answers.service } }
`;

/** One request, and who answered it: the name of a node. */
interface Request {
  readonly fromNs: number;
  readonly toNs: number;
  readonly text?: string;
  readonly status?: number;
  readonly error?: string;
}

/** The time between the last answer of one node and the first of the next one. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly fromNs: number;
  readonly toNs: number;
  /** Requests in it that nobody answered. */
  readonly lost: number;
}

/** What a client saw. */
export interface Answers {
  readonly requests: number;
  readonly perSecond: number;
  readonly moves: readonly Move[];
  /** Requests that nobody answered though the workload was not on its way. */
  readonly lost: readonly Request[];
  /** The longest that somebody waited for an answer while the workload was not on its way. */
  readonly slowestMs: number;
}

/** Gives site 1 the workload `answers`, which starts where `panel` does, and every image what it runs. */
export function withAnswers(plant: Plant): void {
  const group = join(plant.folder, "groups", "site-1.yaml");
  const prefer = "  - { prefer: answers, nodes: { hmi-01: 200, gw-01: 100 } }\n";
  writeFileSync(
    group,
    readFileSync(group, "utf8").replace(/^constraints:\n/m, (line) => `${WORKLOAD}${line}${prefer}`),
  );
  const file = (path: string, content: string): string =>
    `    ${path}: { content: ${JSON.stringify(content)} }\n`;
  const files =
    file("/usr/lib/plant/answers.py", SERVER) + file("/usr/lib/systemd/system/answers.service", UNIT);
  plant.change((text) => text.replace(/^workload:\n {2}files:\n/m, (head) => head + files));
}

/** A client in a network namespace of its own, which the end of the lab takes away with the lab's. */
export class Requests {
  private readonly namespace: string;
  private readonly seen: Request[] = [];
  private readonly child: ChildProcess;
  private rest = "";

  constructor(lab: Lab) {
    const { slot } = JSON.parse(readFileSync(join(lab.folder, "lab.json"), "utf8")) as LabSpec;
    this.namespace = `dcn-ha-lab-${lab.name}-requests`;
    const [outside, bridge] = [`dcl${slot}xreq`, `dcl${slot}xb1`];
    const ip = (...words: readonly string[]): unknown => execFileSync("ip", words);
    ip("netns", "add", this.namespace);
    ip("link", "add", outside, "type", "veth", "peer", "name", "site", "netns", this.namespace);
    ip("link", "set", outside, "master", bridge, "up");
    ip("-n", this.namespace, "addr", "add", "10.1.0.200/24", "dev", "site");
    ip("-n", this.namespace, "link", "set", "site", "up");
    const words = ["netns", "exec", this.namespace, process.execPath, program, `http://${ADDRESS}:${PORT}/`];
    this.child = spawn("ip", words, { stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      const lines = (this.rest + part).split("\n");
      this.rest = lines.pop() ?? "";
      this.seen.push(...lines.map((line) => JSON.parse(line) as Request));
    });
  }

  /** Waits until somebody answers, and says who. */
  async answered(timeoutMs = 60_000): Promise<string> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const { status, text } = this.seen.at(-1) ?? {};
      if (status === 200 && text !== undefined) return text;
      if (Date.now() > end) throw new Error(`nobody answers: ${JSON.stringify(this.seen.at(-1))}`);
      await delay(300);
    }
  }

  /** Ends the client, after the last request had time for its answer, and says what it saw since `sinceNs`. */
  async end(sinceNs: number): Promise<Answers> {
    const until = nowNs();
    await delay(5_500);
    const over = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill("SIGKILL");
    await over;
    execFileSync("ip", ["netns", "delete", this.namespace]);
    return judge(this.seen.filter(({ fromNs }) => fromNs >= sinceNs && fromNs <= until));
  }
}

/** Sorts requests by who answered them: what was lost in between is a move's, anything else is nobody's. */
export function judge(all: readonly Request[]): Answers {
  const begun = [...all].sort((one, other) => one.fromNs - other.fromNs);
  const answered = begun.filter(({ status }) => status === 200);
  const isLost = ({ status }: Request): boolean => status !== 200;
  const moves: Move[] = [];
  let last: Request | undefined;
  for (const one of [...answered].sort((a, b) => a.toNs - b.toNs)) {
    if (last !== undefined && last.text !== one.text) {
      const window = { from: last.text ?? "", to: one.text ?? "", fromNs: last.toNs, toNs: one.toNs };
      moves.push({ ...window, lost: begun.filter((each) => isLost(each) && isIn(window, each)).length });
    }
    last = one;
  }
  const aside = begun.filter((one) => !moves.some((move) => isIn(move, one)));
  const [first, end] = [begun[0]?.fromNs ?? 0, begun.at(-1)?.fromNs ?? 0];
  return {
    requests: begun.length,
    perSecond: (begun.length - 1) / ((end - first) / 1e9),
    moves,
    lost: aside.filter(isLost),
    slowestMs: Math.max(0, ...aside.map(({ fromNs, toNs }) => (toNs - fromNs) / 1e6)),
  };
}

/** Under way at some time in a move: one that was cut off began before it. */
function isIn(move: Pick<Move, "fromNs" | "toNs">, { fromNs, toNs }: Request): boolean {
  return toNs >= move.fromNs && fromNs <= move.toNs;
}
