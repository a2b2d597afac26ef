// A lab for a test file: started and ended by the built program, as a user would.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DcnError } from "../../src/errors/index.js";
import type { HostEvent } from "../../src/lab/events.js";
import { execInside } from "../../src/lab/inside.js";
import { LabPaths, labRoots } from "../../src/lab/paths.js";
import { heartbeatOf, readTruth, type Truth } from "../../src/lab/truth.js";
import type { CommandResult } from "../../src/transport/index.js";
import type { GroupStatus } from "../../src/workflows/index.js";

/** The built program. */
export const program = fileURLToPath(new URL("../../bin/dcn-ha.js", import.meta.url));

/** When files of lab tests are not begun any more, in seconds since 1970: bin/test sets it, whose time is limited, and names what was left. */
const lateS = Number(process.env.DCN_HA_LAB_UNTIL ?? "Infinity");

/** Why no lab can run here; undefined where one can. With CI=true the tests run and fail instead. */
export const noLab: string | undefined = whyNot();
if (noLab !== undefined) console.warn(`lab tests are skipped: ${noLab}`);

function whyNot(): string | undefined {
  if (Date.now() / 1000 > lateS) return "the time of this run is over";
  if (process.env.CI === "true" || (process.platform === "linux" && process.getuid?.() === 0))
    return undefined;
  return "the lab needs Linux and root";
}

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer than anything here takes, but for builds of images and of the lab's own root, and for rollouts, which have deadlines of their own. */
const LIMIT_MS = 300_000;
const LONG_LIMIT_MS = 2_400_000;

/**
 * Runs a program to its end; one that is not over after `limitMs` is killed and rejected by its name, so that a test
 * says what hung. Its children may live on where they hold what it printed to: that is not waited for.
 */
