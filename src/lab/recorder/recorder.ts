// The invariant observer's recorder: from outside all nodes it appends what it sees to a log, and rewrites nothing.
import { closeSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { compareEpochs, formatLogEntry, type LogEntry, type LogMark } from "../../drill/index.js";
import { DcnError } from "../../errors/index.js";
import { readHeartbeats } from "../../timeline/index.js";
import { supervisorState } from "../control.js";
import { type HostEvent, monotonicNs } from "../events.js";
import { heartbeatWorkload } from "../group-profile.js";
import { addressOf, type LabNode, type LabSpec } from "../spec.js";
import { readSpec } from "../store.js";
import type { SupervisorState } from "../supervisor.js";
import { BeatCondenser } from "./beats.js";
import { CanaryWatch, secretsBelow } from "./canaries.js";
import type { CibFacts } from "./cib-facts.js";
import { LeavingsWatch } from "./leavings.js";
import { cpuSeconds, openLog } from "./log-file.js";
import { NodeLook, type Writer } from "./node-look.js";
import { linesOfEvent } from "./power-lines.js";
import type { Recorder, RecorderCost, RecorderRequest, Unstamped } from "./request.js";
import { Tail } from "./tail.js";

export type { Recorder, RecorderCost, RecorderRequest } from "./request.js";

/** Starts to record a lab. Throws DcnError NO_SUCH_LAB, or `refused` DRILL_LOG_EXISTS. */
export async function startRecorder(request: RecorderRequest): Promise<Recorder> {
  const spec = await readSpec(request.paths);
  const canaries = [...(request.canaries ?? []), ...(await secretsBelow(request.paths.secrets))];
  const recording = new Recording(request, spec, canaries);
  await recording.begin();
  return recording;
}

/** The heartbeats of one workload on one node. */
interface Beats {
  readonly node: string;
  readonly resource: string;
  readonly tail: Tail;
  readonly condenser: BeatCondenser;
}

class Recording implements Recorder {
  readonly ended: Promise<void>;
  private readonly file: number;
  private readonly nodes: readonly LabNode[];
  private readonly looks: readonly NodeLook[];
  private readonly beats: readonly Beats[];
  private readonly power: Tail;
  private readonly canaries: CanaryWatch;
  private readonly leavings: readonly LeavingsWatch[];
  private readonly resources: readonly string[];
  /** Foreign changes that were seen at any time. */
  private readonly foreign = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly startedNs = monotonicNs();
  private readonly cpuBefore = cpuSeconds();
  private loops: Promise<unknown> = Promise.resolve();
  private finish: () => void = () => undefined;
  private lines = 0;

  constructor(
    private readonly request: RecorderRequest,
    private readonly spec: LabSpec,
    canaries: readonly string[],
  ) {
    const { paths } = request;
    this.file = openLog(request.logFile);
    this.nodes = spec.nodes.filter(({ role }) => role === "node");
    this.resources = request.resources ?? spec.guest?.heartbeats ?? [heartbeatWorkload];
    this.looks = this.nodes.map((node) => new NodeLook(paths, node, () => this.writersOn(node.name)));
    this.beats = this.nodes.flatMap((node) =>
      this.resources.map((resource) => ({
        node: node.name,
        resource,
        tail: new Tail(join(paths.truthOf(node), `${resource}.log`), true),
        condenser: new BeatCondenser(node.name),
      })),
    );
    this.power = new Tail(paths.bmcLog, true);
    this.canaries = new CanaryWatch(canaries);
    this.leavings = this.nodes.map(({ name }) => new LeavingsWatch(name));
    this.ended = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  async begin(): Promise<void> {
    const { request, spec } = this;
    for (const look of this.looks) look.refresh();
    const configuration = this.looks.map((look) => look.configuration).find((one) => one !== undefined);
    this.note({
      t: monotonicNs(),
      kind: "begin",
      format: 1,
      group: spec.guest?.group ?? `lab-${spec.name}`,
      nodes: this.nodes.map(({ name }) => name),
      resources: this.resources,
      fence: { expected: configuration?.fencing ?? true },
      seed: request.seed ?? 0,
      sampleMs: request.sampleMs ?? 100,
      bounds: request.bounds ?? {},
      nodeMs: request.nodeMs ?? 1000,
      ...request.limits,
    });
    const machines = await this.machines();
    for (const [node, { power }] of Object.entries(machines)) {
      if (power === "frozen") this.note({ t: monotonicNs(), kind: "power", node, what: "frozen" });
    }
    const { signal } = request;
    signal?.addEventListener("abort", () => void this.stop(), { once: true });
    this.loops = Promise.all([this.fast(), this.slow()]);
    if (signal?.aborted === true) await this.stop();
  }

  mark(mark: Unstamped<LogMark>): void {
    this.note({ t: monotonicNs(), kind: "mark", ...mark });
  }

  note(entry: LogEntry): void {
    writeSync(this.file, formatLogEntry(entry));
    this.lines += 1;
  }

  async look(): Promise<void> {
    this.glance();
    const machines = await this.machines();
    await this.lookAtAll(machines, true);
  }

  cost(): RecorderCost {
    return {
      seconds: (monotonicNs() - this.startedNs) / 1e9,
      cpuSeconds: cpuSeconds() - this.cpuBefore,
      execs: this.looks.reduce((sum, { execs }) => sum + execs, 0),
      lines: this.lines,
    };
  }

  async stop(): Promise<void> {
    if (!this.stopping.signal.aborted) {
      this.stopping.abort();
      await this.loops;
      this.glance();
      for (const { condenser } of this.beats) this.write(condenser.silent());
      for (const { tail } of this.beats) tail.close();
      this.power.close();
      closeSync(this.file);
      this.finish();
    }
    await this.ended;
  }

  private async fast(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.glance();
      await delay(this.request.sampleMs ?? 100, undefined, { signal }).catch(() => undefined);
    }
  }

  private async slow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const dueNs = monotonicNs() + (this.request.nodeMs ?? 1000) * 1e6;
      const machines = await this.machines();
      // A node that hangs must not keep the others waiting for longer than its own time limit.
      await this.lookAtAll(machines);
      const restMs = Math.max(50, (dueNs - monotonicNs()) / 1e6);
      await delay(restMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Heartbeats, power, configurations that have changed, and arguments of new processes: files only, no command. */
  private glance(): void {
    const now = monotonicNs();
    for (const line of this.power.lines())
      this.write(linesOfEvent(JSON.parse(line) as HostEvent, (address) => this.nameOf(address)));
    for (const { tail, condenser } of this.beats) {
      this.write(condenser.add(readHeartbeats(tail.lines().join("\n"))));
      this.write(condenser.silent(now));
    }
    for (const look of this.looks) {
      if (!look.refresh() || look.configuration === undefined) continue;
      const { digest: cib, epoch } = look.configuration;
      this.note({ t: now, kind: "cib", node: look.node.name, cib, epoch });
    }
    this.write(this.canaries.look(now));
  }

  private async lookAtAll(machines: SupervisorState["machines"], always = false): Promise<void> {
    const members = await Promise.all(
      this.looks.map((look, index) => this.lookAt({ look, index, always }, machines)),
    );
    const held = members.filter((one) => one !== undefined);
    // Right after it has joined, a node has what it brought from earlier: the newest configuration counts.
    const newest = held.reduce<CibFacts | undefined>(
      (best, one) => (best === undefined || compareEpochs(one.epoch, best.epoch) > 0 ? one : best),
      undefined,
    );
    if (newest === undefined) return;
    const t = monotonicNs();
    for (const name of newest.foreign) this.foreign.add(name);
    for (const name of this.foreign)
      this.note({ t, kind: "foreign", name, present: newest.foreign.includes(name) });
  }

  /** What a node of a quorate partition holds; undefined for any other. */
  private async lookAt(
    { look, index, always }: { readonly look: NodeLook; readonly index: number; readonly always: boolean },
    machines: SupervisorState["machines"],
  ): Promise<CibFacts | undefined> {
    const machine = machines[look.node.name];
    const line = await look.look(machine, always);
    this.note(line);
    if (line.alive === true && typeof machine?.initPid === "number")
      this.write(this.leavings[index]?.look(line.t, `/proc/${machine.initPid}/root`) ?? []);
    return line.quorate === true ? look.configuration : undefined;
  }

  private write(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.note(entry);
  }

  /** Nothing is known of any machine while the supervisor does not answer. */
  private async machines(): Promise<SupervisorState["machines"]> {
    try {
      return (await supervisorState(this.request.paths)).machines;
    } catch (error) {
      if (error instanceof DcnError) return {};
      throw error;
    }
  }

  private writersOn(node: string): Writer[] {
    return this.beats
      .filter((beats) => beats.node === node)
      .flatMap(({ resource, condenser }) => condenser.pids.map((pid) => ({ resource, pid })));
  }

  private nameOf(address: string): string {
    const plain = address.replace(/^::ffff:/, "");
    return this.nodes.find((node) => addressOf(this.spec, 0, node.host) === plain)?.name ?? plain;
  }
}
