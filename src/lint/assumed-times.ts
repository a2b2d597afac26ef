// How long fence agents and resource agents take where nobody has measured it: never less than they wait by themselves.
import { sbdTimes } from "../cluster/index.js";
import type { ClusterView } from "./view.js";

/** A board that cuts the power, or an outlet. */
const FENCE_MS = 3_000;
/**
 * Agents that are known to take longer, by name, in milliseconds: fence_ipmilan, which the others are by another name, sleeps `power_wait` (2 s, as
 * fence_ilo3 4 s) after off and after on, and logs in some five times (fence-agents 4.12, fencing.py, async_set_multi_power_fn).
 */
const FENCE_AGENTS_MS: ReadonlyMap<string, number> = new Map([
  ...["fence_ipmilan", "fence_idrac", "fence_imm", "fence_ilo4", "fence_ilo5"].map(
    (name) => [name, 8_000] as const,
  ),
  ["fence_ilo3", 12_000],
]);
/** What sbd needs beside its wait to find and write the slot. */
const SLOT_MS = 1_000;

/**
 * How long an agent takes to fence, in milliseconds. fence_sbd is back when the message counts as read: after msgwait, twice the watchdog (sbd(8)).
 */
export function fenceAgentMs(agent: string, { model }: ClusterView): number {
  if (agent !== "fence_sbd") return FENCE_AGENTS_MS.get(agent) ?? FENCE_MS;
  const watchdogMs = model.watchdog?.watchdogMs;
  return sbdTimes({ tokenMs: 0, consensusMs: 0, watchdogMs }).messageMs + SLOT_MS;
}

/** One resource starts or stops. */
const ACTION_MS = 1_000;
/** systemd says only that it has begun, and Pacemaker 2.1 asks again after min(2000, timeout/10) ms (execd_commands.c, action_complete). */
const SYSTEMD_ACTION_MS = 2_000;

const classes = new WeakMap<ClusterView, ReadonlyMap<string, string>>();

/** How long it takes to start these primitives one after the other, or to stop them, in milliseconds; an id that is not known counts as an OCF agent. */
export function actionsMs(view: ClusterView, primitives: Iterable<string>): number {
  let known = classes.get(view);
  if (known === undefined) {
    known = new Map(view.workloads.map(({ primitive: { id, agent } }) => [id, agent.class]));
    classes.set(view, known);
  }
  const systemd = (id: string): boolean => ["systemd", "service"].includes(known.get(id) ?? "");
  return [...primitives].reduce((sum, id) => sum + (systemd(id) ? SYSTEMD_ACTION_MS : ACTION_MS), 0);
}
