// A lab as a ground for drills: every fault of the lab, and the truth from heartbeats and BMCs, never from the cluster.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { outageBound } from "../cluster/index.js";
import {
  type Bound,
  type ConcreteFault,
  type DrillGround,
  type GroundTruth,
  type InvariantCount,
  judge,
  readDrillLog,
  type Situation,
  type Traits,
  type Watch,
  type WatchRequest,
} from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import { DRILL_FAULT_NAMES } from "../profile/index.js";
import { type Clock, systemClock } from "../time/index.js";
import { switchPower } from "./control.js";
import type { ControllerScene } from "./controller-scene.js";
import { controllerFault, restoreGroup } from "./drill-controller.js";
import { monotonicNs } from "./events.js";
import { faultKinds, healLab, injectFault } from "./faults/index.js";
import { fencingsOf } from "./fencings.js";
import { measureCluster } from "./measure.js";
import type { LabPaths } from "./paths.js";
import { type Recorder, startRecorder } from "./recorder/recorder.js";
import type { LabSpec } from "./spec.js";
import { readSpec } from "./store.js";
import { tidyCluster } from "./tidy.js";
import { heartbeatOf, readHostEvents, readTruth } from "./truth.js";

/** What drills in a lab need of the rest of the product: cli/ wires it to the workflows. */
export interface DrillProduct {
  readonly status: () => Promise<{
    readonly dc: string | undefined;
    readonly online: readonly string[];
    readonly troubles: readonly string[];
    readonly failures: readonly string[];
  }>;
  readonly timing: {
    readonly tokenMs: number;
    readonly consensusMs: number;
    readonly fencingDelayMs: number;
  };
  readonly group: string;
  /** How dcn-ha is started, for faults of a controller: interpreter and file. */
  readonly program: readonly string[];
  /** Where logs of drills go. */
  readonly logFolder: string;
}

/** Opens a lab as a ground. Throws DcnError NO_SUCH_LAB. */
export async function labGround(paths: LabPaths, product: DrillProduct): Promise<DrillGround> {
  const spec = await readSpec(paths);
  return new LabGround(paths, spec, { product, workload: await heartbeatOf(paths), clock: systemClock });
}

interface Rest {
  readonly product: DrillProduct;
  readonly workload: string;
  readonly clock: Clock;
}

class LabGround implements DrillGround {
  readonly where = "lab";
  /** What a controller did that it must not have done: a trouble until the next drill begins. */
  private complaints: string[] = [];
  private restore = false;
  private recorder: Recorder | undefined;

  constructor(
    private readonly paths: LabPaths,
    private readonly spec: LabSpec,
    private readonly rest: Rest,
  ) {}

  get group(): string {
    return this.rest.product.group;
  }

  traits(): Promise<Traits> {
    const { nodes, networks } = this.spec;
    const role = (wanted: string) => nodes.find((node) => node.role === wanted)?.name;
    const [device, remote] = [role("qdevice"), role("remote")];
    const members = nodes.filter((node) => node.role === "node");
    const known = new Set(faultKinds.map(({ name }) => name));
    return Promise.resolve({
      nodes: members.map(({ name }) => name),
      networks: networks.filter(({ number }) => number > 0).map(({ name }) => name),
      ...(device === undefined ? {} : { quorumDevice: device }),
      ...(remote === undefined ? {} : { remote }),
      client: role("client") !== undefined,
      mixedVersions: new Set(members.map(({ os }) => os)).size > 1,
      faults: DRILL_FAULT_NAMES.filter((name) => known.has(name) || name === "controller"),
    });
  }

  async situation(): Promise<Situation> {
    const { product, workload } = this.rest;
    const status = await product.status().catch((error: unknown) => {
      if (!(error instanceof DcnError)) throw error;
      return { dc: undefined, online: [], troubles: [error.message], failures: [] };
    });
    const { runs, nowNs } = await readTruth(this.paths, workload);
    const holder = runs.findLast((run) => !run.stopped && nowNs - run.toNs < 1e9)?.node;
    const silent = holder === undefined ? [`${workload} writes no heartbeat`] : [];
    const { dc, online, troubles } = status;
    const all = [...troubles, ...silent, ...this.complaints];
    return { workload, holder, dc, online, troubles: all, told: troubles };
  }

