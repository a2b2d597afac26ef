// Real machines as a ground for drills, over SSH and the on-node helper: they are fenced and their daemons killed in earnest.
import type { Bound, ConcreteFault, DrillGround, GroundTruth, Situation, Traits } from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import { limited, waitUntil } from "../time/index.js";
import { GroupDeeds, type Request } from "./drill-deeds.js";
import { GroupLook, type LookOptions } from "./drill-look.js";
import { setAside, tooMuch } from "./drill-refused.js";
import { coarseness, fencingsFrom, holderIn, runsFrom } from "./drill-samples.js";
import { promisesOf } from "./promise.js";

/** The mark of a standby that a drill set. */
const OWNER = "drill";
/** How long what is left is still tried to be undone when nobody looks any more. */
const LAST_TRIES_MS = 60_000;

/** Real machines; `close` ends the looking. */
export class GroupGround implements DrillGround {
  readonly where = "group";
  private readonly look: GroupLook;
  private readonly deeds: GroupDeeds;
  private readonly undo = new Map<string, Undo>();
  /** Those that failed: each look tries them again. */
  private readonly left = new Map<string, Undo>();
  /** Nodes that were broken since the last mending. */
  private readonly hit = new Set<string>();
  private workload = "";

  constructor(private readonly options: LookOptions) {
    this.look = new GroupLook(options);
    this.deeds = new GroupDeeds({ ...options, fencings: () => fencingsFrom(this.look.samples) });
  }

  get group(): string {
    return this.options.group.name;
  }

  /** Ends the looking, and tries once more for a while what is not undone. Throws DcnError failed DRILL_NOT_UNDONE, which names what stays. */
  async close(): Promise<void> {
    const { clock } = this.options;
    for (const [what, undo] of this.undo) this.left.set(what, undo);
    const limits = { timeoutMs: LAST_TRIES_MS, intervalMs: 2_000, what: "everything to be undone" };
    const signal = limited(undefined, LAST_TRIES_MS);
    const tries = waitUntil(clock, limits, async () => {
      await this.undoAll(this.left, signal);
      return this.left.size === 0 ? { done: true, value: undefined } : { done: false, reason: "not yet" };
    });
    await tries.catch(() => undefined);
    await this.look.close();
    if (this.left.size === 0) return;
    const text = `the drill could not undo this on ${this.group}: ${[...this.left.keys()].join("; ")}`;
    const hint =
      "dcn-ha status says how it is; node unstandby ends a standby, a stopped daemon goes on by itself ten minutes after it was stopped";
    throw new DcnError("failed", "DRILL_NOT_UNDONE", text, { hint });
  }

  traits(): Promise<Traits> {
    const { group } = this.options;
    const device = group.model.quorumDevice?.host;
    const nodes = group.nodes.map(({ name }) => name);
    return Promise.resolve({
      nodes,
      // A quorum device may be that of other groups as well.
      reach: nodes,
      isCareful: true,
      networks: group.networks,
      ...(device === undefined ? {} : { quorumDevice: device }),
      client: false,
      mixedVersions: false,
      faults: ["fence", "kill-daemon", "stop-daemon", "standby", "stop-cluster"],
    });
  }

  async situation(): Promise<Situation> {
    await this.undoAll(this.left);
    const { status } = await this.look.sample();
    const first = status?.workloads.find(
      ({ workload, nodes }) => workload !== undefined && nodes.length === 1,
    );
    if (this.workload === "" && first !== undefined) this.workload = first.id;
    const holder = holderIn(status, this.workload);
    const online = (status?.nodes ?? []).filter(({ state }) => state === "online").map(({ name }) => name);
    const silent = holder === undefined ? [`${this.workload || "no workload"} runs nowhere`] : [];
    const seen = status === undefined ? ["no node answered"] : [...status.troubles, ...silent];
    const own = (name: string) => this.undo.has(standbyOf(name)) || this.left.has(standbyOf(name));
    const aside = status === undefined ? [] : setAside(status).filter(({ name }) => !own(name));
    const troubles = [
      ...seen,
      ...aside.map(({ text }) => text),
      ...[...this.left.keys()].map((what) => `the drill's ${what} is not undone yet`),
    ];
    return { workload: this.workload, holder, dc: status?.dc?.name, online, troubles };
  }

