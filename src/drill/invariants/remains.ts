// I6, I14 and I16: nothing stays behind in the cluster, no secret was ever in sight, and nothing lies about on the nodes.
import { cannotSay, type Invariant, looked, type Violation } from "../invariant.js";
import type { LogNode } from "../log.js";
import { type LogScene, marksOf } from "../scene.js";

/** I6. What was there before the first mark was there before; the last look at each node before the end counts. */
export const nothingLeftBehind: Invariant = {
  id: "I6",
  says: "no standby, maintenance, ban, target-role or lock left behind",
  judge: (scene) => {
    const end = marksOf(scene, "end").at(-1);
    if (end === undefined) return cannotSay("the log has no end mark");
    const firstMark = scene.entries.find((entry) => entry.kind === "mark")?.t ?? end.t;
    const before = new Set(scene.samples.filter(({ t }) => t <= firstMark).flatMap(leftOn));
    const lasts = scene.begin.nodes.flatMap(
      (node) => scene.samples.findLast((sample) => sample.node === node && sample.alive === true) ?? [],
    );
    const seen = new Set<string>();
    const violations: Violation[] = [];
    for (const sample of lasts) {
      for (const what of leftOn(sample)) {
        if (before.has(what) || seen.has(what)) continue;
        seen.add(what);
        violations.push({ t: sample.t, text: `left behind: ${what}`, evidence: [sample] });
      }
    }
    return looked(lasts.length, violations);
  },
};

function leftOn(sample: LogNode): string[] {
  return [
    ...(sample.standby ? [`${sample.node} in standby`] : []),
    ...(sample.maintenance ? [`${sample.node} in maintenance`] : []),
    ...sample.leftovers,
  ];
}

/** I14. */
export const noSecretInSight: Invariant = {
  id: "I14",
  says: "no secret in arguments, logs or outputs",
  judge: (scene) => {
    const searches = scene.entries.filter((entry) => entry.kind === "canary");
    const violations = searches.flatMap((entry): Violation[] =>
      entry.where === null
        ? []
        : [{ t: entry.t, text: `a secret was seen in ${entry.where}`, evidence: [entry] }],
    );
    const checked = searches.reduce(
      (sum, { scanned, where }) => sum + (scanned ?? (where === null ? 0 : 1)),
      0,
    );
    return looked(checked, violations);
  },
};

/** I16. A core file is always one too many; the rest has to be gone by the end. */
export const nothingLiesAbout: Invariant = {
  id: "I16",
  says: "no core, stale shared memory, orphan or temporary file left",
  judge: (scene) => {
    const found = scene.entries.filter((entry) => entry.kind === "residue");
    const open = new Map<string, (typeof found)[number]>();
    const cores = new Map<string, (typeof found)[number]>();
    for (const entry of found) {
      const key = `${entry.node} ${entry.what} ${entry.name}`;
      if (entry.gone === true) open.delete(key);
      else (entry.what === "core" ? cores : open).set(key, entry);
    }
    const violations = [...cores.values(), ...open.values()].map((entry): Violation => {
      const text = `${kinds[entry.what]} ${entry.name} on ${entry.node}`;
      return { t: entry.t, text, evidence: [entry] };
    });
    return looked(countLooks(scene) + found.length, violations);
  },
};

const kinds = {
  core: "core file",
  shm: "stale shared memory",
  process: "orphan process",
  temp: "temporary file",
};

function countLooks({ samples }: LogScene): number {
  return samples.filter(({ alive }) => alive === true).length;
}