  nowNs(): number {
    return monotonicNs();
  }

  async inject({ fault, parameters }: ConcreteFault): Promise<string> {
    if (fault === "controller") {
      this.restore = true;
      const scene = await this.controllerScene();
      const outcome = await controllerFault(scene, parameters.mode ?? "", parameters.node);
      this.complaints.push(...outcome.complaints);
      return outcome.evidence;
    }
    // What a line does is several words in one.
    const words = Object.entries(parameters).flatMap(([name, value]) =>
      name === "line" ? value.split(/\s+/) : [value],
    );
    const ofWorkload = fault === "agent" || fault === "kill-workload";
    const args = ofWorkload ? [words[0] ?? "", this.rest.workload, ...words.slice(1)] : words;
    return injectFault(this.scene, fault, args);
  }

  async switchOn(node: string): Promise<void> {
    await switchPower(this.paths, node, "on");
  }

  async heal(): Promise<readonly string[]> {
    const undone = [...(await healLab(this.scene)), ...(await tidyCluster(this.scene))];
    if (!this.restore) return undone;
    this.restore = false;
    this.complaints.push(...(await restoreGroup(await this.controllerScene())));
    return [...undone, "the group's own profile"];
  }

  private async controllerScene(): Promise<ControllerScene> {
    const { product, clock } = this.rest;
    const { nodes } = await this.traits();
    const { dc = nodes[0] ?? "" } = await this.situation();
    const scene = { paths: this.paths, clock, program: product.program, node: dc, nodes };
    return this.recorder === undefined ? scene : { ...scene, watch: this.recorder };
  }

  async truth(sinceNs: number): Promise<GroundTruth> {
    const { runs, nowNs } = await readTruth(this.paths, this.rest.workload);
    const events = (await readHostEvents(this.paths)).filter((event) => event.monotonicNs > sinceNs);
    return { nowNs, runs, fencings: fencingsOf(events), inexactMs: 0 };
  }

  async bound(dcLost: boolean): Promise<Bound> {
    const { product, clock, workload } = this.rest;
    this.complaints = [];
    const { dc, holder } = await this.situation();
    const { fenceMs, startMs } = await measureCluster(this.paths, clock, { workload, dc, holder });
    const { fencingDelayMs } = product.timing;
    return outageBound({ timing: product.timing, fencingDelayMs, fenceMs, startMs, dcLost });
  }

  async watch({ drill, seed, mayLastMs, backWithinMs }: WatchRequest): Promise<Watch> {
    const { product, workload } = this.rest;
    await mkdir(product.logFolder, { recursive: true, mode: 0o700 });
    const log = join(product.logFolder, `${Date.now()}-${drill}.jsonl`);
    // The observer grants a fifth more than a bound.
    const bounds = mayLastMs === undefined ? {} : { [workload]: mayLastMs / 1.2 };
    const limits = { backWithinMs: backWithinMs ?? null };
    const recorder = await startRecorder({ paths: this.paths, logFile: log, seed, bounds, limits });
    this.recorder = recorder;
    // What was there before has to be in the log before the first mark.
    await recorder.look();
    let counted: Promise<readonly InvariantCount[]> | undefined;
    const end = async () => {
      this.recorder = undefined;
      await recorder.stop();
      return countsOf(await readFile(log, "utf8"));
    };
    return {
      log,
      look: () => recorder.look(),
      mark: (mark) => recorder.mark(mark),
      stop: () => {
        counted ??= end();
        return counted;
      },
    };
  }

  private get scene() {
    return { spec: this.spec, paths: this.paths, clock: this.rest.clock };
  }
}

/** What a log shows of each invariant. */
function countsOf(text: string): InvariantCount[] {
  const { invariants } = judge(readDrillLog(text).entries);
  return invariants.map(({ id, applicable, checked, violations }) => ({
    id,
    applicable,
    checked,
    violations: violations.map((one) => one.text),
  }));
}
