// Runs drills on a ground, one after the other: well before, broken, watched, mended, well again, verdict (docs/drills.md).
import {
  type Bound,
  type Cast,
  type ConcreteFault,
  castFor,
  concreteFaults,
  type DrillFacts,
  type DrillGround,
  type DrillResult,
  faultText,
  fencedCheck,
  type Injected,
  type Mark,
  misfit,
  type Situation,
  type Traits,
  verdictOf,
  type Watch,
  type WatchRequest,
  workloadCheck,
} from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import { type Drill, type DrillStep, msOf } from "../profile/index.js";
import { type Clock, waitUntil } from "../time/index.js";

/** How drills are run. */
export interface DrillOptions {
  readonly ground: DrillGround;
  readonly clock: Clock;
  /** Which bystanders are meant; printed, and replays. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** How long a group may take to be well before a drill begins: the one before was well in its end. */
const WELL_BEFORE_MS = 60_000;
const LOOK_MS = 300;

/**
 * Runs one drill. What it broke is mended whatever happens, Ctrl-C included. Throws the signal's reason; a fault without
 * effect is a result, and so is trouble of the ground: it must not take the verdicts on other drills away.
 */
export async function runDrill(drill: Drill, options: DrillOptions): Promise<DrillResult> {
  const { ground, seed, signal } = options;
  const injected: Injected[] = [];
  try {
    const traits = await ground.traits();
    const why = misfit(drill, traits);
    if (why !== undefined) return unrun(drill, seed, { outcome: "not-applicable", why });
    return await new Run(drill, options, traits, injected).all();
  } catch (error) {
    if (!(error instanceof DcnError) || signal.aborted) throw error;
    const why = `it could not be brought to its end: ${error.message} [${error.code}]`;
    return { ...unrun(drill, seed, { outcome: "failed", why }), injected };
  }
}

function unrun(drill: Drill, seed: number, said: Pick<DrillResult, "outcome" | "why">): DrillResult {
  return { drill: drill.name, ...said, checks: [], invariants: [], injected: [], seed };
}

class Run {
  private readonly deadlineMs: number;
  private readonly holdMs: number;
  private watch: Watch | undefined;
  private mendingNs: number | undefined;
  private troublesAmid: readonly string[] | undefined;

  constructor(
    private readonly drill: Drill,
    private readonly options: DrillOptions,
    private readonly traits: Traits,
    private readonly injected: Injected[],
  ) {
    this.deadlineMs = msOf(drill.deadline, "2min");
    this.holdMs = msOf(drill.hold, "10s");
  }

  async all(): Promise<DrillResult> {
    const { ground, seed } = this.options;
    const first = await this.well(WELL_BEFORE_MS);
    if (first.troubles.length > 0) return this.unwell(first);
    const dcLost = first.dc === first.holder;
    // What it takes to measure may disturb the group, so that it is looked at again.
    const bound = await ground.bound(dcLost);
    const before = await this.well(WELL_BEFORE_MS);
    if (before.troubles.length > 0) return this.unwell(before);
    const cast = castFor(before, this.traits, seed);
    this.watch = await ground.watch(this.watchRequest(bound));
    try {
      return await this.watched({ before, beganNs: ground.nowNs(), bound }, cast);
    } finally {
      // A second end is none: after a drill that came to its own, this does nothing.
      await this.watch?.stop();
    }
  }

  private async watched(scene: Scene, cast: Cast): Promise<DrillResult> {
    const { ground, seed } = this.options;
    try {
      await this.breakThings(cast);
      await this.expected(scene, cast);
    } finally {
      this.mendingNs = ground.nowNs();
      await this.heal();
    }
    const after = await this.well(this.deadlineMs);
    const wellNs = after.troubles.length === 0 ? ground.nowNs() : undefined;
    // What counts as left behind is what the last look before the end sees.
    await this.watch?.look();
    this.watch?.mark({ what: "end" });
    const invariants = (await this.watch?.stop()) ?? [];
    const facts = await this.facts(scene, { after, wellNs });
    const result = verdictOf(this.drill, facts, { cast, seed, invariants });
    return this.watch === undefined ? result : { ...result, log: this.watch.log };
  }

  private watchRequest(bound: Bound): WatchRequest {
    const { name, expect } = this.drill;
    const mayLastMs = this.allowedMs(bound);
    return {
      drill: name,
      seed: this.options.seed,
      ...(mayLastMs === undefined ? {} : { mayLastMs }),
      ...(expect.rejoins === false ? {} : { backWithinMs: this.deadlineMs }),
    };
  }

  private allowedMs({ totalMs }: Bound): number | undefined {
    const { back, within } = this.drill.expect;
    if (back !== undefined) return totalMs * back;
    return within === undefined ? undefined : msOf(within, "0ms");
  }

  private unwell({ troubles }: Situation): DrillResult {
    const why = `the group was not well before it: ${troubles.join("; ")}`;
    return unrun(this.drill, this.options.seed, { outcome: "failed", why });
  }

  /** Waits until all is well, at most so long; answers with the last look either way. */
  private async well(timeoutMs: number): Promise<Situation> {
    const { ground, clock, signal } = this.options;
    const end = clock.nowMs() + timeoutMs;
    for (;;) {
      signal.throwIfAborted();
      const now = await ground.situation();
      if (now.troubles.length === 0 || clock.nowMs() > end) return now;
      await clock.sleep(LOOK_MS, signal);
    }
  }

