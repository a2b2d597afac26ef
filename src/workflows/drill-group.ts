// Real machines as a ground for drills, over SSH and the on-node helper: they are fenced and their daemons killed in earnest.
import type { Bound, ConcreteFault, DrillGround, GroundTruth, Situation, Traits } from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import { parseProbe } from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import type { ResolvedGroup } from "../profile/index.js";
import type { Clock } from "../time/index.js";
import { waitUntil } from "../time/index.js";
import type { Transport } from "../transport/index.js";
import { coarseness, fencingsFrom, holderIn, runsFrom, type Sample } from "./drill-samples.js";
import type { GroupStatus } from "./group-status.js";
import { promisesOf } from "./promise.js";
import { observeStatus } from "./status.js";

/** The mark of a standby that a drill set. */
const OWNER = "drill";
const SAMPLE_MS = 250;
/** So many questions in a row a node that is down leaves unanswered. */
const SILENT_LOOKS = 3;

/** What a drill on machines needs. */
export interface GroupGroundOptions {
  readonly group: ResolvedGroup;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** Real machines; `close` ends the looking. */
export class GroupGround implements DrillGround {
  readonly where = "group";
  private readonly samples: Sample[] = [];
  private readonly undo = new Map<string, Undo>();
  /** Those that failed: each look tries them again. */
  private readonly left = new Map<string, Undo>();
  private readonly ending = new AbortController();
  private readonly looking: Promise<void>;
  private workload = "";

  constructor(private readonly options: GroupGroundOptions) {
    this.looking = this.look();
  }

  get group(): string {
    return this.options.group.name;
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.looking;
  }

  traits(): Promise<Traits> {
    const { group } = this.options;
    const device = group.model.quorumDevice?.host;
    return Promise.resolve({
      nodes: group.nodes.map(({ name }) => name),
      networks: group.networks,
      ...(device === undefined ? {} : { quorumDevice: device }),
      client: false,
      mixedVersions: false,
      faults: ["fence", "kill-daemon", "stop-daemon", "standby", "stop-cluster"],
    });
  }

  async situation(): Promise<Situation> {
    await this.undoAll(this.left);
    const { status } = await this.sample();
    const first = status?.workloads.find(
      ({ workload, nodes }) => workload !== undefined && nodes.length === 1,
    );
    if (this.workload === "" && first !== undefined) this.workload = first.id;
    const holder = holderIn(status, this.workload);
    const online = (status?.nodes ?? []).filter(({ state }) => state === "online").map(({ name }) => name);
    const silent = holder === undefined ? [`${this.workload || "no workload"} runs nowhere`] : [];
    const seen = status === undefined ? ["no node answered"] : [...status.troubles, ...silent];
    const troubles = [
      ...seen,
      ...[...this.left.keys()].map((what) => `the drill's ${what} is not undone yet`),
    ];
    return { workload: this.workload, holder, dc: status?.dc?.name, online, troubles };
  }

  nowNs(): number {
    return this.options.clock.nowMs() * 1e6;
  }

  async inject({ fault, parameters }: ConcreteFault): Promise<string> {
    const { node = "", daemon = "" } = parameters;
    switch (fault) {
      case "fence":
        return this.fence(node);
      case "standby":
        this.undo.set(`standby of ${node}`, {
          ask: "clear-standby",
          payload: `${node} ${OWNER}`,
          besides: node,
        });
        await this.ask(this.other(node), "set-standby", `${node} ${OWNER}`);
        return this.seen(node, "standby");
      case "stop-cluster":
        this.undo.set(`cluster of ${node}`, { ask: "restart-cluster", on: node });
        await this.ask(node, "stop-cluster");
        return this.seen(node, "offline");
      case "kill-daemon":
        return this.kill(parameters);
      case "stop-daemon":
        this.undo.set(`${daemon} of ${node}`, {
          ask: "signal-daemon",
          payload: `${daemon} continue`,
          on: node,
        });
        return this.say(node, "signal-daemon", `${daemon} stop`);
      default:
        throw new DcnError("usage", "NO_SUCH_FAULT", `${fault} cannot be made on real machines`);
    }
  }

  switchOn(node: string): Promise<void> {
    throw new DcnError("usage", "NO_SUCH_FAULT", `${node}: nobody can switch a real machine on from here`);
  }

  async heal(): Promise<readonly string[]> {
    const asked = [...this.undo.keys()];
    for (const [what, undo] of this.undo) this.left.set(what, undo);
    this.undo.clear();
    await this.undoAll(this.left);
    // A node that was fenced for it has nothing left to undo, and does not answer yet.
    const why = "not yet: nobody did it; it is tried again while the group is looked at, else do it by hand";
    return asked.map((what) => (this.left.has(what) ? `${what} (${why})` : what));
  }

  /** Takes out of `left` what could be undone now; what needs no certain node is asked of one after the other. */
  private async undoAll(left: Map<string, Undo>): Promise<void> {
    for (const [what, undo] of left) {
      const nodes = "on" in undo ? [undo.on] : this.others(undo.besides);
      for (const node of nodes) {
        const isDone = await this.ask(node, undo.ask, undo.payload).then(
          () => true,
          () => false,
        );
        if (isDone) left.delete(what);
        if (isDone) break;
      }
    }
  }

  truth(): Promise<GroundTruth> {
    const samples = [...this.samples];
    const last = samples.findLast(({ status }) => status !== undefined);
    const { timing } = this.options.group;
    // A node that is lost is seen so only when its membership has timed out.
    const lag = timing.tokenMs + timing.consensusMs;
    return Promise.resolve({
      nowNs: last?.atNs ?? this.nowNs(),
      runs: runsFrom(samples, this.workload),
      fencings: fencingsFrom(samples),
      inexactMs: coarseness(samples) + lag,
    });
  }

