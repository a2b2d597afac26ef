// I15: a workload is back within its bound, and after a heal the whole group.
import { outagesOf } from "../../timeline/index.js";
import { cannotSay, type Invariant, looked, type Violation } from "../invariant.js";
import { type LogScene, marksOf, ns, seconds } from "../scene.js";

/** How far beyond its bound an outage may be. */
const slack = 1.2;

/** I15. */
export const backInTime: Invariant = {
  id: "I15",
  says: "outages within 1.2 × bound, all nodes back after a heal",
  judge: (scene) => {
    const heals = scene.begin.backWithinMs === null ? [] : marksOf(scene, "heal");
    if (Object.keys(scene.begin.bounds).length === 0 && heals.length === 0)
      return cannotSay("no bound is in the log, and no heal after which all nodes have to be back");
    const outages = Object.entries(scene.begin.bounds).flatMap(([resource, boundMs]) =>
      outagesIn(scene, resource).map((gap) => ({ ...gap, resource, boundMs })),
    );
    const late = outages.flatMap(({ resource, fromNs, toNs, boundMs }): Violation[] => {
      if (toNs - fromNs <= ns(boundMs) * slack) return [];
      const text = `${resource} was away for ${seconds(toNs - fromNs)}, its bound is ${seconds(ns(boundMs))}`;
      return [{ t: toNs, text, evidence: [] }];
    });
    const healed = marksOf(scene, "healed");
    const returns = heals.map(({ t }, index) => {
      const untilNs = heals[index + 1]?.t ?? scene.endNs;
      // What a heal itself takes, as a cluster without quorum that is told to stop, is no time of coming back.
      const doneNs = healed.find((mark) => mark.t >= t && mark.t <= untilNs)?.t ?? t;
      return returnAfter(scene, { fromNs: t, doneNs, untilNs });
    });
    const missing = returns.filter((one) => one !== undefined).filter((one) => one.text !== "");
    const counted = returns.filter((one) => one !== undefined).length;
    return looked(outages.length + counted, [...late, ...missing]);
  },
};

/** From the last heartbeat of one instance to the first of the next; one that goes on at the end of the log counts up to there. */
function outagesIn(scene: LogScene, resource: string): { fromNs: number; toNs: number }[] {
  const runs = scene.heard.get(resource) ?? [];
  const gaps: { fromNs: number; toNs: number }[] = outagesOf(runs);
  const last = Math.max(...runs.map((run) => run.toNs));
  return runs.length > 0 && scene.endNs - last > ns(1000)
    ? [...gaps, { fromNs: last, toNs: scene.endNs }]
    : gaps;
}

/** Undefined where the log ends too early to say; without text where all were back in time, counted from the end of the heal. */
function returnAfter(
  scene: LogScene,
  { fromNs, doneNs, untilNs }: { readonly fromNs: number; readonly doneNs: number; readonly untilNs: number },
): Violation | undefined {
  const within = ns(scene.begin.backWithinMs ?? 120_000);
  const missing = scene.begin.nodes.filter(
    (node) =>
      !scene.samples.some(
        (sample) =>
          sample.node === node &&
          sample.t >= fromNs &&
          sample.t <= Math.min(doneNs + within, untilNs) &&
          sample.alive === true &&
          sample.quorate === true &&
          scene.begin.nodes.every((name) => sample.members?.includes(name) === true),
      ),
  );
  if (missing.length === 0) return { t: fromNs, text: "", evidence: [] };
  if (untilNs - doneNs < within) return undefined;
  const text = `${missing.join(", ")} not back in the group ${seconds(within)} after the heal`;
  return { t: doneNs + within, text, evidence: [] };
}
