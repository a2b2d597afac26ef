// I1 and I3: an exclusive workload runs once, and its next instance starts only after the end of the last was confirmed.
import { doubleRunsOf, type Run } from "../../timeline/index.js";
import { type Invariant, looked, type Violation } from "../invariant.js";
import type { LogEntry } from "../log.js";
import { confirmsEnd, type LogScene, nodePeriod, ns, seconds } from "../scene.js";

/** I1. A frozen node's instance counts until the node's power is gone. */
export const neverTwice: Invariant = {
  id: "I1",
  says: "never active on two nodes",
  judge: (scene) => {
    const violations = [...scene.runs].flatMap(([resource, runs]) =>
      doubleRunsOf(runs)
        .filter(({ nodes: [left, right] }) => left !== right)
        .map(({ nodes, fromNs, toNs }): Violation => {
          const text = `${resource} was active on ${nodes.join(" and ")} for ${seconds(toNs - fromNs)}`;
          return { t: fromNs, text, evidence: around(scene, resource, fromNs) };
        }),
    );
    return looked(
      scene.beats.reduce((sum, beat) => sum + (beat.n ?? 1), 0),
      violations,
    );
  },
};

/**
 * I3. The end of an instance is confirmed by its clean stop, by the end of its node, or by a look at its node that no longer finds
 * its process. Two instances that run side by side without any claim that the first was fenced are I1's.
 */
export const noEarlyTakeover: Invariant = {
  id: "I3",
  says: "no takeover before the old holder is confirmed off",
  judge: (scene) => {
    let checked = 0;
    const violations: Violation[] = [];
    for (const [resource, runs] of scene.heard) {
      for (const [index, run] of runs.entries()) {
        const next = runs.slice(index + 1).find((other) => other.node !== run.node);
        if (next === undefined) continue;
        const sideBySide = run.toNs > next.fromNs;
        if (sideBySide && !wasFenced(scene, run, next.fromNs)) continue;
        checked += 1;
        if (!sideBySide && isConfirmed(scene, { resource, run, next })) continue;
        const text = `${resource} started on ${next.node} before its end on ${run.node} was confirmed`;
        violations.push({ t: next.fromNs, text, evidence: around(scene, resource, next.fromNs) });
      }
    }
    return looked(checked, violations);
  },
};

interface Takeover {
  readonly resource: string;
  readonly run: Run;
  readonly next: Run;
}

function isConfirmed(scene: LogScene, { resource, run, next }: Takeover): boolean {
  if (run.stopped) return true;
  const ended = scene.power.some(
    (power) => power.node === run.node && confirmsEnd(power) && power.t >= run.toNs && power.t <= next.fromNs,
  );
  if (ended) return true;
  // A look right after the start says the same: there is no way back for a process that has gone.
  const until = next.fromNs + 1.5 * nodePeriod(scene);
  return scene.samples.some(
    ({ node, t, alive, running }) =>
      node === run.node &&
      t >= run.toNs &&
      t <= until &&
      alive === true &&
      running?.includes(resource) === false,
  );
}

/** Whether a fence device claimed to have done it while this instance was there. */
function wasFenced({ entries }: LogScene, run: Run, untilNs: number): boolean {
  return entries.some(
    (entry) =>
      entry.kind === "bmc" &&
      entry.node === run.node &&
      entry.request !== "on" &&
      entry.request !== "status" &&
      entry.answer >= 200 &&
      entry.answer < 300 &&
      entry.t >= run.fromNs &&
      entry.t <= untilNs,
  );
}

/** The lines about a workload and about power within two seconds. */
function around({ entries }: LogScene, resource: string, t: number): LogEntry[] {
  return entries
    .filter((entry) => Math.abs(entry.t - t) < ns(2000))
    .filter(
      (entry) =>
        (entry.kind === "beat" && entry.resource === resource) ||
        entry.kind === "power" ||
        (entry.kind === "bmc" && entry.request !== "status"),
    )
    .slice(0, 12);
}