  bound(dcLost: boolean): Promise<Bound> {
    const { group } = this.options;
    this.samples.splice(0, Math.max(0, this.samples.length - 1));
    const whole = group.workloads.find(({ primitives }) => primitives.includes(this.workload));
    return Promise.resolve(promisesOf(group)(whole?.primitives ?? [this.workload], dcLost));
  }

  watch(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  private async look(): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.sample();
      await clock.sleep(SAMPLE_MS, signal).catch(() => undefined);
    }
  }

  private async sample(): Promise<Sample> {
    const { group, transport } = this.options;
    const fromNs = this.nowNs();
    const status = await observeStatus({ group, transport }).catch(
      (error: unknown): GroupStatus | undefined => {
        if (error instanceof DcnError) return undefined;
        throw error;
      },
    );
    const sample = { fromNs, atNs: this.nowNs(), status };
    this.samples.push(sample);
    return sample;
  }

  private other(node: string): string {
    return this.others(node)[0] ?? node;
  }

  /** All nodes but this one, those that are online first. */
  private others(node: string): string[] {
    const seen = this.samples.at(-1)?.status?.nodes ?? [];
    const online = new Set(seen.filter(({ state }) => state === "online").map(({ name }) => name));
    const names = this.options.group.nodes.map(({ name }) => name).filter((name) => name !== node);
    return names.sort((one, other) => Number(online.has(other)) - Number(online.has(one)));
  }

  private async say(node: string, verb: "signal-daemon" | "fence-node", payload: string): Promise<string> {
    const { transport } = this.options;
    const [answer] = await callHelper(transport, node, [{ verb, payload }], { timeoutMs: 150_000 });
    if (answer?.exitCode === 0) return `${node}: ${answer.stdout.trim()}`;
    throw this.dull(`${verb} on ${node}: ${answer?.stderr.trim() ?? "no answer"}`);
  }

  private async ask(node: string, verb: HelperWish, payload = ""): Promise<void> {
    const frame = payload === "" ? { verb } : { verb, payload };
    const [answer] = await callHelper(this.options.transport, node, [frame], { timeoutMs: 150_000 });
    if (answer?.exitCode !== 0)
      throw this.dull(`${verb} on ${node}: ${answer?.stderr.trim() ?? "no answer"}`);
  }

  private dull(text: string): DcnError {
    return new DcnError("failed", "FAULT_WITHOUT_EFFECT", text);
  }

  private async kill({
    node = "",
    daemon = "",
    times = "1",
  }: Readonly<Record<string, string>>): Promise<string> {
    let said = "";
    for (let turn = 0; turn < Number(times); turn += 1) {
      if (turn > 0) await this.options.clock.sleep(1_000);
      said = await this.say(node, "signal-daemon", `${daemon} kill`).catch((error: unknown) => {
        if (said !== "" && error instanceof DcnError) return said;
        throw error;
      });
    }
    return said;
  }

  /** Has a node fenced, and looks whether it really went down: a device may say that it did what it did not do. */
  private async fence(node: string): Promise<string> {
    const before = await this.bootOf(node).catch(() => "");
    if (before === "") throw this.dull(`${node} does not say which boot it is in: nobody could see it go`);
    const from = this.other(node);
    await this.say(from, "fence-node", node).catch((error: unknown) => {
      // An answer that was lost says nothing: what becomes of the node does.
      if (error instanceof DcnError && error.code === "OUTCOME_UNKNOWN") return;
      if (error instanceof DcnError && error.code === "FAULT_WITHOUT_EFFECT")
        throw new DcnError("failed", "FENCING_FAILED", error.message);
      throw error;
    });
    if (await this.isGone(node, before)) return `${node}: fenced by ${from}, and its boot is over`;
    const text = `the fence device of ${node} says that it did, and the node has not gone down`;
    throw new DcnError("failed", "FENCING_FAILED", text);
  }

  /** Another boot, or silence for several questions in a row: one that is not answered may be the network's. */
  private async isGone(node: string, before: string): Promise<boolean> {
    const limits = { timeoutMs: 60_000, intervalMs: 500, what: `${node} to go down` };
    let silent = 0;
    return waitUntil(this.options.clock, limits, async () => {
      const now = await this.bootOf(node).catch(() => "");
      silent = now === "" ? silent + 1 : 0;
      if (silent >= SILENT_LOOKS || (now !== "" && now !== before)) return { done: true, value: true };
      return { done: false, reason: "it still has the same boot id" };
    }).catch(() => false);
  }

  private async bootOf(node: string): Promise<string> {
    const options = { timeoutMs: 5_000 };
    const [answer] = await callHelper(this.options.transport, node, [{ verb: "probe" }], options);
    return answer?.exitCode === 0 ? (parseProbe(answer.stdout).bootId ?? "") : "";
  }

  private async seen(node: string, state: string): Promise<string> {
    const limits = { timeoutMs: 30_000, intervalMs: 200, what: `${node} to be seen in ${state}` };
    await waitUntil(this.options.clock, limits, async () => {
      const { status } = await this.sample();
      const now = status?.nodes.find(({ name }) => name === node)?.state;
      return now === state ? { done: true, value: undefined } : { done: false, reason: now ?? "unknown" };
    });
    return `${node}: the others see it in ${state}`;
  }
}

/** How something is mended, by a certain node or by any but one. */
type Undo = { readonly ask: HelperWish; readonly payload?: string } & (
  | { readonly on: string }
  | { readonly besides: string }
);

type HelperWish = "set-standby" | "clear-standby" | "stop-cluster" | "restart-cluster" | "signal-daemon";
