// All times of a group that follow from its policy, its size and its networks, each with its arithmetic.
import { type Figure, figure } from "../cluster/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import { type FenceTiming, fenceTiming } from "./fence-timing.js";
import { type GroupSize, type TotemTiming, totemFigures, totemTiming } from "./totem-timing.js";
import { durationMs, pacemakerTime } from "./values.js";

/** Times of a group. */
export interface GroupTiming {
  readonly totem: TotemTiming;
  readonly fencing: FenceTiming;
  readonly gateGraceMs: number;
  /** Cluster properties that follow, where the policy does not set them itself. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly resourceDefaults: readonly (readonly [name: string, value: string])[];
  readonly figures: readonly Figure[];
}

const SHORTEST_DC_DEADTIME_MS = 1_000;
/** Pacemaker's own default, for a group whose nodes do not wait for each other before they start. */
const PATIENT_DC_DEADTIME_MS = 20_000;

/** Computes every time of a group. */
export function groupTiming(
  policy: ClusterPolicy,
  size: GroupSize & { readonly quorumDevice: boolean; readonly sharedDisks: boolean },
): GroupTiming {
  const totem = totemTiming(policy, size);
  const { nodes, quorumDevice, sharedDisks } = size;
  const deviceSyncMs = size.forced?.deviceSyncMs;
  const fencing = fenceTiming(policy, { nodes, quorumDevice, sharedDisks, deviceSyncMs, totem });
  const grace = gateGrace(policy, size.nodes);
  const deadtime = dcDeadtime(totem, grace.ms);
  const own = policy.properties ?? {};
  const computed = [["dc-deadtime", pacemakerTime(deadtime.ms)] as const, ...fencing.properties];
  const defaults = policy.resourceDefaults ?? {};
  return {
    totem,
    fencing,
    gateGraceMs: grace.ms,
    properties: computed.filter(([name]) => !Object.hasOwn(own, name)),
    resourceDefaults: fencing.resourceDefaults.filter(([name]) => !Object.hasOwn(defaults, name)),
    figures: [...totemFigures(policy, size), ...fencing.figures, grace, deadtime].map((one) =>
      asWritten(one, own),
    ),
  };
}

function gateGrace(policy: ClusterPolicy, nodes: number): Figure {
  const base = durationMs(policy.gate.grace) ?? 0;
  const perNode = durationMs(policy.gate.gracePerExtraNode ?? "0ms") ?? 0;
  const extra = Math.max(0, nodes - 2);
  const formula = `${base} + ${extra} (nodes beyond two) × ${perNode}`;
  return figure("gate grace", base + extra * perNode, formula, "docs/adr/0003-gate-before-corosync.md");
}

function dcDeadtime(totem: TotemTiming, graceMs: number): Figure {
  const source = "pacemaker-controld(7)";
  if (graceMs === 0) {
    return figure("dc-deadtime", PATIENT_DC_DEADTIME_MS, "no gate: Pacemaker's own patience", source);
  }
  const ms = Math.ceil(Math.max(SHORTEST_DC_DEADTIME_MS, totem.tokenMs) / 1_000) * 1_000;
  const formula = `max(${SHORTEST_DC_DEADTIME_MS}, ${totem.tokenMs} (token)), rounded up to seconds; short because the gate waited`;
  return figure("dc-deadtime", ms, formula, source);
}

/** A value that the policy sets itself stands as it is written there. */
function asWritten(one: Figure, own: Readonly<Record<string, string | number | boolean>>): Figure {
  if (!Object.hasOwn(own, one.name)) return one;
  const ms = durationMs(String(own[one.name] ?? ""));
  return ms === undefined
    ? one
    : { ...one, ms, formula: `policy (properties.${one.name}); computed: ${one.ms}` };
}

/** The policy with its computed values beside its own ones. */
export function withComputed(policy: ClusterPolicy, times: GroupTiming): ClusterPolicy {
  return {
    ...policy,
    properties: { ...policy.properties, ...Object.fromEntries(times.properties) },
    resourceDefaults: { ...policy.resourceDefaults, ...Object.fromEntries(times.resourceDefaults) },
  };
}
