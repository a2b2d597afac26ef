// The main job on a lab from nothing to nothing: form a cluster, lose the node that runs the workload, see it come back.

import { type BoundTerm, outageBound } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import { type Clock, systemClock, waitUntil } from "../time/index.js";
import { doubleRunsOf, type Outage, outagesOf } from "../timeline/index.js";
import { switchPower } from "./control.js";
import { takeDown } from "./down.js";
import type { HostEvent } from "./events.js";
import { heartbeatWorkload } from "./group-profile.js";
import { measureFencing, startDuration } from "./measure.js";
import type { LabPaths } from "./paths.js";
import type { LabShape } from "./spec.js";
import { readHostEvents, readTruth, type Truth } from "./truth.js";
import { bringUp } from "./up.js";

/** What the quickstart needs of the rest of the product: cli/ wires it to the workflows. */
export interface QuickstartProduct {
  /** Applies the profile; answers with the timing that the outage bound needs. */
  readonly apply: (
    profile: string,
  ) => Promise<{ tokenMs: number; consensusMs: number; fencingDelayMs: number }>;
  /** The status of the group: text for people, and what the end of the run waits for. */
  readonly status: (
    profile: string,
  ) => Promise<{ text: string; dc: string | undefined; online: readonly string[] }>;
}

/** How to run it. */
export interface QuickstartRequest {
  readonly paths: LabPaths;
  readonly shape: Omit<LabShape, "slot">;
  readonly resources: string;
  readonly product: QuickstartProduct;
  readonly keep: boolean;
  /** A headline for people. */
  readonly onStep: (text: string) => void;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What the run showed; times in seconds. */
export interface QuickstartReport {
  readonly formedSeconds: number;
  readonly outageSeconds: number;
  readonly boundSeconds: number;
  readonly boundTerms: readonly BoundTerm[];
  readonly fenced: boolean;
  readonly doubleRuns: number;
  readonly rejoined: boolean;
}

/** Runs the whole job. The lab is gone afterwards, whatever happened, unless it shall be kept. */
export async function quickstart(request: QuickstartRequest): Promise<QuickstartReport> {
  const { paths, onProgress, onStep } = request;
  onStep(`lab: ${request.shape.nodes} nodes (${request.shape.oses.join(", ")}), real corosync and Pacemaker`);
  await takeDown({ paths, onProgress: () => undefined, check: false });
  const up = await bringUp({
    paths,
    shape: request.shape,
    resources: request.resources,
    onProgress,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  onStep(`lab is up after ${up.seconds.toFixed(1)} s`);
  try {
    return await new Run(request, systemClock).all();
  } finally {
    if (request.keep) onStep(`the lab stays: dcn-ha lab status --name ${paths.labName}`);
    else {
      onStep("lab down");
      await takeDown({ paths, onProgress });
    }
  }
}

class Run {
  constructor(
    private readonly request: QuickstartRequest,
    private readonly clock: Clock,
  ) {}

  async all(): Promise<QuickstartReport> {
    const { paths, product, onStep } = this.request;
    const fence = await measureFencing(paths, this.clock);
    onStep(
      `fencing a node takes ${(fence.rebootMs / 1000).toFixed(2)} s, measured on ${fence.node} while it is idle`,
    );

    const startedMs = this.clock.nowMs();
    const timing = await product.apply(paths.profile);
    const before = await this.running();
    const formedSeconds = (this.clock.nowMs() - startedMs) / 1000;
    const status = await product.status(paths.profile);
    onStep(
      `group applied: cluster formed, workload running after ${formedSeconds.toFixed(1)} s\n\n${status.text}\n`,
    );

    const victim = before.runs.at(-1)?.node ?? "";
    const startMs = await startDuration(paths, { node: status.dc ?? victim, workload: heartbeatWorkload });
    const bound = outageBound({
      timing,
      fencingDelayMs: timing.fencingDelayMs,
      fenceMs: fence.rebootMs,
      startMs,
      dcLost: status.dc === victim,
    });
    onStep(
      `power off ${victim}, which runs ${heartbeatWorkload}${status.dc === victim ? " and is the DC" : ""}`,
    );
    const outage = await this.losePower(victim, before);
    onStep(
      `${heartbeatWorkload} is back on ${outage.toNode}: outage ${(outage.ms / 1000).toFixed(2)} s, bound ${(bound.totalMs / 1000).toFixed(2)} s\n` +
        bound.terms
          .map((term) => `    ${term.name.padEnd(16)} ${(term.ms / 1000).toFixed(2)} s  ${term.source}`)
          .join("\n"),
    );
    const rejoined = await this.rejoin(victim);
    const fenced = wasFenced(await readHostEvents(paths), victim, outage);
    onStep(
      `${victim} ${fenced ? "was fenced by its peers" : "WAS NOT FENCED"} and ${rejoined ? "has rejoined" : "HAS NOT REJOINED"}`,
    );
    const { runs } = await readTruth(paths, heartbeatWorkload);
    return {
      formedSeconds,
      outageSeconds: outage.ms / 1000,
      boundSeconds: bound.totalMs / 1000,
      boundTerms: bound.terms,
      fenced,
      doubleRuns: doubleRunsOf(runs).length,
      rejoined,
    };
  }

  /** Waits until the workload's heartbeat is seen. */
  private running(): Promise<Truth> {
    return this.wait("the workload's first heartbeat", 60_000, 50, async () => {
      const truth = await readTruth(this.request.paths, heartbeatWorkload);
      return truth.runs.length > 0 ? { done: true, value: truth } : { done: false, reason: "no heartbeat" };
    });
  }

  /** Cuts the power of `victim` and waits until the workload runs elsewhere; answers with the outage. */
  private async losePower(victim: string, before: Truth): Promise<Outage> {
    const { paths } = this.request;
    await switchPower(paths, victim, "off");
    return this.wait("the workload to run elsewhere", 120_000, 50, async () => {
      const { runs } = await readTruth(paths, heartbeatWorkload);
      const outage = outagesOf(runs).find((gap) => gap.fromNode === victim);
      if (outage !== undefined && runs.length > before.runs.length) return { done: true, value: outage };
      return { done: false, reason: "no heartbeat from another node" };
    });
  }

  private async rejoin(victim: string): Promise<boolean> {
    const { paths, product } = this.request;
    try {
      return await this.wait(`${victim} to rejoin`, 120_000, 500, async () => {
        const { online } = await product.status(paths.profile);
        return online.includes(victim) ? { done: true, value: true } : { done: false, reason: "not online" };
      });
    } catch (error) {
      if (error instanceof DcnError && error.code === "TIMEOUT") return false;
      throw error;
    }
  }

  private wait<T>(
    what: string,
    timeoutMs: number,
    intervalMs: number,
    probe: () => Promise<{ done: true; value: T } | { done: false; reason: string }>,
  ): Promise<T> {
    const { signal } = this.request;
    return waitUntil(
      this.clock,
      { what, timeoutMs, intervalMs, ...(signal === undefined ? {} : { signal }) },
      probe,
    );
  }
}

/** Whether somebody other than the lab asked the victim's BMC for its power between the loss and the takeover. */
function wasFenced(events: readonly HostEvent[], victim: string, outage: Outage): boolean {
  return events.some(
    (event) =>
      event.node === victim &&
      event.event === "request" &&
      (event.detail ?? "").startsWith("POST ") &&
      event.monotonicNs > outage.fromNs &&
      event.monotonicNs < outage.toNs,
  );
}
