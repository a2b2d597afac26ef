// I12 and I13: what the controller says is true, and what it cannot know it does not make up.
import { outagesOf, type Run } from "../../timeline/index.js";
import { cannotSay, type Invariant, looked, type Violation } from "../invariant.js";
import { type LogScene, lastBefore, type Mark, marksOf, ns, seconds } from "../scene.js";

/** I12. Never “ok” of what has been bad for longer than the allowed age, no outage without a word, no trouble where all was well. */
export const saysTheTruth: Invariant = {
  id: "I12",
  says: "what the controller says is the truth",
  judge: (scene) => {
    const statements = marksOf(scene, "statement");
    if (statements.length === 0) return cannotSay("no statement of a controller is marked in the log");
    const within = ns(scene.begin.statementWithinMs ?? 10_000);
    const wrong = statements.flatMap((statement): Violation[] => {
      const text = whatIsWrong(scene, statement, within);
      return text === undefined ? [] : [{ t: statement.t, text, evidence: [statement] }];
    });
    const gaps = outages(scene).filter(({ fromNs, toNs }) => toNs - fromNs > within);
    const missed = gaps
      .filter(
        ({ fromNs }) =>
          !statements.some(({ said, t }) => said !== "ok" && t >= fromNs && t <= fromNs + within),
      )
      .map(({ resource, fromNs, toNs }): Violation => {
        const text = `nobody was told that ${resource} was away for ${seconds(toNs - fromNs)}`;
        return { t: fromNs, text, evidence: [] };
      });
    return looked(statements.length + gaps.length, [...wrong, ...missed]);
  },
};

function whatIsWrong(scene: LogScene, statement: Mark<"statement">, within: number): string | undefined {
  const { said, about, t } = statement;
  if (said === "ok") {
    const bad = badSince(scene, about, t);
    if (bad === undefined || t - bad <= within) return undefined;
    return `“ok” was said of ${about}, which had been bad for ${seconds(t - bad)}`;
  }
  if (said !== "trouble" || !scene.begin.resources.includes(about)) return undefined;
  const quiet = (scene.heard.get(about) ?? []).some(
    (run) => run.fromNs <= t - 2 * within && run.toNs >= t - ns(200),
  );
  return quiet ? `trouble was said of ${about}, which had been running all the while` : undefined;
}

/** Since when a workload, a node or anything of the group has been bad; undefined where it is well. */
function badSince(scene: LogScene, about: string, t: number): number | undefined {
  if (scene.begin.resources.includes(about)) return silentSince(scene, about, t);
  if (scene.begin.nodes.includes(about)) return offSince(scene, about, t);
  const parts = [
    ...scene.begin.resources.map((resource) => silentSince(scene, resource, t)),
    ...scene.begin.nodes.map((node) => offSince(scene, node, t)),
  ].filter((since) => since !== undefined);
  return parts.length === 0 ? undefined : Math.min(...parts);
}

function silentSince({ heard }: LogScene, resource: string, t: number): number | undefined {
  const runs = heard.get(resource) ?? [];
  if (runs.some((run) => run.fromNs <= t && run.toNs >= t)) return undefined;
  const ends = runs.filter((run) => run.toNs < t).map((run) => run.toNs);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function offSince({ power }: LogScene, node: string, t: number): number | undefined {
  const last = lastBefore(
    power.filter((entry) => entry.node === node),
    t,
  );
  return last !== undefined && ["off", "gone", "ended", "frozen"].includes(last.what) ? last.t : undefined;
}

/** Outages with the one that had not ended when the log did. */
function outages(scene: LogScene): { resource: string; fromNs: number; toNs: number }[] {
  return [...scene.heard].flatMap(([resource, runs]) => {
    const open = lastEnd(runs);
    const gaps = outagesOf(runs).map(({ fromNs, toNs }) => ({ resource, fromNs, toNs }));
    return open === undefined ? gaps : [...gaps, { resource, fromNs: open, toNs: scene.endNs }];
  });
}

function lastEnd(runs: readonly Run[]): number | undefined {
  return runs.length === 0 ? undefined : Math.max(...runs.map((run) => run.toNs));
}

/** I13. */
export const unknownStaysUnknown: Invariant = {
  id: "I13",
  says: "an unknown outcome is taken for neither success nor failure",
  judge: (scene) => {
    const lost = marksOf(scene, "lost");
    if (lost.length === 0) return cannotSay("no lost connection is marked in the log");
    const violations = lost
      .filter(({ taken }) => taken !== "unknown")
      .map((mark): Violation => {
        const text = `the outcome of ${mark.about} was unknown and was taken for a ${mark.taken}`;
        return { t: mark.t, text, evidence: [mark] };
      });
    return looked(lost.length, violations);
  },
};
