// When two nodes shoot at each other, and how long a node without a fence device is given to reset itself (pacemaker-fenced(7), sbd(8)).
import { type Figure, figure, type SbdTimes, sbdTimes } from "../cluster/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { TotemTiming } from "./totem-timing.js";
import { durationMs, pacemakerTime } from "./values.js";

/** Fencing times of a group, in milliseconds. */
export interface FenceTiming {
  /** Delay before the first node is fenced; 0 where there can be no race. */
  readonly raceDelayMs: number;
  readonly sbd?: SbdTimes;
  /** Cluster properties that follow. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  /** rsc_defaults that follow. */
  readonly resourceDefaults: readonly (readonly [name: string, value: string])[];
  readonly figures: readonly Figure[];
}

/** What a race depends on. */
export interface FenceSituation {
  readonly nodes: number;
  readonly quorumDevice: boolean;
  /** Whether nodes are fenced by a message on a shared disk. */
  readonly sharedDisks: boolean;
  /** corosync-qdevice's sync_timeout where somebody set it. */
  readonly deviceSyncMs?: number | undefined;
  readonly totem: TotemTiming;
}

const OFF_TIME_MS = 3_000;
/** corosync-qdevice's own default of sync_timeout. */
const DEVICE_SYNC_MS = 30_000;

/** Times of fencing under a policy. */
export function fenceTiming(policy: ClusterPolicy, situation: FenceSituation): FenceTiming {
  const { totem, quorumDevice, sharedDisks, deviceSyncMs = DEVICE_SYNC_MS } = situation;
  const { tokenMs, consensusMs } = totem;
  const watchdog = policy.fencing?.watchdog;
  if (watchdog !== undefined) {
    const sbd = sbdTimes({
      tokenMs,
      consensusMs,
      watchdogMs: durationMs(watchdog.timeout ?? ""),
      selfFenceMs: durationMs(String(policy.properties?.["stonith-watchdog-timeout"] ?? "")),
      deviceSyncMs: quorumDevice ? deviceSyncMs : undefined,
    });
    const properties = [
      ["stonith-watchdog-timeout", pacemakerTime(sbd.selfFenceMs)],
      ["stonith-timeout", pacemakerTime(sbd.fencingMs)],
    ] as const;
    return { raceDelayMs: 0, sbd, properties, resourceDefaults: [], figures: sbd.figures };
  }
  const nothing = { raceDelayMs: 0, properties: [], resourceDefaults: [], figures: [] } as const;
  // With more nodes, or with a device that votes, only the side that has quorum fences: nobody shoots back.
  const timing = situation.nodes !== 2 || quorumDevice ? nothing : race(policy, totem);
  return sharedDisks ? withMessages(timing, sbdTimes({ tokenMs, consensusMs })) : timing;
}

/** Over a shared disk fencing lasts as long as a message may take to be read there. */
function withMessages(timing: FenceTiming, { fencingMs, messageMs, watchdogMs }: SbdTimes): FenceTiming {
  const why = `max(1.2 × ${messageMs} (msgwait: 2 × ${watchdogMs}), 60000) + token + consensus`;
  return {
    ...timing,
    properties: [...timing.properties, ["stonith-timeout", pacemakerTime(fencingMs)]],
    figures: [...timing.figures, figure("stonith-timeout", fencingMs, why, "sbd(8)")],
  };
}

function race(policy: ClusterPolicy, totem: TotemTiming): FenceTiming {
  const { raceDelay, offTime, survivor } = policy.fencing ?? {};
  const offMs = durationMs(offTime ?? "") ?? OFF_TIME_MS;
  const computed = Math.ceil((totem.consensusMs + offMs) / 1_000) * 1_000;
  const raceDelayMs = raceDelay === undefined ? computed : (durationMs(raceDelay) ?? computed);
  const formula =
    raceDelay === undefined
      ? `${totem.consensusMs} (consensus: how far apart both notice) + ${offMs} (time to cut the power), rounded up to seconds`
      : "policy (fencing.raceDelay)";
  const figures = [figure("pcmk_delay_base of the first node", raceDelayMs, formula, "pacemaker-fenced(7)")];
  if (survivor !== "busiest") return { raceDelayMs, properties: [], resourceDefaults: [], figures };
  const priorityMs = 2 * raceDelayMs;
  const why = `2 × ${raceDelayMs} (pcmk_delay_base), so that what runs decides before the place in the list does`;
  return {
    raceDelayMs,
    properties: [["priority-fencing-delay", pacemakerTime(priorityMs)]],
    // A workload without a priority does not weigh.
    resourceDefaults: [["priority", "1"]],
    figures: [...figures, figure("priority-fencing-delay", priorityMs, why, "pacemaker-controld(7)")],
  };
}