  nowNs(): number {
    return this.look.nowNs();
  }

  async inject({ fault, parameters }: ConcreteFault): Promise<string> {
    const { node = "", daemon = "" } = parameters;
    const why = tooMuch((await this.look.sample()).status, { node, hit: this.hit });
    if (why !== undefined) throw new DcnError("failed", "FAULT_TOO_MUCH", `nothing was broken: ${why}`);
    this.hit.add(node);
    switch (fault) {
      case "fence":
        return this.deeds.fence(node, this.others(node)[0] ?? node);
      case "standby": {
        const payload = `${node} ${OWNER}`;
        this.undo.set(standbyOf(node), { request: { verb: "clear-standby", payload }, besides: node });
        await this.deeds.ask(this.others(node)[0] ?? node, { verb: "set-standby", payload });
        return this.seen(node, "standby");
      }
      case "stop-cluster":
        this.undo.set(`cluster of ${node}`, { request: { verb: "restart-cluster" }, on: node });
        await this.deeds.ask(node, { verb: "stop-cluster" });
        return this.seen(node, "offline");
      case "kill-daemon":
        return this.deeds.kill(parameters);
      case "stop-daemon": {
        const signal = (wish: string): Request => ({ verb: "signal-daemon", payload: `${daemon} ${wish}` });
        this.undo.set(`${daemon} of ${node}`, { request: signal("continue"), on: node });
        // A helper that has no way back for it does not know the word, and stops nothing.
        return this.deeds.ask(node, signal("stop-for-a-while"));
      }
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
    this.hit.clear();
    await this.undoAll(this.left);
    // A node that was fenced for it has nothing left to undo, and does not answer yet.
    const why = "not yet: nobody did it; it is tried again while the group is looked at, else do it by hand";
    return asked.map((what) => (this.left.has(what) ? `${what} (${why})` : what));
  }

  /** Takes out of `left` what could be undone now; what needs no certain node is asked of one after the other. */
  private async undoAll(left: Map<string, Undo>, signal?: AbortSignal): Promise<void> {
    for (const [what, undo] of left) {
      const nodes = "on" in undo ? [undo.on] : this.others(undo.besides);
      for (const node of nodes) {
        const isDone = await this.deeds.ask(node, undo.request, signal).then(
          () => true,
          () => false,
        );
        if (isDone) left.delete(what);
        if (isDone) break;
      }
    }
  }

  truth(): Promise<GroundTruth> {
    const samples = [...this.look.samples];
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
    this.look.forget();
    const whole = group.workloads.find(({ primitives }) => primitives.includes(this.workload));
    return Promise.resolve(promisesOf(group)(whole?.primitives ?? [this.workload], dcLost));
  }

  watch(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** All nodes but this one, those that are online first. */
  private others(node: string): string[] {
    const seen = this.look.samples.at(-1)?.status?.nodes ?? [];
    const online = new Set(seen.filter(({ state }) => state === "online").map(({ name }) => name));
    const names = this.options.group.nodes.map(({ name }) => name).filter((name) => name !== node);
    return names.sort((one, other) => Number(online.has(other)) - Number(online.has(one)));
  }

  private async seen(node: string, state: string): Promise<string> {
    const limits = { timeoutMs: 30_000, intervalMs: 200, what: `${node} to be seen in ${state}` };
    await waitUntil(this.options.clock, limits, async () => {
      const { status } = await this.look.sample();
      const now = status?.nodes.find(({ name }) => name === node)?.state;
      return now === state ? { done: true, value: undefined } : { done: false, reason: now ?? "unknown" };
    });
    return `${node}: the others see it in ${state}`;
  }
}

function standbyOf(node: string): string {
  return `standby of ${node}`;
}

/** How something is mended, by a certain node or by any but one. */
type Undo = { readonly request: Request } & ({ readonly on: string } | { readonly besides: string });
