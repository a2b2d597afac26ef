// I2 and I9: workloads start where there is quorum only, and each partition has one DC.
import { type Invariant, looked, type Violation } from "../invariant.js";
import type { LogNode } from "../log.js";
import { type LogScene, lastBefore, nodePeriod, ns, seconds } from "../scene.js";

/** I2. A start counts where looks at its node before and after it say whether there was quorum; both have to deny it. */
export const quorumToStart: Invariant = {
  id: "I2",
  says: "only a quorate partition starts workloads",
  judge: (scene) => {
    let checked = 0;
    const violations: Violation[] = [];
    const near = 3 * nodePeriod(scene);
    for (const [resource, runs] of scene.heard) {
      for (const run of runs) {
        const looks = scene.samples.filter(
          ({ node, t, quorate }) => node === run.node && quorate !== null && Math.abs(t - run.fromNs) <= near,
        );
        const before = lastBefore(looks, run.fromNs);
        const after = looks.find(({ t }) => t > run.fromNs);
        if (before === undefined || after === undefined) continue;
        checked += 1;
        if (before.quorate === true || after.quorate === true) continue;
        const text = `${resource} started on ${run.node}, which had no quorum`;
        violations.push({ t: run.fromNs, text, evidence: [before, after] });
      }
    }
    return looked(checked, violations);
  },
};

/** How long a partition has been without one DC. */
interface Episode {
  readonly t: number;
  /** The last look at it; one that was not looked at any more had come to its end. */
  lastNs: number;
  told: boolean;
}

/** I9. Two DCs in one partition, or none, may be seen while one is elected, no longer. */
export const oneDc: Invariant = {
  id: "I9",
  says: "one DC per partition",
  judge: (scene) => {
    const within = ns(scene.begin.dcWithinMs ?? 30_000);
    const near = 3 * nodePeriod(scene);
    const latest = new Map<string, LogNode>();
    const since = new Map<string, Episode>();
    let checked = 0;
    const violations: Violation[] = [];
    for (const sample of scene.samples) {
      latest.set(sample.node, sample);
      const partition = partitionOf(scene, sample, latest);
      if (partition === undefined) continue;
      checked += 1;
      const key = [...(sample.members ?? [])].sort().join(" ");
      const names = new Set(partition.map(({ dc }) => dc ?? ""));
      if (names.size === 1 && !names.has("")) {
        since.delete(key);
        continue;
      }
      const known = since.get(key);
      const goesOn = known !== undefined && sample.t - known.lastNs <= near;
      const episode = goesOn ? known : { t: sample.t, lastNs: sample.t, told: false };
      episode.lastNs = sample.t;
      since.set(key, episode);
      if (episode.told || sample.t - episode.t <= within) continue;
      episode.told = true;
      const said = partition.map(({ node, dc }) => `${node} says ${dc ?? "none"}`).join(", ");
      const text = `no one DC for ${seconds(sample.t - episode.t)} in the partition of ${key}: ${said}`;
      violations.push({ t: sample.t, text, evidence: partition });
    }
    return looked(checked, violations);
  },
};

/** The latest looks at all members of a quorate partition, where each of them sees the same members. */
function partitionOf(
  scene: LogScene,
  sample: LogNode,
  latest: ReadonlyMap<string, LogNode>,
): LogNode[] | undefined {
  if (sample.quorate !== true || sample.members === null) return undefined;
  const wanted = [...sample.members].sort().join(" ");
  const members = sample.members.flatMap((name) => latest.get(name) ?? []);
  const agreed = members.every(
    ({ members: theirs, t }) =>
      theirs !== null && [...theirs].sort().join(" ") === wanted && sample.t - t <= 3 * nodePeriod(scene),
  );
  return agreed && members.length === sample.members.length ? members : undefined;
}
