// I10 and I11: nothing is started, stopped or fenced that the plan does not say, and fences have a bound.
import { cannotSay, type Invariant, looked, type Violation } from "../invariant.js";
import type { Allowed, LogEntry, LogPower } from "../log.js";
import { type LogScene, lastBefore, marksOf } from "../scene.js";

interface Event {
  readonly t: number;
  readonly action: Allowed["action"];
  readonly resource?: string;
  readonly node: string;
  readonly evidence: readonly LogEntry[];
}

/** I10. From a plan to the next one. */
export const onlyWhatIsPlanned: Invariant = {
  id: "I10",
  says: "no start, stop or fence that is not in the plan",
  judge: (scene) => {
    const plans = marksOf(scene, "plan");
    const [first] = plans;
    if (first === undefined) return cannotSay("no plan is marked in the log");
    const events = [...moves(scene), ...fences(scene)].filter(({ t }) => t >= first.t);
    const violations = events.flatMap((event): Violation[] => {
      const allowed = lastBefore(plans, event.t)?.allowed ?? [];
      if (allowed.some((one) => permits(one, event))) return [];
      const words = [event.action, event.resource, "on", event.node].filter((word) => word !== undefined);
      return [{ t: event.t, text: `not in the plan: ${words.join(" ")}`, evidence: event.evidence }];
    });
    // That nothing happened is an observation of every heartbeat.
    const quiet = scene.beats.filter(({ t }) => t >= first.t).length;
    return looked(events.length + quiet, violations);
  },
};

function permits(allowed: Allowed, event: Event): boolean {
  return (
    allowed.action === event.action &&
    (allowed.resource === undefined || allowed.resource === event.resource) &&
    (allowed.node === undefined || allowed.node === event.node)
  );
}

/** A run that ends without its stop was stopped too, by whatever; one that lasts to the end of the log was not. */
function moves(scene: LogScene): Event[] {
  return [...scene.heard].flatMap(([resource, runs]) =>
    runs.flatMap(({ node, boot, fromNs, toNs, stopped }): Event[] => {
      const its = scene.beats.filter(
        (beat) => beat.resource === resource && beat.node === node && beat.boot === boot,
      );
      const first = its.find(({ t }) => t === fromNs);
      const last = its.find(({ t }) => t === toNs);
      const begins = first?.what === "start" ? [first] : [];
      const over = stopped || scene.endNs - toNs > 2e9;
      return [
        ...begins.map((beat) => ({ t: fromNs, action: "start" as const, resource, node, evidence: [beat] })),
        ...(over && last !== undefined
          ? [{ t: toNs, action: "stop" as const, resource, node, evidence: [last] }]
          : []),
      ];
    }),
  );
}

function isFence({ what, by }: LogPower): boolean {
  return by === "bmc" && (what === "off" || what === "reset");
}

function fences({ power }: LogScene): Event[] {
  return power
    .filter(isFence)
    .map((entry) => ({ t: entry.t, action: "fence", node: entry.node, evidence: [entry] }));
}

/** I11. At most one fence of a node for each fault, three where it comes and goes, none without a fault. */
export const fencesBounded: Invariant = {
  id: "I11",
  says: "at most one fence of a node per fault",
  judge: (scene) => {
    if (!scene.begin.fence.expected) return cannotSay("the group has no fencing");
    const faults = marksOf(scene, "fault");
    const plans = marksOf(scene, "plan");
    const counts = new Map<string, number>();
    let checked = faults.length * scene.begin.nodes.length;
    const violations: Violation[] = [];
    for (const entry of scene.power.filter(isFence)) {
      const fault = lastBefore(faults, entry.t);
      const planned = lastBefore(plans, entry.t)?.allowed ?? [];
      const event: Event = { t: entry.t, action: "fence", node: entry.node, evidence: [entry] };
      checked += 1;
      if (fault === undefined && planned.some((one) => permits(one, event))) continue;
      const key = `${entry.node} ${fault?.t ?? ""}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      const limit = fault === undefined ? 0 : fault.flapping === true ? 3 : 1;
      if (count <= limit) continue;
      const why = fault === undefined ? "without any fault" : `after the fault ${fault.fault}`;
      violations.push({
        t: entry.t,
        text: `${entry.node} was fenced ${times(count)} ${why}`,
        evidence: [entry],
      });
    }
    return looked(checked, violations);
  },
};

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}
