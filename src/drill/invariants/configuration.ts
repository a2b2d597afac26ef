// I5, I7 and I8: what others changed in the configuration stays, an apply is one change or none, and all nodes hold the same.
import { compareEpochs } from "../epoch.js";
import { cannotSay, type Invariant, looked, type Violation } from "../invariant.js";
import type { LogCib, LogNode } from "../log.js";
import { type LogScene, marksOf, nodePeriod, ns, seconds } from "../scene.js";

/** I5. A foreign change that was seen stays until its maker takes it back, and no node's configuration gets older. */
export const foreignStays: Invariant = {
  id: "I5",
  says: "the configuration never loses a foreign change",
  judge: (scene) => {
    const foreign = scene.entries.filter((entry) => entry.kind === "foreign");
    const withdrawn = marksOf(scene, "withdrawn");
    const told = new Set<string>();
    const lost = foreign
      .filter(({ name, present, t }) => {
        const seen = foreign.some((other) => other.name === name && other.present && other.t < t);
        return !present && seen && !withdrawn.some((mark) => mark.name === name && mark.t <= t);
      })
      .filter(({ name }) => !told.has(name) && told.add(name))
      .map((entry): Violation => {
        const text = `the foreign change ${entry.name} is gone, and its maker did not take it back`;
        return { t: entry.t, text, evidence: [entry] };
      });
    const { checked, violations } = olderEpochs(scene);
    // Without a planted change there was nothing that could have been lost.
    return looked(foreign.length === 0 ? 0 : foreign.length + checked, [...lost, ...violations]);
  },
};

function olderEpochs(scene: LogScene): { checked: number; violations: Violation[] } {
  const last = new Map<string, LogNode>();
  let checked = 0;
  const violations: Violation[] = [];
  for (const entry of scene.entries) {
    // What a node brings from an earlier life is older, and is replaced; what lies on its disk while it is in no partition does not hold.
    if (entry.kind === "power") last.delete(entry.node);
    if (entry.kind !== "node" || entry.epoch === null || entry.alive !== true) continue;
    if (entry.quorate !== true) {
      last.delete(entry.node);
      continue;
    }
    const before = last.get(entry.node);
    last.set(entry.node, entry);
    if (before === undefined) continue;
    checked += 1;
    if (compareEpochs(before.epoch ?? "", entry.epoch) <= 0) continue;
    const text = `the configuration of ${entry.node} went back from ${before.epoch ?? "?"} to ${entry.epoch}`;
    violations.push({ t: entry.t, text, evidence: [before, entry] });
  }
  return { checked, violations };
}

/** I7. Between the begin and the end of an apply the configuration changes as often as the apply promised. */
export const oneChangePerApply: Invariant = {
  id: "I7",
  says: "an apply is one change, a second one none",
  judge: (scene) => {
    const marks = marksOf(scene, "apply");
    if (marks.length === 0) return cannotSay("no apply is marked in the log");
    let checked = 0;
    const violations: Violation[] = [];
    for (const [index, begin] of marks.entries()) {
      const end = marks[index + 1];
      if (begin.phase !== "begin" || end?.phase !== "end") continue;
      for (const node of scene.begin.nodes) {
        const looks = window(scene, node, begin.t, end.t);
        if (looks.length < 2) continue;
        checked += 1;
        const changes = looks.filter((look, at) => at > 0 && look.cib !== looks[at - 1]?.cib);
        if (changes.length <= end.changes) continue;
        const text = `the configuration of ${node} changed ${changes.length} times during an apply that promised ${end.changes}`;
        violations.push({ t: changes.at(-1)?.t ?? end.t, text, evidence: changes });
      }
    }
    return looked(checked, violations);
  },
};

/** The last look before, those in between, and the first after it. */
function window({ entries }: LogScene, node: string, fromNs: number, toNs: number): (LogCib | LogNode)[] {
  const looks = entries
    .filter((entry) => entry.kind === "cib" || entry.kind === "node")
    .filter((entry) => entry.node === node && entry.cib !== null);
  const first = looks.findLastIndex(({ t }) => t <= fromNs);
  const after = looks.findIndex(({ t }) => t >= toNs);
  return looks.slice(Math.max(0, first), after === -1 ? undefined : after + 1);
}

/**
 * I8. The same epoch means the same content, on disk and in memory, on every node of a partition; and none of them stays behind for
 * longer than five seconds.
 */
export const sameEverywhere: Invariant = {
  id: "I8",
  says: "the configuration is identical in a partition",
  judge: (scene) => {
    const latest = new Map<string, LogNode>();
    const told = new Set<string>();
    const behind = new Map<string, Behind>();
    let checked = 0;
    const violations: Violation[] = [];
    const tell = (key: string, violation: Violation): void => {
      if (!told.has(key)) violations.push(violation);
      told.add(key);
    };
    for (const sample of scene.samples) {
      latest.set(sample.node, sample);
      if (sample.alive !== true || sample.cib === null) continue;
      checked += checkMemory(sample, tell);
      for (const other of latest.values()) {
        if (!together(scene, sample, other)) continue;
        checked += 1;
        comparePair([sample, other], behind, tell);
      }
    }
    return looked(checked, violations);
  },
};

type Tell = (key: string, violation: Violation) => void;

function checkMemory(sample: LogNode, tell: Tell): number {
  const { live, node, cib, epoch, t } = sample;
  if (live === undefined || live.epoch !== epoch) return 0;
  if (live.cib !== cib) {
    const text = `${node} has another configuration in memory than on its disk, both at ${epoch}`;
    tell(`memory ${node}`, { t, text, evidence: [sample] });
  }
  return 1;
}

/** Whether both saw each other as members lately. */
function together(scene: LogScene, left: LogNode, right: LogNode): boolean {
  if (left.node === right.node || right.cib === null || right.alive !== true) return false;
  if (left.t - right.t > 2 * nodePeriod(scene)) return false;
  return (
    left.members?.includes(right.node) === true &&
    right.members?.includes(left.node) === true &&
    left.quorate === true
  );
}

/** Since when the older of two configurations has not reached what the newer was then; while many changes come, it follows and is never equal. */
interface Behind {
  readonly sinceNs: number;
  readonly epoch: string;
}

function comparePair(pair: readonly [LogNode, LogNode], behind: Map<string, Behind>, tell: Tell): void {
  const [left, right] = pair;
  const nodes = [left.node, right.node].sort();
  const key = nodes.join(" and ");
  if (left.cib === right.cib) {
    behind.delete(key);
    return;
  }
  if (left.epoch === right.epoch) {
    const text = `${key} have different configurations, both at ${left.epoch ?? "?"}`;
    tell(`epoch ${key}`, { t: left.t, text, evidence: pair });
    return;
  }
  const [older = "", newer = ""] = pair.map(({ epoch }) => epoch ?? "").sort(compareEpochs);
  const known = behind.get(key);
  if (known === undefined || compareEpochs(older, known.epoch) >= 0) {
    behind.set(key, { sinceNs: left.t, epoch: newer });
    return;
  }
  if (left.t - known.sinceNs <= ns(5000)) return;
  const text = `${key} have had different configurations for ${seconds(left.t - known.sinceNs)}`;
  tell(`behind ${key}`, { t: left.t, text, evidence: pair });
}