  private async breakThings(cast: Cast): Promise<void> {
    const { ground, clock, signal, onProgress } = this.options;
    for (const step of this.drill.steps) {
      if (step.after !== undefined) await clock.sleep(msOf(step.after, "0ms"), signal);
      if (step.heal === true) await this.heal();
      if (step.switchOn !== undefined) {
        for (const node of cast.of(step.switchOn)) await ground.switchOn(node);
        onProgress(`power on: ${cast.of(step.switchOn).join(", ")}`);
      }
      if (!(await this.inject(step, cast))) return;
    }
  }

  /** Makes a step's faults; false where one had no effect: then the rest would be another drill. */
  private async inject(step: DrillStep, cast: Cast): Promise<boolean> {
    const { ground, signal, onProgress } = this.options;
    for (const fault of concreteFaults(step, cast, this.traits)) {
      signal.throwIfAborted();
      const atNs = ground.nowNs();
      this.watch?.mark(faultMark(fault));
      try {
        const evidence = await ground.inject(fault);
        this.injected.push({ ...fault, atNs, evidence });
        this.watch?.mark({ what: "bit", evidence });
        onProgress(`${faultText(fault)}: ${evidence}`);
      } catch (error) {
        if (!(error instanceof DcnError) || error.kind !== "failed") throw error;
        const isBroken = error.code === "FENCING_FAILED";
        const why = { why: error.message, ...(isBroken ? { isBroken } : {}) } as const;
        this.injected.push({ ...fault, atNs, evidence: undefined, ...why });
        onProgress(`${faultText(fault)}: ${isBroken ? "FAILED" : "NOT INJECTED"}, ${error.message}`);
        return false;
      }
    }
    return true;
  }

  /** Waits until what is expected has come; where nothing is to come, as long as the document says. */
  private async expected(scene: Scene, cast: Cast): Promise<void> {
    const { clock, signal } = this.options;
    const { drill } = this;
    if (this.injected.some(({ evidence }) => evidence === undefined)) return;
    const begun = clock.nowMs();
    const quiet = this.isQuiet(scene, cast);
    const what = `${drill.name}: what it expects`;
    const limits = { timeoutMs: this.deadlineMs, intervalMs: 100, what, signal };
    const reached = async () => {
      const facts = await this.facts(scene, {});
      const checks = [workloadCheck(drill, facts), fencedCheck(drill, facts, cast), ...(await this.amid())];
      const open = checks.find(({ ok }) => !ok);
      const early = quiet && clock.nowMs() - begun < this.holdMs;
      if (open === undefined && !early) return { done: true, value: undefined } as const;
      return { done: false, reason: open?.text ?? "it is being watched" } as const;
    };
    await waitUntil(clock, limits, reached).catch((error: unknown) => {
      // Too late is a verdict, and the checks will say it.
      if (!(error instanceof DcnError) || error.code !== "TIMEOUT") throw error;
    });
  }

  /** Whether nothing has to happen, so that only time can tell. */
  private isQuiet(scene: Scene, cast: Cast): boolean {
    const { workload, fenced = [], fencedCount = 0 } = this.drill.expect;
    if (workload === "stopped") return true;
    if (fenced.length > 0 || fencedCount > 0) return false;
    if (workload === "stays" || workload === "recovers") return true;
    return workload === "moved-if-hit" && !cast.of("holder").some((node) => this.isHit(node, scene));
  }

  private isHit(node: string, { before }: Scene): boolean {
    return before.holder === node && this.injected.some(({ parameters }) => parameters.node === node);
  }

  /** What the status tells, where that is expected: looked at until it tells it once. */
  private async amid(): Promise<readonly { readonly ok: boolean; readonly text: string }[]> {
    const { saysTrouble } = this.drill.expect;
    if (saysTrouble === undefined) return [];
    if (saysTrouble && (this.troublesAmid?.length ?? 0) > 0) return [];
    const { ground } = this.options;
    const { troubles, told = troubles } = await ground.situation();
    this.troublesAmid = told;
    this.watch?.mark({ what: "statement", said: told.length > 0 ? "trouble" : "ok", about: ground.group });
    const ok = this.troublesAmid.length > 0 === saysTrouble;
    return [{ ok, text: "the status has not told it yet" }];
  }

  private async heal(): Promise<void> {
    const { ground, onProgress } = this.options;
    this.watch?.mark({ what: "heal" });
    const undone = await ground.heal();
    this.watch?.mark({ what: "healed" });
    if (undone.length > 0) onProgress(`healed ${undone.join(", ")}`);
  }

  private async facts(
    scene: Scene,
    end: { readonly after?: Situation; readonly wellNs?: number | undefined },
  ): Promise<DrillFacts> {
    const truth = await this.options.ground.truth(scene.beganNs);
    return {
      ...scene,
      injected: this.injected,
      ...(this.mendingNs === undefined ? {} : { mendingNs: this.mendingNs }),
      truth,
      ...(this.troublesAmid === undefined ? {} : { troublesAmid: this.troublesAmid }),
      after: end.after ?? scene.before,
      ...(end.wellNs === undefined ? {} : { wellNs: end.wellNs }),
    };
  }
}

/** Faults that come and go, so that a node may be fenced more than once for them. */
const COMES_AND_GOES: ReadonlySet<string> = new Set(["flap", "loss", "cut-direction", "cut-pair", "squeeze"]);

function faultMark({ fault, parameters }: ConcreteFault): Mark {
  const target = parameters.node ?? parameters.network ?? "";
  const flapping = COMES_AND_GOES.has(fault) || parameters.times !== undefined;
  return { what: "fault", fault, target, ...(flapping ? { flapping } : {}) };
}

interface Scene {
  readonly before: Situation;
  readonly beganNs: number;
  readonly bound: Bound;
}