export function runProgram(argv: readonly string[], limitMs = LIMIT_MS): Promise<Run> {
  const [file = "", ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      stdout += part;
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      stderr += part;
    });
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${argv.join(" ")} took longer than ${limitMs} ms: ${stderr.slice(-2000)}`));
    }, limitMs);
    child.once("error", reject);
    child.once("close", (exitCode) => {
      clearTimeout(late);
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Runs `dcn-ha` with these words. */
export function dcnHa(...words: readonly string[]): Promise<Run> {
  const [noun = "", verb = ""] = words;
  const isLong = noun === "image" || noun === "rollout" || verb === "up" || verb === "quickstart";
  return runProgram([process.execPath, program, ...words], isLong ? LONG_LIMIT_MS : LIMIT_MS);
}

/** One lab by name. */
export class Lab {
  private readonly paths: LabPaths;

  private constructor(readonly name: string) {
    this.paths = new LabPaths(labRoots(process.env), name);
  }

  get folder(): string {
    return this.paths.folder;
  }

  /** Starts a lab; one of the same name that an interrupted run left is taken down first. */
  static async up(name: string, ...words: readonly string[]): Promise<Lab> {
    await dcnHa("lab", "down", "--name", name);
    const run = await dcnHa("lab", "up", "--name", name, ...words);
    if (run.exitCode !== 0) throw new Error(`lab up: ${run.stderr}`);
    return new Lab(name);
  }

  get profile(): string {
    return join(this.folder, "group.yaml");
  }

  down(): Promise<Run> {
    return this.lab("down");
  }

  /** A `dcn-ha lab` verb for this lab. */
  lab(verb: string, ...words: readonly string[]): Promise<Run> {
    return dcnHa("lab", verb, "--name", this.name, ...words);
  }

  /** Runs a command inside a machine; throws where it fails. */
  async exec(node: string, ...argv: readonly string[]): Promise<string> {
    const run = await this.inside(node, argv);
    if (run.exitCode !== 0)
      throw new Error(`${argv.join(" ")} on ${node}: ${run.exitCode ?? "?"} ${run.stderr}${run.stdout}`);
    return run.stdout;
  }

  /** Runs a shell script inside a machine and returns what it prints, whatever its exit code. */
  async shell(node: string, script: string): Promise<string> {
    try {
      return (await this.inside(node, ["sh", "-c", script])).stdout.trim();
    } catch (error) {
      if (error instanceof DcnError && error.code === "MACHINE_OFF") return "";
      throw error;
    }
  }

  /** As `dcn-ha lab exec`, without the start of a program each time: tests look into machines hundreds of times. */
  private async inside(node: string, argv: readonly string[]): Promise<CommandResult> {
    const result = await execInside(this.paths, node, argv, { timeoutMs: LIMIT_MS });
    if (result.timedOut)
      throw new Error(`${argv.join(" ")} on ${node} took longer than ${LIMIT_MS} ms: ${result.stderr}`);
    return result;
  }

  /** Injects a fault and returns its effect; throws where it did not bite. */
  async fault(...words: readonly string[]): Promise<string> {
    const run = await this.lab("fault", ...words);
    if (run.exitCode !== 0) throw new Error(`fault ${words.join(" ")}: ${run.stderr}`);
    return run.stdout.trim();
  }

  apply(...words: readonly string[]): Promise<Run> {
    return dcnHa("apply", this.profile, ...words);
  }

  /** What status says, be it healthy (exit 0) or not (1); undefined where no node answered. */
  async status(): Promise<GroupStatus | undefined> {
    const run = await dcnHa("status", this.profile, "--json");
    const said = JSON.parse(run.stdout === "" ? "{}" : run.stdout) as GroupStatus | { error: unknown };
    return "nodes" in said ? said : undefined;
  }

  /** What ran where, seen from outside. */
  async truth(resource?: string): Promise<Truth> {
    // As `dcn-ha lab truth`, without the start of a program each time: tests ask several times a second while the nodes need the processors.
    return readTruth(this.paths, resource ?? (await heartbeatOf(this.paths)));
  }

  /** What ran where since when, and the processes of corosync and the workload: the same before and after what nobody may notice. */
  async runs(nodes: readonly string[]): Promise<unknown> {
    const { runs, outages, doubleRuns } = await this.truth();
    const processes = "pidof corosync; pgrep -f '[h]eartbeat-writer'";
    const pids = await Promise.all(nodes.map((node) => this.shell(node, processes)));
    return { starts: starts(runs), outages, doubleRuns, pids };
  }

  /** The node on which a workload's heartbeat goes on; empty where it does on none. */
  async holder(resource?: string): Promise<string> {
    const { runs, nowNs } = await this.truth(resource);
    return runs.findLast((run) => !run.stopped && nowNs - run.toNs < 2e9)?.node ?? "";
  }

  /** Waits until a workload began anew, on whichever node (a fenced one may be back first), and says where. */
  async begunAgain(resource: string, sinceNs: number, timeoutMs = 180_000): Promise<string> {
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      const begun = (await this.truth(resource)).runs.find((run) => run.fromNs > sinceNs);
      if (begun !== undefined) return begun.node;
      await delay(300);
    }
    return "";
  }

  /** Waits until a workload's heartbeat comes from another node than `node`, and says from which. */
  async movedFrom(node: string, resource?: string, timeoutMs = 120_000): Promise<string> {
    const end = Date.now() + timeoutMs;
    let now = await this.holder(resource);
    while ((now === "" || now === node) && Date.now() < end) {
      await delay(300);
      now = await this.holder(resource);
    }
    return now;
  }

  /** The host's log of power and BMC requests. */
  events(): HostEvent[] {
    const text = readFileSync(join(this.folder, "truth", "bmc.log"), "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as HostEvent);
  }

  /** Requests to change somebody's power that came over Redfish, since `sinceNs`. */
  fencings(sinceNs: number): HostEvent[] {
    return this.events().filter(
      (event) =>
        event.event === "request" && event.monotonicNs > sinceNs && (event.detail ?? "").startsWith("POST "),
    );
  }

  /** Waits until `nodes` are online and the workload's heartbeat goes on; throws with the last status seen. */
  async settled(nodes: readonly string[], timeoutMs = 120_000): Promise<GroupStatus> {
    const end = Date.now() + timeoutMs * PATIENCE;
    let last: GroupStatus | undefined;
    while (Date.now() < end) {
      const begun = Date.now();
      // A look at all nodes costs a small machine a second: not before one of them says that they are there.
      if ((await this.beating()) && (await this.seesOnline(nodes))) {
        last = await this.status();
        const online = last?.nodes.filter(({ state }) => state === "online").map(({ name }) => name) ?? [];
        if (last?.quorate === true && nodes.every((node) => online.includes(node))) return last;
      }
      await delay(restAfter(begun));
    }
    last ??= await this.status();
    throw new Error(`not settled after ${timeoutMs * PATIENCE} ms: ${JSON.stringify(last)}`);
  }

  /** Whether the first of them sees them all online, by crm_mon(8). */
  private async seesOnline(nodes: readonly string[]): Promise<boolean> {
    const seen = await this.shell(nodes[0] ?? "", "crm_mon -1 -n 2>/dev/null");
    return nodes.every((node) => seen.includes(`Node ${node}: online`));
  }

  /** Whether an instance of the workload wrote a heartbeat in the last second. */
  private async beating(): Promise<boolean> {
    const { runs, nowNs } = await this.truth();
    return runs.some((run) => !run.stopped && nowNs - run.toNs < 1e9);
  }
}

/** Nanoseconds of CLOCK_MONOTONIC, as in the lab's logs. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** Looks until what it sees is good, at most twenty times; answers with the last look. */
export async function until<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  for (let again = 0; again < 20 && !good(seen); again += 1) seen = await look();
  return seen;
}

/** Looks until what it sees is good; throws with the last look after `timeoutMs`. */
export async function eventually<T>(
  look: () => Promise<T>,
  good: (seen: T) => boolean,
  timeoutMs = 120_000,
): Promise<T> {
  const end = Date.now() + timeoutMs * PATIENCE;
  for (;;) {
    const begun = Date.now();
    const seen = await look();
    if (good(seen)) return seen;
    if (Date.now() > end)
      throw new Error(`still not after ${timeoutMs * PATIENCE} ms: ${JSON.stringify(seen)}`);
    await delay(restAfter(begun));
  }
}

/** Limits are those of a machine that has processors to give; another one gets more time. */
const PATIENCE = 2;

/** How long to wait after a look that began then: what looks take processor time from the nodes that are looked at, so most of it is theirs. */
export function restAfter(begunMs: number, leastMs = 300): number {
  return Math.max(leastMs, 2 * (Date.now() - begunMs));
}

/** What of a soak this run does: with DCN_HA_PART=2/8 every eighth, from the second on; all without it. */
export function part<T>(all: readonly T[]): readonly T[] {
  const text = process.env.DCN_HA_PART ?? "1/1";
  const [, which, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (which === undefined || Number(which) > Number(of))
    throw new Error(`DCN_HA_PART=${text} is no part, as 2/8`);
  return all.filter((_, at) => at % Number(of) === Number(which) - 1);
}

/** When and where each instance began. */
export function starts(runs: readonly { readonly node: string; readonly fromNs: number }[]): string[] {
  return runs.map(({ node, fromNs }) => `${node} ${fromNs}`);
}

/** An address beside the lab's floating one. */
export function spare(profile: string): string {
  return `${/(\d+\.\d+\.\d+\.)50\/24/.exec(profile)?.[1] ?? ""}51/24`;
}
