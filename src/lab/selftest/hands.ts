// What a self-test does to a lab's nodes with its own hands, past dcn-ha: the mistakes that an observer has to see.
import { DcnError } from "../../errors/index.js";
import { parseCrmMon } from "../../observation/index.js";
import { type Clock, waitUntil } from "../../time/index.js";
import { doubleRunsOf } from "../../timeline/index.js";
import { setBmcMode, supervisorState, switchPower } from "../control.js";
import { monotonicNs } from "../events.js";
import { heartbeatWorkload } from "../group-profile.js";
import { execInside } from "../inside.js";
import type { LabPaths } from "../paths.js";
import { heal, injectInto } from "../scene.js";
import { readTruth } from "../truth.js";

/** Where the hands work. */
export interface HandsRequest {
  readonly paths: LabPaths;
  readonly clock: Clock;
  readonly nodes: readonly string[];
}

/** The hands. */
export class Hands {
  constructor(private readonly request: HandsRequest) {}

  get nodes(): readonly string[] {
    return this.request.nodes;
  }

  /** The node on which the workload's heartbeat goes on. */
  holder(): Promise<string> {
    return this.wait("a heartbeat", 60_000, async () => {
      const { runs, nowNs } = await readTruth(this.request.paths, heartbeatWorkload);
      return runs.findLast((run) => !run.stopped && nowNs - run.toNs < 500e6)?.node;
    });
  }

  /** Nodes without the workload. */
  async others(): Promise<string[]> {
    const holder = await this.holder();
    return this.nodes.filter((node) => node !== holder);
  }

  /** Runs a command inside; throws DcnError SELFTEST_COMMAND where it fails. */
  async run(node: string, ...argv: readonly string[]): Promise<string> {
    const result = await execInside(this.request.paths, node, argv, { timeoutMs: 60_000 });
    if (result.exitCode === 0) return result.stdout;
    const words = `${argv.slice(0, 3).join(" ")}: ${result.stderr.trim() || result.stdout.trim()}`;
    throw new DcnError("failed", "SELFTEST_COMMAND", words, {
      node,
      hint: "the lab is not as the self-test needs it; take it down, and let the self-test bring one up",
    });
  }

  /** A shell script inside. */
  script(node: string, text: string): Promise<string> {
    return this.run(node, "sh", "-c", text);
  }

  /** Sets a cluster property; without a value it is removed. */
  async property(name: string, value?: string): Promise<void> {
    const what = value === undefined ? ["--delete"] : ["--update", value];
    await this.run(await this.anyNode(), "crm_attribute", "--type", "crm_config", "--name", name, ...what);
  }

  async standby(node: string, on: boolean): Promise<void> {
    const what = on ? ["--update", "on"] : ["--delete"];
    await this.run(await this.anyNode(), "crm_standby", "--node", node, ...what);
  }

  fault(kind: string, ...args: readonly string[]): Promise<string> {
    return injectInto(this.request.paths, kind, args);
  }

  lyingBmc(node: string, on: boolean): Promise<void> {
    return setBmcMode(this.request.paths, node, on ? "lies" : "ok");
  }

  /** Waits until an instance runs that began after `sinceNs`; answers with its node. */
  startedSince(sinceNs: number, timeoutMs = 60_000): Promise<string> {
    return this.wait(`${heartbeatWorkload} to start anew`, timeoutMs, async () => {
      const { runs } = await readTruth(this.request.paths, heartbeatWorkload);
      return runs.find((run) => run.fromNs > sinceNs)?.node;
    });
  }

  /** Waits until two instances have run at the same time since `sinceNs`. */
  async doubleRun(sinceNs: number): Promise<void> {
    await this.wait("two instances at the same time", 60_000, async () => {
      const { runs } = await readTruth(this.request.paths, heartbeatWorkload);
      return doubleRunsOf(runs).some(({ fromNs }) => fromNs > sinceNs) ? true : undefined;
    });
  }

  now(): number {
    return monotonicNs();
  }

  sleep(ms: number): Promise<void> {
    return this.request.clock.sleep(ms);
  }

  /** Undoes all faults, switches everything on, and waits until all nodes are online and the workload runs once. */
  async restore(): Promise<void> {
    const { paths } = this.request;
    await heal(paths);
    const { machines } = await supervisorState(paths);
    const off = this.nodes.filter((node) => machines[node]?.power === "off");
    await Promise.all(off.map((node) => switchPower(paths, node, "on")));
    await this.wait("all nodes to be online", 120_000, async () => {
      const online = await this.online();
      return this.nodes.every((node) => online.includes(node)) ? true : undefined;
    });
    await this.holder();
  }

  /** The nodes that take part, as the first that answers sees it. */
  private async online(): Promise<string[]> {
    const { paths } = this.request;
    for (const node of this.nodes) {
      const argv = ["crm_mon", "--one-shot", "--output-as=xml"];
      const seen = await execInside(paths, node, argv, { timeoutMs: 10_000 }).catch(() => undefined);
      if (seen?.exitCode !== 0) continue;
      const said = parseCrmMon(seen.stdout, `${node}: crm_mon`);
      if (!said.connected) continue;
      const well = said.cluster.nodes.filter(
        ({ online, unclean, pending, standby }) => online === true && !unclean && !pending && !standby,
      );
      return well.map(({ name }) => name);
    }
    return [];
  }

  private async anyNode(): Promise<string> {
    const { machines } = await supervisorState(this.request.paths);
    return this.nodes.find((node) => machines[node]?.power === "on") ?? "";
  }

  private wait<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
    return waitUntil(this.request.clock, { what, timeoutMs, intervalMs: 200 }, async () => {
      const value = await probe();
      return value === undefined ? { done: false, reason: "not yet" } : { done: true, value };
    });
  }
}
